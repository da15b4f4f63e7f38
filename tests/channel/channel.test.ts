import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { EventType, type InputEvent } from '../../src/biometrics/events.ts'
import { createFrameWriter, encodeFrame } from '../../src/browser/encode.ts'
import { decodeFrame } from '../../src/channel/frame.ts'
import { VigilError } from '../../src/errors.ts'
import { appOrigin, beats, closing, connect, listen, offer, refusal, until, untilStill } from './listening.ts'
import type { Listening, ListenOptions } from './listening.ts'

const open: Listening[] = []
async function listening(options: ListenOptions = {}): Promise<Listening> {
  const here = await listen(options)
  open.push(here)
  return here
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

describe('frames reach the heart', () => {
  test('one after the other, in order, never two at once', async () => {
    let running = 0
    let most = 0
    const here = await listening({
      async receive() {
        running += 1
        most = Math.max(most, running)
        await new Promise((resolve) => void setTimeout(resolve, 2))
        running -= 1
      }
    })
    const page = await connect(here)
    const beat = beats(10)
    for (let i = 0; i < 50; i++) page.send(beat())
    await until(() => here.seen[0]!.frames.length === 50, 'all frames arrive')
    expect(here.seen[0]!.frames.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 50 }, (_, i) => i))
    expect(most).toBe(1)
  })

  test('and keep what they say while they wait and those of others are decoded', async () => {
    const gate = Promise.withResolvers<void>()
    const here = await listening({ receive: () => gate.promise })
    const pages = [await connect(here), await connect(here)]
    const said = [0, 1, 2].map((n) => [key(100 * n + 10), key(100 * n + 20)])
    for (const page of pages) {
      const writer = createFrameWriter()
      for (const [n, events] of said.entries()) page.send(writer.write({ sentAt: 100 * (n + 1), events }))
    }
    await untilStill(() => here.seen.length)
    gate.resolve()
    for (const stream of [0, 1]) {
      await until(() => here.seen[stream]!.frames.length === said.length, 'all frames arrive')
      expect(here.seen[stream]!.frames.map(({ events }) => events)).toEqual(said)
    }
  })

  test('also the last one, sent while the page goes away', async () => {
    const here = await listening({ receive: () => new Promise((resolve) => void setTimeout(resolve, 20)) })
    const page = await connect(here)
    const beat = beats(10)
    for (let i = 0; i < 3; i++) page.send(beat())
    page.close()
    await closing(page)
    await until(() => here.seen[0]!.closed, 'the stream is closed')
    expect(here.seen[0]!.frames).toHaveLength(3)
  })

  test('and the heart can tell the page something, even before the socket is open', async () => {
    const here = await listening()
    const socket = offer(here, ['vigil.v1', `vigil.ticket.${here.ticket()}`], { origin: appOrigin })
    const heard: unknown[] = []
    socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString())))
    await until(() => here.seen.length === 1, 'the heart was asked')
    here.seen[0]!.tell({ type: 'analysis_result', state: 'warming_up' })
    await until(() => here.channel.connections === 1, 'the socket is open')
    here.seen[0]!.tell({
      type: 'challenge_required',
      request: { acr_values: 'urn:vigil:loa:2', max_age: 0 },
      by: 1_000
    })
    await until(() => heard.length === 2, 'both messages arrive')
    expect(heard).toEqual([
      { type: 'analysis_result', state: 'warming_up' },
      { type: 'challenge_required', request: { acr_values: 'urn:vigil:loa:2', max_age: 0 }, by: 1_000 }
    ])
  })
})

