// What is remembered of people between sessions: encrypted, bounded, with a life, erased with them; and what cannot be read costs nobody a session.

import { expect, it } from 'vitest'
import { memoryStorage } from '../src/adapters/index.ts'
import { EventType, type InputEvent, noCounters } from '../src/biometrics/index.ts'
import { createLiveness } from '../src/watch/liveness.ts'
import { keysFrom } from '../src/secrets.ts'
import { secret, silent } from './support/server.ts'
import { samplePeople } from './support/recordings.ts'
import { pointingPeople } from './threats/pointing-people.ts'
import { dayOf, typingOf } from './threats/replay-attack.ts'

const [ana] = samplePeople(4, 1)
const typing = dayOf(ana!.recordings.map(typingOf))

function house() {
  let clock = 1_800_000_000
  const storage = memoryStorage({ now: () => clock })
  const liveness = createLiveness({ ...storage, key: keysFrom(secret)('sketches'), logger: silent, now: () => clock })
  async function suspicionOf(accountId: string, events: readonly InputEvent[]): Promise<string | undefined> {
    const stream = await liveness.open(accountId)
    const frame = { sequence: 0, sentAt: 0, grainMs: 1, hidden: false, counters: noCounters }
    let kind: string | undefined
    for (let from = 0; from < events.length; from += 50)
      kind ??= (await stream.take({ ...frame, events: events.slice(from, from + 50) }))?.kind
    stream.close()
    return kind
  }
  return { storage, liveness, suspicionOf, wait: (seconds: number) => (clock += seconds) }
}

it('a replay is known from another process, by what was stored', async () => {
  const { storage, suspicionOf } = house()
  expect(await suspicionOf('ana', typing)).toBeUndefined()
  const stored = await storage.sketches.list('ana')
  expect(stored.length).toBeGreaterThan(1)
  const elsewhere = house()
  for (const sketch of stored) await elsewhere.storage.sketches.add(sketch, 100)
  expect(await elsewhere.suspicionOf('ana', typing)).toBe('replay')
})

it('a replay adds nothing to what is remembered', async () => {
  const { storage, suspicionOf } = house()
  await suspicionOf('ana', typing)
  const before = (await storage.sketches.list('ana')).length
  await suspicionOf('ana', typing)
  expect(await storage.sketches.list('ana')).toHaveLength(before)
})

it('to point for a day pushes nothing out of memory that was typed', async () => {
  const { suspicionOf } = house()
  await suspicionOf('ana', typing)
  // More movements than are remembered, by one who holds her cookie and means to play what she typed.
  for (const pointing of pointingPeople().slice(0, 10)) await suspicionOf('ana', pointing)
  expect(await suspicionOf('ana', typing)).toBe('replay')
})

it('a hundred pages of a few keys push no more out than their keys would on one page', async () => {
  const { storage, liveness, suspicionOf } = house()
  await suspicionOf('ana', typing)
  const before = (await storage.sketches.list('ana')).length
  const frame = { sequence: 0, sentAt: 0, grainMs: 1, hidden: false, counters: noCounters }
  const [ben] = samplePeople(5, 1)
  const stream = await liveness.open('ana')
  const events = dayOf(ben!.recordings.map(typingOf))
  for (let from = 0; from < events.length; from += 30) {
    await stream.take({ ...frame, events: events.slice(from, from + 30) })
    stream.left()
  }
  stream.close()
  await liveness.settled()
  const keystrokes = events.filter(({ type }) => type === EventType.keyDown).length
  expect((await storage.sketches.list('ana')).length - before).toBeLessThanOrEqual(Math.ceil(keystrokes / 200))
})

it('what hands in doubt do is not remembered', async () => {
  const { storage, liveness } = house()
  const stream = await liveness.open('ana')
  const frame = { sequence: 0, sentAt: 0, grainMs: 1, hidden: false, counters: noCounters, events: typing }
  await stream.take(frame, { doubted: true })
  stream.close()
  await liveness.settled()
  expect(await storage.sketches.list('ana')).toEqual([])
})

it('two streams of a person at the same time know each other', async () => {
  const { liveness } = house()
  const [one, other] = [await liveness.open('ana'), await liveness.open('ana')]
  const frame = { sequence: 0, sentAt: 0, grainMs: 1, hidden: false, counters: noCounters, events: typing }
  expect(await one.take(frame)).toBeUndefined()
  expect(await other.take(frame)).toMatchObject({ kind: 'replay' })
})

it('what is stored is sealed to its person, bounded, and gone after thirty days', async () => {
  const { storage, suspicionOf, wait } = house()
  for (let day = 0; day < 18; day++) {
    const { recordings } = samplePeople(100 + day, 1)[0]!
    await suspicionOf('ana', dayOf(recordings.map(typingOf)))
    wait(1)
  }
  const stored = await storage.sketches.list('ana')
  expect(stored.length).toBe(60)
  expect(stored.reduce((sum, { blob }) => sum + blob.length, 0)).toBeLessThan(85_000)
  for (const sketch of stored) await storage.sketches.add({ ...sketch, accountId: 'ben' }, 100)
  const ben = samplePeople(117, 1)[0]!
  expect(await suspicionOf('ben', dayOf(ben.recordings.map(typingOf)))).toBeUndefined()
  expect(await storage.audit.list({ type: 'sketch.corrupt', accountId: 'ben' })).toHaveLength(stored.length)
  wait(31 * 24 * 3600)
  expect(await storage.sketches.list('ana')).toEqual([])
})

it('erasing leaves nothing behind, not even of a stream that is still open', async () => {
  const { storage, liveness, suspicionOf } = house()
  await suspicionOf('ana', typing)
  const open = await liveness.open('ana')
  await liveness.erase('ana')
  await open.take({ sequence: 0, sentAt: 0, grainMs: 1, hidden: false, counters: noCounters, events: typing })
  open.close()
  expect(await storage.sketches.list('ana')).toEqual([])
  expect(await suspicionOf('ana', typing)).toBeUndefined()
})
