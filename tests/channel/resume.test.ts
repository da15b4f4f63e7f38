// A page that loses its connection goes on where it was: nothing that hands did is lost, and nothing counts twice.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { EventType, noCounters } from '../../src/biometrics/events.ts'
import { seededRandom } from '../../src/biometrics/random.ts'
import { createFrameWriter } from '../../src/browser/encode.ts'
import type { Beat } from '../../src/browser/encode.ts'
import { createUnsent } from '../../src/browser/unsent.ts'
import { appOrigin, beats, closing, listen, offer, refusal, tunnel, until } from './listening.ts'
import type { Listening, ListenOptions } from './listening.ts'

const open: { close(): Promise<void> | void }[] = []
async function listening(options: ListenOptions = {}): Promise<Listening> {
  const here = await listen(options)
  open.push(here)
  return here
}
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

const name = (): string => randomBytes(16).toString('base64url')

function named(here: Listening, stream: string, uid = 'session-1', to = here.url): WebSocket {
  return new WebSocket(to, ['vigil.v1', `vigil.ticket.${here.ticket(uid)}`, `vigil.stream.${stream}`], {
    origin: appOrigin
  })
}

/** What the server says first, or when it closes instead, nothing. */
async function firstWord(socket: WebSocket): Promise<{ type: string; next: number } | undefined> {
  return new Promise((resolve) => {
    socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString()) as { type: string; next: number }))
    socket.once('close', () => resolve(undefined))
    socket.on('error', () => undefined)
  })
}

/** How far the server says that it got, as it comes. */
function receiptsOf(socket: WebSocket): number[] {
  const heard: number[] = []
  socket.on('message', (data: Buffer) => heard.push((JSON.parse(data.toString()) as { next: number }).next))
  return heard
}

