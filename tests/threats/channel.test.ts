// THREATS.md 1 through the front door: the attacker signs in, gets a ticket of their own, and speaks the protocol without a fault.

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStorage } from '../../src/adapters/index.ts'
import { EventType, type InputEvent } from '../../src/biometrics/index.ts'
import { seededRandom } from '../../src/biometrics/random.ts'
import { createHeadlessPerson } from '../../src/replay/person.ts'
import { jumpingClock } from '../../src/replay/replay-stream.ts'
import { client, standAlone } from '../journeys/people-journey.ts'
import { samplePeople } from '../support/recordings.ts'
import { nobody } from '../support/server.ts'
import { dayOf, typingOf } from './replay-attack.ts'
import { jittered } from './replaying.ts'
import { scriptedTyping } from './scripts.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-replay-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each([
  ['in one piece', Number.POSITIVE_INFINITY],
  ['a dozen keystrokes a page, each with a ticket and a stream of its own', 12]
])(
  'a recorded day, played into a new session %s, takes the session’s level away and is audited',
  async (_, keystrokes) => {
    const clock = jumpingClock()
    const database = join(folder, `data ${keystrokes}`)
    const server = await standAlone(database)({
      clock: clock.now,
      population: nobody,
      budget: '1/40h',
      calibrationKeystrokes: 400
    })
    const password = randomBytes(12).toString('base64url')
    const atBrowser = () =>
      createHeadlessPerson({
        issuer: server.issuer,
        username: 'ana',
        password,
        clientId: client.client_id,
        redirectUri: client.redirect_uris[0],
        clock
      })
    const typing = dayOf(samplePeople(6, 1)[0]!.recordings.map(typingOf))
    try {
      const ana = await atBrowser()
      await ana.signUp()
      // A lesson that a script gives is told to the audit and costs nobody a question.
      const lesson = await ana.calibrate()
      await lesson.play(scriptedTyping({ delays: 'constant', style: 'press', keystrokes: 120 }, seededRandom(2)))
      expect(lesson.messages.map(({ type }) => type)).not.toContain('challenge_required')
      await lesson.close()
      const work = await ana.watch((await ana.signIn()).accessToken)
      await work.play(typing)
      expect(work.messages.map(({ type }) => type)).not.toContain('challenge_required')
      await work.close()

      const thief = await atBrowser()
      const tokens = await thief.signIn()
      expect(await thief.userinfo(tokens)).toMatchObject({ risk_level: 'LOW' })
      const heard: string[] = []
      for (const page of pagesOf(jittered(typing, 3, seededRandom(1)), keystrokes)) {
        const replay = await thief.watch(tokens.accessToken)
        await replay.play(page)
        heard.push(...replay.messages.map(({ type }) => type))
        await replay.close()
        if (heard.includes('challenge_required')) break
      }
      expect(heard).toContain('challenge_required')
      expect(await thief.userinfo(tokens)).toMatchObject({ acr: '0', risk_level: 'HIGH' })
      await expect(thief.signIn({ prompt: 'none' })).rejects.toMatchObject({ error: 'interaction_required' })
    } finally {
      await server.close()
    }

    const storage = await openStorage({ database })
    try {
      const entries = await storage.audit.list({ type: 'replay_suspected' })
      expect(entries).toHaveLength(1)
      expect(await storage.audit.list({ type: 'automation_suspected' })).toHaveLength(1)
      expect(entries[0]?.data).toMatchObject({ reasons: ['typed before, to the millisecond'] })
    } finally {
      await storage.close()
    }
  },
  120_000
)

/** Pieces of so many keystrokes, each from the press that begins it. */
function pagesOf(events: readonly InputEvent[], keystrokes: number): InputEvent[][] {
  const pages: InputEvent[][] = []
  let pressed = 0
  for (const event of events) {
    if (event.type === EventType.keyDown && pressed++ % keystrokes === 0) pages.push([])
    pages.at(-1)?.push(event)
  }
  return pages
}
