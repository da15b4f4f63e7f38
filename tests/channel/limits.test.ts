// What a flood meets: of one person over many sockets, of one address, of everybody at once; and what it leaves to the others.

import { fileURLToPath } from 'node:url'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { EventType } from '../../src/biometrics/events.ts'
import { createFrameWriter } from '../../src/browser/encode.ts'
import { createShares, networkOf } from '../../src/channel/shares.ts'
import { createTurns } from '../../src/channel/turns.ts'
import { appOrigin, beats, closing, connect, listen, offer, refusal, until } from './listening.ts'
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

function attempt(here: Listening, uid: string, headers: Readonly<Record<string, string>> = {}) {
  return offer(here, ['vigil.v1', `vigil.ticket.${here.ticket(uid)}`], { origin: appOrigin, headers })
}

describe('one person', () => {
  test('has room for so many tabs over all sessions; a tab that closes makes room', async () => {
    const here = await listening({ limits: { connectionsPerPerson: 2 } })
    const first = await connect(here, 'a')
    await connect(here, 'b')
    expect((await refusal(attempt(here, 'c'))).status).toBe(503)
    first.close()
    await until(() => here.channel.connections === 1, 'the tab is gone')
    await connect(here, 'c')
  })

  test('opens so many sockets in a row, whatever became of those before', async () => {
    const here = await listening({ limits: { openBurstOfPerson: 3, opensPerSecondOfPerson: 0.001 } })
    for (const uid of ['a', 'b', 'c']) {
      const page = await connect(here, uid)
      page.send('no frame')
      await closing(page)
    }
    expect((await refusal(attempt(here, 'd'))).status).toBe(503)
    here.later += 1_000_000
    await connect(here, 'd')
  })

  test('is not kept out by whoever opens sockets of one of their sessions without end', async () => {
    const here = await listening({ limits: { openBurstOfSession: 3, opensPerSecondOfSession: 0.001 } })
    for (let n = 0; n < 3; n++) (await connect(here, 'stolen')).terminate()
    expect((await refusal(attempt(here, 'stolen'))).status).toBe(503)
    await connect(here, 'own')
    here.later += 1_000_000
    await connect(here, 'stolen')
  })

  test('sends no more over many sockets than over one', async () => {
    const here = await listening({ limits: { frameBurstOfPerson: 50, framesPerSecondOfPerson: 1 } })
    const pages = await Promise.all(['a', 'b', 'c'].map((uid) => connect(here, uid)))
    const closed = Promise.all(pages.map((page) => closing(page)))
    for (const page of pages) {
      const beat = beats(10)
      for (let i = 0; i < 60; i++) page.send(beat())
    }
    expect((await closed).map(({ reason }) => reason)).toEqual(Array(3).fill('rate_exceeded'))
    expect(here.seen.flatMap(({ frames }) => frames).length).toBeLessThanOrEqual(51)
  })

  test('nor more events', async () => {
    const here = await listening({ limits: { eventBurstOfPerson: 5_000, eventsPerSecondOfPerson: 1 } })
    const pages = await Promise.all(['a', 'b'].map((uid) => connect(here, uid)))
    const events = Array.from({ length: 4_000 }, (_, n) => {
      return { t: 100 + n / 10, type: EventType.pointerMove, cls: 0, slot: 0, x: n, y: n }
    })
    pages[0]!.send(createFrameWriter().write({ sentAt: 1_000, events }))
    await until(() => here.seen[0]!.frames.length === 1, 'the first is heard')
    pages[1]!.send(createFrameWriter().write({ sentAt: 1_000, events }))
    expect(await closing(pages[1]!)).toEqual({ code: 1008, reason: 'rate_exceeded' })
  })
})