describe('a stream with a name', () => {
  test('goes on under the same numbers on another socket, and the heart hears one stream', async () => {
    const here = await listening()
    const stream = name()
    const first = named(here, stream)
    expect(await firstWord(first)).toEqual({ type: 'received', next: 0 })
    const beat = beats(100)
    for (let i = 0; i < 3; i++) first.send(beat())
    await until(() => here.seen[0]!.frames.length === 3, 'three frames arrive')
    first.terminate()
    await until(() => here.seen[0]!.interruptions === 1, 'the loss is noticed')
    expect(here.seen[0]!.closed).toBe(false)
    const second = named(here, stream)
    expect(await firstWord(second)).toEqual({ type: 'received', next: 3 })
    second.send(beats(100, 5_000, 3)())
    await until(() => here.seen[0]!.frames.length === 4, 'the fourth frame arrives')
    expect(here.seen).toHaveLength(1)
    second.close(1000)
    await until(() => here.seen[0]!.closed, 'the stream is closed')
    expect(here.seen[0]!.goodbye).toBe('left')
  })

  test('is taken over from a socket that only the server believes in', async () => {
    const here = await listening()
    const stream = name()
    const first = named(here, stream)
    await firstWord(first)
    first.pause()
    const second = named(here, stream)
    expect(await firstWord(second)).toEqual({ type: 'received', next: 0 })
    expect(here.channel.connections).toBe(1)
    expect(here.seen).toHaveLength(1)
    first.terminate()
  })

  test('hears after each fifth frame how far it has got', async () => {
    const here = await listening()
    const socket = named(here, name())
    const heard: unknown[] = []
    socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString())))
    await once(socket, 'open')
    const beat = beats(100)
    for (let i = 0; i < 11; i++) socket.send(beat())
    await until(() => heard.length === 3, 'two receipts')
    expect(heard).toEqual([0, 5, 10].map((next) => ({ type: 'received', next })))
  })

  test('hears of a frame when it was taken in, and nothing is taken back when the server stops', async () => {
    const held = Promise.withResolvers<void>()
    const here = await listening({ receive: ({ sequence }) => (sequence === 7 ? held.promise : undefined) })
    const socket = named(here, name())
    const heard = receiptsOf(socket)
    await once(socket, 'open')
    const beat = beats(100)
    for (let i = 0; i < 15; i++) socket.send(beat())
    await until(() => here.bytesRead() > 15 * 64 + 300 && here.seen[0]?.frames.length === 7, 'fifteen frames arrive')
    const ended = here.channel.closeSession('session-1', 'going_away')
    await until(() => heard.length === 3, 'a last one')
    // Seven are taken in, the eighth is under way, and the others waited.
    expect(heard).toEqual([0, 5, 8])
    held.resolve()
    await ended
    expect(here.seen[0]!.frames.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  test('is not told less than before', async () => {
    const held = Promise.withResolvers<void>()
    const here = await listening({ receive: ({ sequence }) => (sequence === 0 ? held.promise : undefined) })
    const stream = name()
    const first = named(here, stream)
    await firstWord(first)
    const beat = beats(100)
    for (let i = 0; i < 4; i++) first.send(beat())
    await until(() => here.bytesRead() > 4 * 64 + 300, 'four frames arrive')
    first.terminate()
    await until(() => here.seen[0]!.interruptions === 1, 'the loss is noticed')
    const second = named(here, stream)
    const heard = receiptsOf(second)
    await until(() => heard.length === 1, 'the first word')
    const ended = here.channel.closeSession('session-1', 'going_away')
    await until(() => heard.length === 2, 'the last word')
    expect(heard).toEqual([4, 4])
    held.resolve()
    await ended
  })

  test.each([
    ['another session', { uid: 'session-2' }],
    ['another name', { stream: name() }]
  ])('is not gone on with by %s', async (_, change) => {
    const here = await listening()
    const stream = name()
    const first = named(here, stream)
    await firstWord(first)
    first.send(beats()())
    await until(() => here.seen[0]!.frames.length === 1, 'a frame arrives')
    first.terminate()
    await until(() => here.seen[0]!.interruptions === 1, 'the loss is noticed')
    const other = named(here, 'stream' in change ? change.stream : stream, 'uid' in change ? change.uid : 'session-1')
    expect(await firstWord(other)).toEqual({ type: 'received', next: 0 })
    expect(here.seen).toHaveLength(2)
  })

  test('is waited for as long as it is worth it, and no longer', async () => {
    const here = await listening({ limits: { returnMs: 100 } })
    const stream = name()
    const first = named(here, stream)
    await firstWord(first)
    first.send(beats()())
    await until(() => here.seen[0]!.frames.length === 1, 'a frame arrives')
    first.terminate()
    await until(() => here.seen[0]!.closed, 'the stream is closed')
    expect(here.seen[0]!.goodbye).toBe('lost')
    expect(await firstWord(named(here, stream))).toEqual({ type: 'received', next: 0 })
  })

  test('ends with its session, also while nobody is connected', async () => {
    const here = await listening()
    const first = named(here, name())
    await firstWord(first)
    first.terminate()
    await until(() => here.seen[0]!.interruptions === 1, 'the loss is noticed')
    await here.channel.closeSession('session-1', 'session_ended')
    expect(here.seen[0]!.closed).toBe(true)
  })

  test('that broke the rules is told how far it got, and begins anew', async () => {
    const here = await listening()
    const stream = name()
    const first = named(here, stream)
    await firstWord(first)
    const beat = beats(100)
    const again = beat()
    first.send(again)
    first.send(again)
    const last = firstWord(first)
    expect(await closing(first)).toEqual({ code: 1008, reason: 'frame_out_of_order' })
    expect(await last).toEqual({ type: 'received', next: 1 })
    expect(await firstWord(named(here, stream))).toEqual({ type: 'received', next: 0 })
  })

  test('must have a name that nobody guesses', async () => {
    const here = await listening()
    const protocols = ['vigil.v1', `vigil.ticket.${here.ticket()}`, 'vigil.stream.one']
    expect((await refusal(offer(here, protocols, { origin: appOrigin }))).status).toBe(400)
  })
})

test.each([1, 2, 3])('typing over sockets that are killed at random arrives once each, in order (%i)', async (seed) => {
  const here = await listening({ limits: { framesPerSecond: 1_000, frameBurst: 10_000 } })
  const random = seededRandom(seed)
  const middle = await tunnel(Number(new URL(here.url).port))
  open.push(middle)
  const stream = name()
  const unsent = createUnsent()
  let at = 1_000
  let key = 0
  let losses = 0
  const typed: number[] = []
  const due: Beat[] = Array.from({ length: 200 }, () => {
    at += 20
    const events = Array.from({ length: Math.floor(random() * 4) }, () => {
      typed.push(key)
      return { t: at - 4, type: EventType.wheel, cls: 0, slot: 0, x: key++, y: 0 }
    })
    return { sentAt: at, events, counters: noCounters }
  })

  while (due.length > 0 || unsentCount() > 0) {
    const socket = named(here, stream, 'session-1', middle.url)
    socket.on('error', () => undefined)
    const word = await firstWord(socket)
    if (word === undefined) continue
    const missing = unsent.received(word.next)
    expect(missing).toBeDefined()
    socket.on('message', (data: Buffer) => unsent.received((JSON.parse(data.toString()) as { next: number }).next))
    const writer = createFrameWriter({ from: word.next })
    for (const beat of missing!) socket.send(writer.write(beat))
    const some = due.splice(0, 1 + Math.floor(random() * 20))
    for (const beat of some) {
      unsent.add(beat)
      socket.send(writer.write(beat))
      if (random() < 0.3) await new Promise((resolve) => void setTimeout(resolve, random() * 4))
    }
    if (due.length === 0) {
      // The last receipt may still be on its way.
      await until(() => here.seen[0]!.frames.length === 200 || socket.readyState !== WebSocket.OPEN, 'the rest arrives')
      if (here.seen[0]!.frames.length === 200) break
      continue
    }
    losses += 1
    middle.cut()
    if (socket.readyState !== WebSocket.CLOSED) await once(socket, 'close')
  }
  function unsentCount(): number {
    return unsent.next - (here.seen[0]?.frames.length ?? 0)
  }

  expect(losses).toBeGreaterThan(5)
  expect(here.seen).toHaveLength(1)
  expect(here.seen[0]!.frames.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 200 }, (_, i) => i))
  expect(here.seen[0]!.frames.flatMap(({ events }) => events.map(({ x }) => x))).toEqual(typed)
})

describe('what is not confirmed', () => {
  const beatAt = (t: number): Beat => ({
    sentAt: t,
    events: [{ t: t - 1, type: EventType.keyDown, cls: 0, slot: 0, x: 0, y: 0 }],
    counters: { ...noCounters, pasted: 1 }
  })

  test('goes once more, from where the server is', () => {
    const unsent = createUnsent()
    for (const t of [10, 20, 30]) unsent.add(beatAt(t))
    expect(unsent.received(2)?.map(({ sentAt }) => sentAt)).toEqual([30])
    expect(unsent.received(1)).toBeUndefined()
    expect(unsent.received(4)).toBeUndefined()
    expect(unsent.received(3)).toEqual([])
  })

  test('becomes one frame where the server knows nothing of it, without what is too old', () => {
    const unsent = createUnsent()
    for (const t of [10, 20, 30]) unsent.add(beatAt(t))
    const { events, counters, dropped } = unsent.gather(15)
    expect(events.map(({ t }) => t)).toEqual([19, 29])
    expect(counters.pasted).toBe(3)
    expect(dropped).toBe(1)
    expect(unsent.next).toBe(0)
  })
})
