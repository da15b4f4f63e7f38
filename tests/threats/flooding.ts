// THREATS.md 17: somebody with a session of their own who wants to bring the server down, one socket after the other.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { deflateRawSync } from 'node:zlib'
import { WebSocket } from 'ws'
import { createFrameWriter } from '../../src/browser/encode.ts'
import { protocolName } from '../../src/channel/wire.ts'
import type { OpenWay } from '../../src/load/way.ts'

const bombBytes = 50_000_000
const messagesPerSecond = 10_000
let compressed: Buffer | undefined
let plain: Buffer | undefined

/** What is poured into a socket that is open. */
const floods = {
  /** 50 MB that fit into 50 kB, said to be compressed although nobody agreed to it. */
  bomb(_: WebSocket, wire: Socket) {
    wire.write((compressed ??= compressedFrame()))
    return Promise.resolve()
  },
  /** The same as it is. */
  large(socket: WebSocket) {
    socket.send((plain ??= Buffer.alloc(bombBytes, 'a')), () => undefined)
    return Promise.resolve()
  },
  /** Good frames, ten thousand a second. */
  async messages(socket: WebSocket) {
    const writer = createFrameWriter()
    while (socket.readyState === WebSocket.OPEN) {
      for (let i = 0; i < messagesPerSecond / 100; i++) {
        socket.send(writer.write({ sentAt: 5_000 + writer.sequence, events: [] }), () => undefined)
      }
      await setTimeout(10)
    }
  },
  /** A message that never ends. */
  async fragments(socket: WebSocket) {
    while (socket.readyState === WebSocket.OPEN) {
      for (let i = 0; i < 100; i++) socket.send(new Uint8Array(1), { fin: false }, () => undefined)
      await setTimeout(10)
    }
  }
} as const

export type Flood = keyof typeof floods
export const floodKinds = Object.keys(floods) as Flood[]

/** Close codes that answer each. 1002: bits that nobody agreed to (RFC 6455 §5.2). */
export const floodAnswers: Readonly<Record<Flood, number>> = {
  bomb: 1002,
  large: 1009,
  messages: 1008,
  fragments: 1008
}

/** Attempts one after the other until `isOver`; the close code of each, or the reason why there was no socket. */
export async function flood(kind: Flood, way: OpenWay, isOver: () => boolean): Promise<(number | string)[]> {
  const answers: (number | string)[] = []
  while (!isOver()) {
    const answer = await attempt(kind, way).catch((error: unknown) => String(error))
    answers.push(answer)
    if (typeof answer === 'string') await setTimeout(200)
  }
  return answers
}

async function attempt(kind: Flood, way: OpenWay): Promise<number> {
  const { url, credential, origin } = await way()
  const wire = connect(Number(new URL(url).port), new URL(url).hostname)
  const socket = new WebSocket(url, [protocolName, credential], {
    origin,
    perMessageDeflate: kind === 'large',
    createConnection: () => wire
  })
  await once(socket, 'open')
  socket.on('error', () => undefined)
  const closed = once(socket, 'close')
  await floods[kind](socket, wire)
  const [code] = (await closed) as [number]
  return code
}

/** Binary, final, first reserved bit set, masked with zeros. */
function compressedFrame(): Buffer {
  const payload = deflateRawSync(Buffer.alloc(bombBytes, 'a'))
  const head = Buffer.alloc(14)
  head[0] = 0b1100_0010
  head[1] = 0b1111_1111
  head.writeBigUInt64BE(BigInt(payload.length), 2)
  return Buffer.concat([head, payload])
}