describe('one address', () => {
  const addressOf: ListenOptions['addressOf'] = ({ headers }) => String(headers['x-from'] ?? '192.0.2.1')

  test('has room for so many sockets, and takes nobody else along', async () => {
    const here = await listening({ limits: { connectionsPerAddress: 2 }, addressOf })
    await connect(here, 'a')
    await connect(here, 'b')
    expect((await refusal(attempt(here, 'c'))).status).toBe(503)
    await connect(here, 'd', { headers: { 'x-from': '192.0.2.2' } })
  })

  test('tries so often, tickets or none, before anything is looked up for it', async () => {
    const here = await listening({ limits: { upgradeBurstOfAddress: 3, upgradesPerSecondOfAddress: 0.001 }, addressOf })
    const bad = () => refusal(offer(here, ['vigil.v1', 'vigil.ticket.made-up'], { origin: appOrigin }))
    expect([await bad(), await bad(), await bad(), await bad()].map(({ status }) => status)).toEqual([
      401, 401, 401, 503
    ])
    expect((await refusal(attempt(here, 'a'))).status).toBe(503)
    await connect(here, 'a', { headers: { 'x-from': '2001:db8::1' } })
  })

  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:0db8:0:0::ffff', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['2001:DB8:0000:0007::1', '2001:db8:0:7'],
    ['2001:0db8:0:0007:0:0:0.0.0.9', '2001:db8:0:7'],
    ['[2001:db8:0:7::1]:49152', '2001:db8:0:7'],
    ['203.0.113.9:49152', '203.0.113.9'],
    ['::FFFF:203.0.113.9', '203.0.113.9'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['0:0:0:0:0:ffff:cb00:7109', '203.0.113.9'],
    ['[::ffff:203.0.113.9]:80', '203.0.113.9'],
    ['no address at all', 'no address at all'],
    ['', '']
  ])('%s is of the network %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})

test('of a hundred thousand strangers only those with a socket, and the latest, are remembered', () => {
  let now = 0
  const shares = createShares([{ perSecond: 10, burst: 10 }], () => now)
  shares.of('stays').sockets = 1
  for (let i = 0; i < 100_000; i++) shares.of(`stranger ${i}`)
  expect(shares.size).toBeLessThanOrEqual(50_001)
  expect(shares.of('stays').sockets).toBe(1)
  now = 10_000
  for (let i = 0; i < 10_000; i++) shares.of('one')
  expect(shares.size).toBeLessThan(1_000)
  expect(shares.of('stays').sockets).toBe(1)
})

describe('a page that does not read', () => {
  test('is cut when anything has waited for it for too long, however little', async () => {
    const here = await listening({ limits: { unreadMs: 200, unreadBytes: 1e9 } })
    const page = await connect(here)
    page.pause()
    await until(() => here.seen.length === 1, 'the stream is open')
    // More than the network's own buffers take.
    for (let i = 0; i < 200; i++) here.seen[0]!.tell({ type: 'security_alert', reason: 'x'.repeat(50_000) })
    await until(() => here.channel.connections === 0, 'the socket is cut')
    expect(here.log.join('\n')).toContain('does not read')
    page.terminate()
  })
})

describe('memory that runs short', () => {
  test('turns newcomers away, and those that are here only when it runs out', async () => {
    let use = 0.5
    const here = await listening({ memoryUse: () => use })
    const pages = await Promise.all(Array.from({ length: 30 }, (_, n) => connect(here, `s${n}`)))
    const codes: number[] = []
    for (const page of pages) page.on('close', (code) => codes.push(code))
    use = 0.9
    await until(() => here.log.some((line) => line.includes('channel full')), 'it is noticed')
    expect((await refusal(attempt(here, 'late'))).status).toBe(503)
    expect(here.channel.connections).toBe(30)
    use = 0.95
    await until(() => codes.length > 0, 'the first are sent away')
    use = 0.5
    await until(() => here.log.some((line) => line.includes('open again')), 'it is noticed')
    expect(new Set(codes)).toEqual(new Set([1013]))
    expect(here.channel.connections).toBeGreaterThan(0)
    await connect(here, 'late')
  })
})

test('a process with 96 MB sends pages away instead of dying of them', async () => {
  const child = spawn(
    process.execPath,
    [
      '--max-old-space-size=96',
      '--conditions=vigil-source',
      fileURLToPath(new URL('memory-child.ts', import.meta.url))
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] }
  )
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const origin = `http://127.0.0.1:${line.toString().trim()}`
    const page = async (n: number): Promise<number> => {
      const { ticket } = (await (await fetch(`${origin}/${n}`)).json()) as { ticket: string }
      const socket = new WebSocket(
        `${origin.replace('http', 'ws')}/continuous`,
        ['vigil.v1', `vigil.ticket.${ticket}`],
        {
          origin: appOrigin
        }
      )
      socket.on('close', (code) => codes.push(code))
      return new Promise((resolve) => {
        socket.on('open', () => resolve(101))
        socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode ?? 0))
        socket.on('error', () => resolve(0))
      })
    }
    const codes: number[] = []
    const answers: number[] = []
    // Twice what there is room for, as fast as pages load.
    for (let n = 0; n < 100; n++) {
      answers.push(await page(n))
      await new Promise((resolve) => void setTimeout(resolve, 50))
    }
    expect(answers).toContain(101)
    expect(answers.includes(503) || codes.includes(1013)).toBe(true)
    expect(answers.every((status) => status === 101 || status === 503)).toBe(true)
    expect(child.exitCode).toBeNull()
    const { connections } = (await (await fetch(`${origin}/still-there`)).json()) as { connections: number }
    expect(connections).toBeGreaterThan(0)
  } finally {
    child.kill()
  }
}, 60_000)