describe('what is no honest frame ends the connection with its own code', () => {
  const first = encodeFrame(decodeFrame(beats()()))
  const flipped = Uint8Array.from(first).fill(1, 63)
  const version = Uint8Array.from(first).fill(1, 0, 1)
  test.each<[string, (Uint8Array | string)[], number, string]>([
    ['a text frame', ['{"events":[],"score":0}'], 1003, 'frame_unsupported'],
    ['another version', [version], 1003, 'frame_unsupported'],
    ['a flipped bit in the padding', [flipped], 1007, 'frame_malformed'],
    ['nothing', [new Uint8Array(0)], 1007, 'frame_malformed'],
    ['the same frame again', [first, first], 1008, 'frame_out_of_order'],
    ['64 KiB and one byte', [new Uint8Array(65_537)], 1009, '']
  ])('%s', async (_, frames, code, reason) => {
    const here = await listening()
    const page = await connect(here)
    for (const each of frames) page.send(each)
    expect(await closing(page)).toEqual({ code, reason })
    await until(() => here.seen[0]!.closed, 'the stream is closed')
    expect(here.seen[0]!.frames.length).toBe(frames.length - 1)
  })

  test('a page clock that runs twice as fast', async () => {
    const here = await listening()
    const page = await connect(here)
    const writer = createFrameWriter()
    const closed = closing(page)
    for (let i = 0; i < 20; i++) {
      page.send(writer.write({ sentAt: 1_000 + i * 2_000, events: [] }))
      await until(() => here.seen[0]!.frames.length === i + 1 || page.readyState !== page.OPEN, 'the frame arrives')
      here.later += 1_000
    }
    expect(await closed).toEqual({ code: 1008, reason: 'frame_implausible' })
  })

  test('more frames than an agent makes', async () => {
    const here = await listening()
    const page = await connect(here)
    const beat = beats(1)
    for (let i = 0; i < 300; i++) page.send(beat())
    expect(await closing(page)).toEqual({ code: 1008, reason: 'rate_exceeded' })
    expect(here.seen[0]!.frames.length).toBeLessThanOrEqual(100)
  })

  test('more events than hands make', async () => {
    const here = await listening({ limits: { eventBurst: 5_000 } })
    const page = await connect(here)
    const writer = createFrameWriter()
    for (let i = 0; i < 3; i++) {
      const sentAt = 1_000 + i * 500
      const events = Array.from({ length: 4_000 }, (_, n) => {
        return { t: sentAt - 400 + n / 10, type: EventType.pointerMove, cls: 0, slot: 0, x: n, y: n }
      })
      page.send(writer.write({ sentAt, events }))
    }
    expect(await closing(page)).toEqual({ code: 1008, reason: 'rate_exceeded' })
  })

  test('more pings than anybody needs', async () => {
    const here = await listening({ limits: { frameBurst: 20 } })
    const page = await connect(here)
    for (let i = 0; i < 40; i++) page.ping()
    expect(await closing(page)).toEqual({ code: 1008, reason: 'rate_exceeded' })
  })

  test('a message in fragments without end', async () => {
    const here = await listening()
    const page = await connect(here)
    for (let i = 0; i < 20; i++) page.send(new Uint8Array(1), { fin: false })
    expect((await closing(page)).code).toBe(1008)
    expect(here.seen[0]!.frames).toEqual([])
  })

  test('a page that does not read what it is told', async () => {
    const here = await listening()
    const page = await connect(here)
    page.pause()
    await until(() => here.seen.length === 1, 'the stream is open')
    const reason = 'x'.repeat(50_000)
    await until(() => {
      for (let i = 0; i < 20; i++) here.seen[0]!.tell({ type: 'security_alert', reason })
      return here.channel.connections === 0
    }, 'the socket is cut')
    expect(here.seen[0]!.closed).toBe(true)
    page.terminate()
  })

  test('compression is not spoken, so a bomb has nothing to explode in', async () => {
    const here = await listening()
    const page = await connect(here, 'session-1', { perMessageDeflate: true })
    expect(page.extensions).toBe('')
    page.send(Buffer.alloc(50_000_000, 'a'), { binary: true }, () => undefined)
    expect((await closing(page)).code).toBe(1009)
    // Nor is it read to be thrown away.
    expect(here.bytesRead()).toBeLessThan(10_000_000)
  })

  test('whoever breaks the protocol does not come back to the stream', async () => {
    const here = await listening()
    const protocols = ['vigil.v1', `vigil.ticket.${here.ticket()}`, `vigil.stream.${'n'.repeat(22)}`]
    const page = offer(here, protocols, { origin: appOrigin })
    await once(page, 'open')
    page.send(new Uint8Array(65_537))
    expect((await closing(page)).code).toBe(1009)
    await until(() => here.seen[0]!.closed, 'the stream is closed')
    expect(here.seen[0]).toMatchObject({ goodbye: 'lost', interruptions: 0 })
  })
})

