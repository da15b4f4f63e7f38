// Takes frames in a process of its own: as the product does up to the 40 features, or bare, where a `ws` server only counts the bytes.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { type WebSocket, WebSocketServer } from 'ws'
import { createWindowBuilder } from '../../src/biometrics/index.ts'
import { createChannel } from '../../src/channel/channel.ts'
import { largestFrameBytes, protocolName } from '../../src/channel/wire.ts'
import { collectSeldom } from '../../src/heap.ts'

export interface Ingested {
  readonly frames: number
  readonly cpuMicroseconds: number
}

collectSeldom()
const bare = process.argv[2] === 'bare'
const server = createServer()
let frames = 0
let bytes = 0
let windows = 0

if (bare) {
  const sockets = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: largestFrameBytes })
  sockets.on('connection', (socket: WebSocket) => {
    socket.on('message', (data: Buffer) => {
      frames++
      bytes += data.length
    })
  })
} else {
  let number = 0
  const channel = createChannel({
    admission: {
      admit: () =>
        Promise.resolve({ uid: `session-${number}`, accountId: `${number++}`, origin: 'bench', purpose: 'watch' }),
      isLive: () => Promise.resolve(true)
    },
    watch: {
      open() {
        const builder = createWindowBuilder()
        return Promise.resolve({
          receive({ events, counters }) {
            frames++
            builder.count(counters)
            for (const event of events) if (builder.push(event)) windows++
            return undefined
          },
          interrupted: () => undefined,
          resumed: () => Promise.resolve(),
          close: () => undefined
        })
      }
    },
    logger: pino({ level: 'silent' })
  })
  server.on('upgrade', (request, socket, head) => void channel.handleUpgrade(request, socket, head))
}
server.listen(0, '127.0.0.1')
await once(server, 'listening')

let cpu = process.cpuUsage()
process.on('message', (question) => {
  if (question === 'url') {
    process.send?.(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/continuous`)
  } else if (question === 'begin') {
    frames = 0
    cpu = process.cpuUsage()
    process.send?.(protocolName)
  } else {
    const { user, system } = process.cpuUsage(cpu)
    const ingested: Ingested = { frames, cpuMicroseconds: user + system }
    // The other two only keep the work from being nothing.
    process.send?.(bytes + windows < 0 ? undefined : ingested)
  }
})