describe('work of many pages at once', () => {
  test('leaves the event loop to others after each slice, and keeps its order', async () => {
    let now = 0
    const turns = createTurns(() => now)
    const done: string[] = []
    const job = async (n: number): Promise<void> => {
      const turn = turns.next()
      if (turn) await turn
      done.push(`job ${n}`)
      now += 3
    }
    const jobs = Array.from({ length: 21 }, (_, n) => job(n))
    const others = (async () => {
      for (let n = 0; n < 4; n++) {
        await new Promise((resolve) => void setImmediate(resolve))
        done.push('somebody else')
      }
    })()
    await Promise.all([...jobs, others])
    expect(done.filter((what) => what !== 'somebody else')).toEqual(Array.from({ length: 21 }, (_, n) => `job ${n}`))
    // Three of 3 ms fill a slice of 8; two slices may lie between two looks of somebody else.
    expect(done.indexOf('somebody else')).toBeLessThanOrEqual(6)
    expect(done.lastIndexOf('somebody else')).toBeLessThan(done.length - 1)
  })

  test('fills each slice: where turns are few, they are not the limit', async () => {
    const turns = createTurns(() => 0)
    let done = 0
    const job = async (): Promise<void> => {
      await turns.next()
      done++
    }
    const jobs = Array.from({ length: 100 }, job)
    await new Promise((resolve) => void setImmediate(resolve))
    await new Promise((resolve) => void setImmediate(resolve))
    expect(done).toBe(100)
    await Promise.all(jobs)
  })

  test('of two hundred pages that send in one instant, each is heard, and a newcomer is let in between', async () => {
    const here = await listening({
      receive() {
        const end = performance.now() + 5
        while (performance.now() < end);
      }
    })
    const pages = await Promise.all(Array.from({ length: 200 }, (_, n) => connect(here, `s${n}`)))
    for (const page of pages) page.send(beats()())
    const heard = (): number => here.seen.reduce((sum, { frames }) => sum + frames.length, 0)
    await until(() => heard() > 0, 'the first is heard')
    const newcomer = attempt(here, 'new')
    await once(newcomer, 'open')
    expect(heard()).toBeLessThan(200)
    await until(() => heard() === 200, 'all are heard')
  })
})
