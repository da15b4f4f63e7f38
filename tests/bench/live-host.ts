// A provider with Vigil in a process of its own, under load: everybody is enrolled and signed in before the count begins. `floor` as argument: a bare `ws`
// server in its place that decodes the same frames and scores six hand-written models each fifty events.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type WebSocket, WebSocketServer } from 'ws'
import { materialOf, windowsOf } from '../../src/biometrics/index.ts'
import { decodeFrame } from '../../src/channel/frame.ts'
import type { Frame } from '../../src/channel/ports.ts'
import { largestFrameBytes } from '../../src/channel/wire.ts'
import { collectSeldom } from '../../src/heap.ts'
import { floorModels, floorWindow } from './floor/models.ts'
import { liveLessons } from './live-people.ts'
import { settledBytes, watchedHouse } from './watched-house.ts'

export interface LiveReady {
  readonly issuer: string
  /** Of as many sessions, each of a person of their own; none of the floor, which lets everybody in. */
  readonly accessTokens: readonly string[]
}

export interface LiveFigures {
  readonly cpuSeconds: number
  readonly wallSeconds: number
  /** How late the event loop was, in milliseconds. */
  readonly delayMs: { readonly p50: number; readonly p99: number; readonly max: number }
  /** On the heap and outside it when nothing more can be collected, at `begin` and now. */
  readonly bytes: { readonly before: number; readonly after: number }
}

/** Bytes, garbage included. */
export interface MemoryNow {
  readonly rss: number
  readonly heapUsed: number
  readonly external: number
}

const resolutionMs = 10
collectSeldom()
const kind = process.argv[2]
const sessions = Number(process.argv[3])
const ready = kind === 'floor' ? await floor() : await provider()

const delay = monitorEventLoopDelay({ resolution: resolutionMs })
let cpu = process.cpuUsage()
let begunAt = 0
let before = 0
process.on('message', (question) => void answer(question))

async function answer(question: unknown): Promise<void> {
  if (question === 'ready') return void process.send?.(ready)
  if (question === 'begin') {
    before = await settledBytes()
    delay.enable()
    delay.reset()
    cpu = process.cpuUsage()
    begunAt = performance.now()
    return void process.send?.('begun')
  }
  if (question === 'memory') return void process.send?.(memoryNow())
  delay.disable()
  const { user, system } = process.cpuUsage(cpu)
  const wallSeconds = (performance.now() - begunAt) / 1000
  // The monitor counts from one of its own timers to the next; what is over their distance is delay.
  const ms = (nanoseconds: number): number => Math.max(nanoseconds / 1e6 - resolutionMs, 0)
  const figures: LiveFigures = {
    cpuSeconds: (user + system) / 1e6,
    wallSeconds,
    delayMs: { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) },
    bytes: { before, after: await settledBytes() }
  }
  process.send?.(figures)
}

/** As it is, without a collection: to force one would be the longest delay of the run. */
function memoryNow(): MemoryNow {
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, heapUsed, external }
}

function provider(): Promise<LiveReady> {
  return watchedHouse(
    liveLessons().map((recordings) => materialOf(windowsOf(recordings))),
    sessions
  )
}

async function floor(): Promise<LiveReady> {
  const server = createServer()
  const sockets = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: largestFrameBytes })
  const models = Array.from({ length: 20 }, (_, n) => floorModels(n))
  const { values, sequence } = floorWindow(1)
  const eventsOfWindow = 50
  let number = 0
  sockets.on('connection', (socket: WebSocket) => {
    const own = models[number % models.length]!
    // Not everybody's window is full in the same instant.
    let events = (number++ * 7) % eventsOfWindow
    let last: Frame | undefined
    socket.on('message', (data: Buffer) => {
      last = decodeFrame(data, last)
      for (const event of last.events) {
        values[events % values.length] = event.t % 100
        if (++events % eventsOfWindow !== 0) continue
        const risk = own.reduce((sum, model) => sum + model(values, sequence), 0)
        socket.send(JSON.stringify({ risk }))
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, accessTokens: [] }
}
