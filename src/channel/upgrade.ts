// The moment before a socket becomes a channel: who is it, is there room, and is somebody ready to listen. A refusal is
// an ordinary HTTP answer, so that proxies and logs understand it.

import { STATUS_CODES } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorTable, VigilError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'

/** True when the request asks for this path; the query does not matter. */
export function isFor(path: string, request: IncomingMessage): boolean {
  const [asked] = (request.url ?? '').split('?', 1)
  return asked === path
}

/** Answers in place of the upgrade and lets go of the socket. The description is the code's meaning, never the message. */
export function refuse(socket: Duplex, code: ErrorCode): void {
  // ws has answered a broken handshake itself; cutting the socket now would cut its answer.
  if (socket.writableEnded) return
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const { status } = new VigilError(code)
  const body = JSON.stringify({ error: code, error_description: errorTable[code].meaning })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store'
  ]
  socket.once('finish', () => socket.destroy())
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** `work`, or `overloaded` when it takes longer than this. What comes too late goes to `tooLate`. */
export async function within<T>(ms: number, work: Promise<T>, tooLate: (value: T) => void): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    reject(new VigilError('overloaded', `no answer within ${ms} ms`))
  }, ms)
  const guarded = work.then((value) => {
    if (isLate) tooLate(value)
    return value
  })
  // When the timer wins, a later failure of the work has nobody left to tell.
  guarded.catch(() => undefined)
  try {
    return await Promise.race([guarded, promise])
  } finally {
    clearTimeout(timer)
  }
}
