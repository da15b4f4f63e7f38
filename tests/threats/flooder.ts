// A flood in a process of its own, so that its work delays nobody who measures. Arguments: kind, issuer, access token. Asked `begin`, it begins; asked
// `end`, it tells how each attempt was answered.

import type { LiveReady } from '../bench/live-host.ts'
import { ticketWay } from '../bench/live-run.ts'
import { flood, type Flood } from './flooding.ts'

const [kind, issuer, token] = process.argv.slice(2) as [Flood, string, string]
const ready: LiveReady = { issuer, accessTokens: [token] }
let isOver = false
let answers: Promise<readonly (number | string)[]> | undefined

process.on('message', (question) => void answer(question))

async function answer(question: unknown): Promise<void> {
  if (question === 'begin') answers = flood(kind, ticketWay(ready, 0), () => isOver)
  isOver = question === 'end'
  process.send?.(isOver ? await answers : 'begun')
}
