// A lesson that is not finished goes on after a restart and on another node, and what is kept of it is nobody else's.

import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEngine, materialOf, streamOf, type Window, windowsOf } from '../../src/biometrics/index.ts'
import { createCalibration } from '../../src/people/calibration.ts'
import { strongLogin } from '../../src/people/strong-login.ts'
import { createLessons } from '../../src/people/lessons.ts'
import { createProfiles } from '../../src/people/profiles.ts'
import type { ServerStorage } from '../../src/provider/ports.ts'
import { createHeadlessPerson } from '../../src/replay/person.ts'
import { jumpingClock } from '../../src/replay/replay-stream.ts'
import { defaultLadder } from '../../src/risk/ladder.ts'
import { startServer } from '../../src/server.ts'
import { databases, serverDatabases } from '../support/databases.ts'
import { samplePeople } from '../support/recordings.ts'
import { nobody } from '../support/server.ts'

const logger = pino({ level: 'silent' })
const [person] = samplePeople(1, 1)
const windows = windowsOf(person!.recordings.slice(0, 12))
const typed = (some: readonly Window[]): number => some.reduce((sum, window) => sum + window.freshKeystrokes, 0)
/** Windows that are enough, and some that are not. */
const needed = 200
const half = windows.slice(0, 4)
const rest = windows.slice(4)

describe.each(databases().filter(({ name }) => name !== 'PGlite on a folder'))('a lesson on $name', ({ open }) => {
  let storage: ServerStorage
  let cleanup: () => Promise<void>
  let now = 1_764_300_000

  beforeAll(async () => {
    ;({ storage, cleanup } = await open())
  })
  afterAll(() => cleanup())

  /** As each node makes its own, and each start. */
  function node() {
    const key = Buffer.alloc(32, 5)
    const lessons = createLessons({ store: storage.profiles, key, logger, now: () => now })
    const profiles = createProfiles(storage.profiles, key, storage.audit, logger)
    const calibration = createCalibration({
      ...storage,
      profiles,
      lessons,
      engine: () => createEngine(nobody),
      keystrokesNeeded: needed,
      strong: strongLogin({ ladder: defaultLadder, factors: [], now: () => now }),
      now: () => now
    })
    return { calibration, profiles, lessons }
  }

  async function agreed(accountId: string): Promise<string> {
    await storage.people.save({ accountId, consentedAt: now })
    return accountId
  }

  async function teach(some: readonly Window[], accountId: string, at = node()): Promise<boolean> {
    let made = false
    for (const window of some) made = (await at.calibration.collect(accountId, 'keyboard', window)) || made
    return made
  }

  test('goes on where it stopped, and makes the profile that it would have made in one go', async () => {
    const [ana, bea] = [await agreed('ana'), await agreed('bea')]
    await teach(half, ana)
    const between = await node().calibration.status(ana)
    expect(between).toMatchObject({ state: 'collecting', keystrokes: typed(half) })
    expect(between.progress).toBeCloseTo(typed(half) / needed)
    expect(await teach(rest, ana)).toBe(true)
    expect(await teach(windows, bea)).toBe(true)
    for (const accountId of [ana, bea]) expect(await node().calibration.finish(accountId)).toBe(true)
    const [one, other] = [await node().profiles.find(ana), await node().profiles.find(bea)]
    expect(one!.profile.person.hops).toEqual(other!.profile.person.hops)
    expect(one!.profile.person.rows).toEqual(other!.profile.person.rows)
    expect(one!.profile.person.hops).toHaveLength(materialOf(windows).hops.length)
    expect(await node().calibration.status(ana)).toMatchObject({ state: 'ready', keystrokes: 0 })
    expect(await storage.profiles.list(ana, 'lesson')).toEqual([])
  })

  test('is one lesson for two pages on two nodes at once', async () => {
    const cora = await agreed('cora')
    const nodes = [node(), node()] as const
    await Promise.all(half.map((window, index) => nodes[index % 2]!.calibration.collect(cora, 'keyboard', window)))
    expect(await node().calibration.status(cora)).toMatchObject({ keystrokes: typed(half) })
    expect(await storage.profiles.list(cora, 'lesson')).toHaveLength(1)
  })

  test('begins anew when the person says so, after a week, and when it cannot be read', async () => {
    const dora = await agreed('dora')
    await teach(half, dora)
    await node().calibration.startOver(dora)
    expect(await node().calibration.status(dora)).toMatchObject({ state: 'none', keystrokes: 0 })
    await teach(half, dora)
    now += 7 * 24 * 3600
    expect(await node().calibration.status(dora)).toMatchObject({ state: 'none', keystrokes: 0 })
    expect(await storage.profiles.list(dora, 'lesson')).toEqual([])
    await teach(half, dora)
    // Somebody puts Dora's lesson in Emma's place.
    const emma = await agreed('emma')
    const stored = (await storage.profiles.find(dora, 'lesson'))!
    await storage.profiles.add({ ...stored, accountId: emma, version: 1 })
    expect(await node().calibration.status(emma)).toMatchObject({ state: 'none', keystrokes: 0 })
    await teach(half.slice(0, 1), emma)
    expect(await node().calibration.status(emma)).toMatchObject({ keystrokes: typed(half.slice(0, 1)) })
  })

  test('takes nothing from somebody who has taken their agreement back, on whichever node', async () => {
    const fina = await agreed('fina')
    const elsewhere = node()
    await teach(half, fina, elsewhere)
    await storage.people.save({ accountId: fina, withdrawnAt: now })
    await node().profiles.erase(fina)
    await teach(rest, fina, elsewhere)
    expect(await storage.profiles.list(fina, 'lesson')).toEqual([])
    expect(await node().profiles.find(fina)).toBeUndefined()
  })

  test('shows nothing of what was typed to whoever has the database and not the key', async () => {
    const gina = await agreed('gina')
    await teach(half, gina)
    const { blob } = (await storage.profiles.find(gina, 'lesson'))!
    const stranger = createLessons({ store: storage.profiles, key: Buffer.alloc(32, 6), logger, now: () => now })
    expect((await stranger.findAll(gina)).size).toBe(0)
    expect(Buffer.from(blob).includes('featureVersion')).toBe(false)
  })
})

