// Goal 7: memory of a watched session, everything included: socket, buffers, profile with its models, window, evidence. Some hundred sessions
// of different people on a server of its own; their pages are in this process.

import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import { createFrameWriter } from '../../src/browser/encode.ts'
import type { Goal } from './goal.ts'
import { sessions, type Answer, type Question, type Ready } from './memory-host.ts'
import { inputOf } from './product.ts'

/** What one frame may bring that waited for its connection. */
const typedForMs = 80_000
const settleMs = 3000

export const goal7: Goal = {
  number: 7,
  work: 'memory a watched session, everything included',
  limits: { of: 'value', better: 'lower', must: 0.5, aim: 0.3 },
  async measure() {
    const host = fork(fileURLToPath(new URL('memory-host.ts', import.meta.url)), {
      execArgv: ['--conditions=vigil-source', '--expose-gc']
    })
    try {
      const { issuer, accessTokens } = (await ask(host, 'ready')) as Ready
      const before = await bytesOf(host)
      const pages: WebSocket[] = []
      for (const token of accessTokens) pages.push(await openPage(issuer, token))
      pages.forEach((page, n) => page.send(firstFrame(n)))
      await setTimeout(settleMs)
      const open = pages.filter(({ readyState }) => readyState === WebSocket.OPEN).length
      if (open < sessions) throw new Error(`only ${open} of ${sessions} sessions stayed open`)
      const after = await bytesOf(host)
      for (const page of pages) page.terminate()
      return { value: (after - before) / sessions / 2 ** 20, unit: 'MiB', note: `${sessions} sessions` }
    } finally {
      host.kill()
    }
  }
}

/** As a relying party's page does it: a ticket for the access token, then the channel. */
async function openPage(issuer: string, accessToken: string): Promise<WebSocket> {
  const answer = await fetch(`${issuer}/continuous/ticket`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}` }
  })
  const { ticket, url } = (await answer.json()) as { readonly ticket: string; readonly url: string }
  const page = new WebSocket(url, ['vigil.v1', `vigil.ticket.${ticket}`], { origin: 'https://app.example.test' })
  await once(page, 'open')
  return page
}

function firstFrame(n: number): Uint8Array {
  const events = inputOf(2000 + n, typedForMs).slice(0, 4000)
  return createFrameWriter({ grainMs: 0.1 }).write({ sentAt: events.at(-1)!.t + 1, events })
}

async function bytesOf(host: ChildProcess): Promise<number> {
  return ((await ask(host, 'memory')) as Exclude<Answer, Ready>).bytes
}

async function ask(host: ChildProcess, question: Question): Promise<Answer> {
  const heard = once(host, 'message')
  const ended = once(host, 'exit').then(([code]) => Promise.reject(new Error(`the server ended with ${String(code)}`)))
  // Whoever loses the race is of no more interest.
  ended.catch(() => undefined)
  host.send(question)
  const [answer] = (await Promise.race([heard, ended])) as [Answer]
  return answer
}
