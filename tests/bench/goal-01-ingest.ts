// Goal 1: what it costs to take in a frame, up to the 40 features, over a bare `ws` server that receives the same bytes. A thousand sockets each, ten
// frames a second each, in turns.

import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { createFrameWriter, type FrameWriter } from '../../src/browser/encode.ts'
import { protocolName } from '../../src/channel/wire.ts'
import { childOf, type Child } from './child.ts'
import type { Goal } from './goal.ts'
import type { Ingested } from './ingest-host.ts'
import { inputOf } from './product.ts'
import { median } from './timing.ts'

const sockets = 1000
const beatMs = 100
const rounds = 5
const beatsOfRound = 30
const warmBeats = 50
/** For frames that a busy machine has not taken in yet. */
const patienceMs = 20_000
/** A frame of twenty events, as in the peers' figures. */
const eventsOfFrame = 20

export const goal1: Goal = {
  number: 1,
  work: `ingest on ${sockets} sockets, over a bare ws server`,
  limits: { of: 'ratio', better: 'lower', must: 1.5, aim: 1.2 },
  async measure() {
    const hosts = [childOf('ingest-host.ts', ['product']), childOf('ingest-host.ts', ['bare'])] as const
    try {
      const sides = [await sideOf(hosts[0]), await sideOf(hosts[1])] as const
      for (const side of sides) await cost(side, warmBeats)
      const taken: { product: number; floor: number }[] = []
      for (let round = 0; round < rounds; round++) {
        taken.push({ product: await cost(sides[0], beatsOfRound), floor: await cost(sides[1], beatsOfRound) })
      }
      return {
        value: median(taken.map(({ product }) => product)),
        unit: 'µs CPU a frame',
        baseline: median(taken.map(({ floor }) => floor)),
        ratio: median(taken.map(({ product, floor }) => product / floor))
      }
    } finally {
      for (const host of hosts) host.end()
    }
  }
}

interface Side {
  readonly host: Child
  readonly pages: readonly WebSocket[]
  /** All pages send the same bytes: each has a connection of its own, and their clocks started together. */
  readonly writer: FrameWriter
  sentAt: number
}

async function sideOf(host: Child): Promise<Side> {
  const url = await host.ask<string>('url')
  const pages: WebSocket[] = []
  for (let n = 0; n < sockets; n++) {
    const page = new WebSocket(url, [protocolName], { perMessageDeflate: false })
    await once(page, 'open')
    pages.push(page)
  }
  return { host, pages, writer: createFrameWriter({ grainMs: 0.1 }), sentAt: 0 }
}

/** Twenty events of somebody, since the frame before. */
function nextFrame(side: Side): Uint8Array {
  const { writer } = side
  const before = Math.max(side.sentAt, performance.now() - beatMs)
  const sentAt = Math.max(performance.now(), before + 1)
  side.sentAt = sentAt
  const first = (writer.sequence * eventsOfFrame) % (input.length - eventsOfFrame)
  const events = input
    .slice(first, first + eventsOfFrame)
    .map((event, i) => ({ ...event, t: before + ((sentAt - before) * (i + 1)) / (eventsOfFrame + 1) }))
  return writer.write({ sentAt, events })
}

/** CPU microseconds a frame. */
async function cost(side: Side, beats: number): Promise<number> {
  await side.host.ask('begin')
  await play(side, beats)
  for (const until = performance.now() + patienceMs; ; await setTimeout(250)) {
    const { frames, cpuMicroseconds } = await side.host.ask<Ingested>('taken')
    if (frames === beats * sockets) return cpuMicroseconds / frames
    if (performance.now() > until) throw new Error(`${frames} of ${beats * sockets} frames arrived`)
  }
}

/** Beat by beat, the pages spread over it. */
async function play(side: Side, beats: number): Promise<void> {
  const slices = 10
  let due = performance.now()
  for (let beat = 0; beat < beats; beat++) {
    const bytes = nextFrame(side)
    for (let slice = 0; slice < slices; slice++) {
      for (let n = slice; n < sockets; n += slices) side.pages[n]!.send(bytes)
      due += beatMs / slices
      await setTimeout(Math.max(0, due - performance.now()))
    }
    // Frames of a machine that is behind would come all at once, which is another load.
    due = Math.max(due, performance.now() - beatMs)
  }
}

const input = inputOf(77, 80_000)
