// Runs the Flask-SocketIO peer, where Python has it, under a load of frames that says as much as the product's: events a second that one core takes.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import { normals, seededRandom } from '../../../src/biometrics/random.ts'
import { oneThread, pythons } from './python.ts'

export const predecessorIsMissing =
  'the peer is not installed: python3-flask-socketio python3-gevent-websocket python3-sklearn'

const sockets = 100
/** Of all together: a third of what it can take, so that nothing queues. */
const framesPerSecond = 100
const eventsOfFrame = 20
const warmSeconds = 3
const seconds = 15

/** Events a second on a core; undefined where no Python has the packages. */
export async function predecessor(): Promise<number | undefined> {
  const script = fileURLToPath(new URL('predecessor.py', import.meta.url))
  for (const python of pythons) {
    const peer = spawn(python, [script], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: oneThread
    })
    const gone = once(peer, 'exit').then(() => undefined)
    const lines = createInterface(peer.stdout)
    const heard = lines[Symbol.asyncIterator]()
    const next = async (): Promise<Record<string, number> | undefined> => {
      const line = await Promise.race([heard.next(), gone])
      return line?.done === false ? (JSON.parse(line.value) as Record<string, number>) : undefined
    }
    try {
      const ready = await next()
      if (ready === undefined) continue
      const pages = await open(`ws://127.0.0.1:${ready['port']}/socket.io/?EIO=4&transport=websocket`)
      await play(pages, warmSeconds)
      say(pages[0]!, 'begin')
      await play(pages, seconds)
      say(pages[0]!, 'end')
      const figures = await next()
      for (const page of pages) page.terminate()
      return figures && figures['events']! / figures['cpuSeconds']!
    } finally {
      peer.kill()
    }
  }
  return undefined
}

/** The Socket.IO protocol, version 5, on Engine.IO, version 4, without its library: `40` enters, `42` says, `2` is answered with `3`. */
async function open(url: string): Promise<WebSocket[]> {
  const pages: WebSocket[] = []
  const untilMs = performance.now() + 20_000
  while (pages.length < sockets) {
    const page = new WebSocket(url, { perMessageDeflate: false })
    try {
      await once(page, 'open')
    } catch (error) {
      // It says its port before it listens.
      if (performance.now() > untilMs) throw error
      await setTimeout(200)
      continue
    }
    page.on('message', (data: Buffer) => {
      if (data.toString() === '2') page.send('3')
    })
    page.send('40')
    pages.push(page)
  }
  await setTimeout(500)
  return pages
}

function say(page: WebSocket, what: string, ...more: unknown[]): void {
  page.send(`42${JSON.stringify([what, ...more])}`)
}

async function play(pages: readonly WebSocket[], forSeconds: number): Promise<void> {
  const begun = performance.now()
  for (let n = 0; n < forSeconds * framesPerSecond; n++) {
    await setTimeout(Math.max(0, begun + (1000 * n) / framesPerSecond - performance.now()))
    say(pages[n % pages.length]!, 'events', frames[n % frames.length])
  }
  // For what was sent last.
  await setTimeout(1000)
}

const draw = normals(seededRandom(7))
/** A frame is keystrokes (type, class, press, release) or moves (time, x, y, buttons), as the peer's pages send them. */
const frames = Array.from({ length: 64 }, (_, n) => {
  let t = 1000
  let x = 400
  let y = 300
  return Array.from({ length: eventsOfFrame }, () => {
    if (n % 2 === 1) return [(t += 12), (x += Math.round(9 * draw())), (y += Math.round(7 * draw())), 0]
    t += Math.max(15, Math.round(150 + 60 * draw()))
    return [0, Math.round(Math.abs(3 * draw())) % 7, t, t + Math.max(20, Math.round(95 + 20 * draw()))]
  })
})