describe('a session that ends', () => {
  test('takes all its sockets along within two seconds, and nobody else', async () => {
    const here = await listening()
    const [first, second, other] = await Promise.all([connect(here, 'a'), connect(here, 'a'), connect(here, 'b')])
    const closed = Promise.all([closing(first), closing(second)])
    const started = performance.now()
    await here.channel.closeSession('a', 'session_ended')
    expect(performance.now() - started).toBeLessThan(2_000)
    expect(await closed).toEqual([
      { code: 4001, reason: 'session_ended' },
      { code: 4001, reason: 'session_ended' }
    ])
    expect(other.readyState).toBe(other.OPEN)
    expect(here.channel.connections).toBe(1)
    expect(here.seen.filter(({ closed: gone }) => gone)).toHaveLength(2)
  })

  test('also takes a socket whose page no longer reads, and one that waits for a slow heart', async () => {
    const here = await listening({
      limits: { queuedFrames: 2 },
      receive: () => new Promise(() => undefined)
    })
    const deaf = await connect(here, 'a')
    const waiting = await connect(here, 'a')
    const beat = beats(10)
    for (let i = 0; i < 10; i++) waiting.send(beat())
    deaf.pause()
    const started = performance.now()
    await here.channel.closeSession('a', 'session_ended')
    expect(performance.now() - started).toBeLessThan(2_000)
    expect(here.channel.connections).toBe(0)
    deaf.terminate()
  })

  test('finishes the closing handshake also with a socket that was made to wait', async () => {
    const here = await listening({
      limits: { queuedFrames: 2, closeMs: 60_000 },
      receive: () => new Promise(() => undefined)
    })
    const page = await connect(here, 'a')
    const beat = beats(10)
    for (let i = 0; i < 10; i++) page.send(beat())
    await untilStill(() => page.bufferedAmount)
    const started = performance.now()
    await here.channel.closeSession('a', 'session_ended')
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  test('while a socket is being opened closes it as soon as it is open', async () => {
    const gate = Promise.withResolvers<void>()
    const here = await listening({ open: () => gate.promise })
    const page = offer(here, ['vigil.v1', `vigil.ticket.${here.ticket('a')}`], { origin: appOrigin })
    const closed = closing(page)
    await new Promise((resolve) => void setTimeout(resolve, 50))
    const ending = here.channel.closeSession('a', 'session_ended')
    gate.resolve()
    await ending
    expect(await closed).toEqual({ code: 4001, reason: 'session_ended' })
  })

  test('unheard, between admission and opening, is noticed before the channel is used', async () => {
    const here = await listening({
      open: ({ uid }) => {
        // The revocation wrote its tombstone and closed what was open before this socket was on the list.
        here.ended.add(uid)
      }
    })
    const page = offer(here, ['vigil.v1', `vigil.ticket.${here.ticket('a')}`], { origin: appOrigin })
    expect(await closing(page)).toEqual({ code: 4001, reason: 'session_ended' })
  })
})

describe('a server that stops', () => {
  test('says goodbye with 1001 and takes nobody new', async () => {
    const here = await listening()
    const pages = await Promise.all([connect(here, 'a'), connect(here, 'b')])
    const closed = Promise.all(pages.map((page) => closing(page)))
    await here.channel.drain()
    expect(await closed).toEqual([
      { code: 1001, reason: 'going_away' },
      { code: 1001, reason: 'going_away' }
    ])
    expect(here.channel.connections).toBe(0)
    const late = await refusal(offer(here, ['vigil.v1', `vigil.ticket.${here.ticket()}`], { origin: appOrigin }))
    expect(late.status).toBe(503)
    expect(late.body.error).toBe('overloaded')
  })
})

describe('faults of others', () => {
  test('a heart that is behind makes the socket wait, and loses nothing', async () => {
    const gate = Promise.withResolvers<void>()
    const here = await listening({
      limits: {
        queuedFrames: 4,
        framesPerSecond: 1_000,
        frameBurst: 100_000,
        eventBurst: 1e9,
        eventBurstOfPerson: 1e9
      },
      receive: () => gate.promise
    })
    const page = await connect(here)
    const writer = createFrameWriter()
    // 32 KiB each, so that what is sent cannot hide in the network's own buffers.
    const events = Array.from({ length: 4_096 }, (_, i) => {
      return { t: 1_000, type: EventType.pointerMove, cls: 0, slot: 0, x: (i % 2) * 9_000, y: 0 }
    })
    const total = 300
    for (let i = 0; i < total; i++) page.send(writer.write({ sentAt: 1_000, events }))
    await untilStill(() => page.bufferedAmount)
    expect(page.bufferedAmount).toBeGreaterThan(1_000_000)
    gate.resolve()
    await until(() => here.seen[0]!.frames.length === total, 'everything arrives')
    expect(page.readyState).toBe(page.OPEN)
  })

  test('a heart that throws closes that socket with 1011, is logged, and the next page is served', async () => {
    const here = await listening({
      receive() {
        throw new TypeError('a fault of ours')
      }
    })
    const page = await connect(here)
    page.send(beats()())
    expect(await closing(page)).toEqual({ code: 1011, reason: 'internal' })
    expect(here.log.join('\n')).toContain('a fault of ours')
    await connect(here)
  })

  test('a heart that refuses a frame chooses the close code', async () => {
    const here = await listening({
      receive() {
        throw new VigilError('overloaded')
      }
    })
    const page = await connect(here)
    page.send(beats()())
    expect(await closing(page)).toEqual({ code: 1013, reason: 'overloaded' })
  })

  test.each([
    [new VigilError('consent_required'), 403, 'consent_required'],
    [new VigilError('overloaded'), 503, 'overloaded'],
    [new Error('a fault of ours'), 500, 'internal']
  ])('a heart that does not open a stream refuses the upgrade: %s', async (fault, status, code) => {
    const here = await listening({
      open() {
        throw fault
      }
    })
    const answer = await refusal(offer(here, ['vigil.v1', `vigil.ticket.${here.ticket()}`], { origin: appOrigin }))
    expect(answer.status).toBe(status)
    expect(answer.body.error).toBe(code)
    expect(JSON.stringify(answer.body)).not.toContain('a fault of ours')
  })

  test('a heart that never answers does not hold the upgrade for ever', async () => {
    const gate = Promise.withResolvers<void>()
    const here = await listening({ limits: { openMs: 50 }, open: () => gate.promise })
    const answer = await refusal(offer(here, ['vigil.v1', `vigil.ticket.${here.ticket()}`], { origin: appOrigin }))
    expect(answer.status).toBe(503)
    gate.resolve()
    await until(() => here.seen[0]?.closed === true, 'the stream that came too late is closed')
  })

  test('a page that vanishes during the upgrade leaves no stream behind', async () => {
    const gate = Promise.withResolvers<void>()
    const here = await listening({ open: () => gate.promise })
    const page = offer(here, ['vigil.v1', `vigil.ticket.${here.ticket()}`], { origin: appOrigin })
    page.on('error', () => undefined)
    await new Promise((resolve) => void setTimeout(resolve, 50))
    page.terminate()
    await new Promise((resolve) => void setTimeout(resolve, 50))
    gate.resolve()
    await until(() => here.seen[0]?.closed === true, 'the stream is closed')
    expect(here.channel.connections).toBe(0)
  })

  test('a half-open socket is cut within two heartbeats, an answering one is not', async () => {
    const here = await listening({ limits: { heartbeatMs: 300 } })
    const mute = await connect(here, 'a', { autoPong: false })
    const healthy = await connect(here, 'b')
    const started = performance.now()
    expect((await closing(mute)).code).toBe(1006)
    expect(performance.now() - started).toBeLessThan(5_000)
    await new Promise((resolve) => void setTimeout(resolve, 1_000))
    expect(healthy.readyState).toBe(healthy.OPEN)
  })

  test('a socket that breaks mid-frame takes nobody along', async () => {
    const here = await listening()
    const page = await connect(here, 'a')
    const other = await connect(here, 'b')
    // A masked binary frame that announces more than it brings.
    const { _socket: raw } = page as unknown as { _socket: Socket }
    raw.write(Buffer.from([0x82, 0xfe, 0x01, 0x00, 1, 2, 3, 4, 5]))
    raw.resetAndDestroy()
    await until(() => here.seen[0]!.closed, 'the stream is closed')
    other.send(beats()())
    await until(() => here.seen[1]!.frames.length === 1, 'the other page is served')
  })

  test('too many tabs of one session are refused, those of others are not', async () => {
    const here = await listening({ limits: { connectionsPerSession: 2 } })
    await connect(here, 'a')
    await connect(here, 'a')
    const third = await refusal(offer(here, ['vigil.v1', `vigil.ticket.${here.ticket('a')}`], { origin: appOrigin }))
    expect(third.status).toBe(503)
    await connect(here, 'b')
  })
})

function key(t: number): InputEvent {
  return { t, type: EventType.keyDown, cls: 0, slot: 0, x: 0, y: 0 }
}