describe.each(serverDatabases().filter(({ name }) => name !== 'PGlite'))('a server on $name', ({ withUrl }) => {
  test('goes on with a lesson after it was started anew', async () => {
    await withUrl(async (database) => {
      const clock = jumpingClock()
      const secret = randomBytes(48).toString('base64url')
      const client = {
        client_id: 'notes',
        redirect_uris: ['https://notes.example.test/callback'],
        token_endpoint_auth_method: 'none'
      }
      const start = (port: number) =>
        startServer({
          port,
          secret,
          database,
          clients: [client],
          population: nobody,
          clock: clock.now,
          calibrationKeystrokes: 250,
          logger
        })
      let house = await start(0)
      const { issuer } = house
      const ana = await createHeadlessPerson({
        issuer,
        username: 'ana',
        password: 'a long walk in the rain',
        clientId: client.client_id,
        redirectUri: client.redirect_uris[0]!,
        clock
      })
      const play = async (from: number, to: number): Promise<void> => {
        const lesson = await ana.calibrate()
        for (const recording of person!.recordings.slice(from, to)) {
          const { events, counters } = streamOf(recording)
          await lesson.play(events, { counters })
        }
        await lesson.close()
      }
      try {
        await ana.signUp()
        await play(0, 3)
        const before = await expect
          .poll(async () => ana.trainingStatus())
          .toMatchObject({ state: 'collecting' })
          .then(() => ana.trainingStatus())
        expect(before.keystrokes).toBeGreaterThan(60)
        await house.close()
        house = await start(Number(new URL(issuer).port))
        expect(await ana.trainingStatus()).toMatchObject({ state: 'collecting', keystrokes: before.keystrokes })
        await play(3, 12)
        await expect.poll(async () => (await ana.trainingStatus()).state).toBe('ready')
      } finally {
        await house.close()
      }
    })
  }, 120_000)
})
