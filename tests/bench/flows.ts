// What a sign-in costs a provider with Vigil and one without, in turns, on each adapter that this machine has. The relying party and the browser are
// in this process and cost nothing that is counted.

import { setTimeout } from 'node:timers/promises'
import { freshPostgres } from '../support/databases.ts'
import { available } from '../support/available.ts'
import { createBrowser, goThrough, relyingParty } from '../support/oidc.ts'
import { childOf } from './child.ts'
import { ben, type FlowHosts, password, redirectUri } from './flow-host.ts'
import type { Measured } from './goal.ts'
import { median } from './timing.ts'

export interface FlowsOptions {
  /** `flow`: whoever says a name is let in. `login`: the password is checked by argon2id. */
  readonly mode: 'flow' | 'login'
  readonly databases: readonly ('memory' | 'PGlite' | 'PostgreSQL')[]
  readonly rounds?: number
  /** Of one provider in a round. */
  readonly flows?: number
}

/** The worst of the adapters, with all of them in the note. Milliseconds of CPU a flow. */
export async function measureFlows(options: FlowsOptions): Promise<Measured> {
  const taken: (Pair & { readonly name: string })[] = []
  const notes: string[] = []
  for (const name of options.databases) {
    if (name === 'PostgreSQL' && !available().postgresql) {
      notes.push('PostgreSQL not measured: no DATABASE_URL')
      continue
    }
    const pair = await withDatabase(name, (url) => pairOn(url, options))
    taken.push({ ...pair, name })
    notes.push(`${name} ${pair.ratio.toFixed(3)} × (${pair.product.toFixed(1)} / ${pair.floor.toFixed(1)} ms)`)
  }
  const worst = taken.reduce((one, other) => (other.ratio > one.ratio ? other : one))
  return { value: worst.product, unit: 'ms', baseline: worst.floor, ratio: worst.ratio, note: notes.join(', ') }
}

interface Pair {
  readonly product: number
  readonly floor: number
  /** Median of the rounds' own ratios. */
  readonly ratio: number
}

async function withDatabase<T>(name: string, use: (database: string) => Promise<T>): Promise<T> {
  if (name !== 'PostgreSQL') return use(name === 'memory' ? 'memory' : 'memory://')
  const { url, drop } = await freshPostgres()
  try {
    return await use(url)
  } finally {
    await drop()
  }
}

async function pairOn(database: string, { mode, rounds = 9, flows = 20 }: FlowsOptions): Promise<Pair> {
  const child = childOf('flow-host.ts', [mode, database])
  try {
    const { product, floor } = await child.ask<FlowHosts>('hosts')
    const sides = { product: await someone('ana', product, mode), floor: await someone(ben.username, floor, mode) }
    const cpuOf = async (flow: () => Promise<void>, count: number): Promise<number> => {
      const before = await child.ask<number>('cpu')
      for (let done = 0; done < count; done++) await flow()
      // What is written behind the answer belongs to it.
      await setTimeout(50)
      return ((await child.ask<number>('cpu')) - before) / count / 1000
    }
    for (const side of [sides.product, sides.floor]) await cpuOf(side, 2 * flows)
    const taken: { product: number; floor: number }[] = []
    for (let round = 0; round < rounds; round++) {
      // Who begins alternates: a machine that slows down hits both.
      const order = round % 2 === 0 ? (['product', 'floor'] as const) : (['floor', 'product'] as const)
      const cost = { product: 0, floor: 0 }
      for (const side of order) cost[side] = await cpuOf(sides[side], flows)
      taken.push(cost)
    }
    return {
      product: median(taken.map((round) => round.product)),
      floor: median(taken.map((round) => round.floor)),
      ratio: median(taken.map((round) => round.product / round.floor))
    }
  } finally {
    child.end()
  }
}

/** One sign-in from the link to the tokens, in a browser that was here before where a password is asked for, else in a new one. */
async function someone(username: string, issuer: string, mode: FlowsOptions['mode']): Promise<() => Promise<void>> {
  const party = await relyingParty(issuer, { clientId: 'app', redirectUri })
  let browser = createBrowser([redirectUri])
  if (mode === 'login') {
    const page = await browser.get(`${issuer}/signup`)
    // Without Vigil there is no sign-up: the account is there.
    if (page.status === 200) await browser.submit(page, { username, email: 'ana@example.test', password }, 8)
  }
  return async () => {
    if (mode === 'flow') browser = createBrowser([redirectUri])
    const request = await party.request(mode === 'login' ? { prompt: 'login' } : {})
    const answering = (page: Parameters<typeof browser.submit>[0]) => browser.submit(page, { username, password })
    const end = await goThrough(await browser.get(request.url), answering)
    await request.redeem(end.url)
  }
}
