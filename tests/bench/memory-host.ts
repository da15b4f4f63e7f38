// A provider with Vigil in a process of its own, whose memory is measured: some hundred people are enrolled and signed in before the count
// begins. Speaks with its parent by messages; needs `--expose-gc`.

import { setTimeout } from 'node:timers/promises'
import { createEngine } from '../../src/biometrics/index.ts'
import { createProfiles } from '../../src/profiles.ts'
import { keysFrom } from '../../src/secrets.ts'
import { shippedPopulation } from '../../src/shipped-population.ts'
import { secret, silent, startHost, visitorOf } from '../support/server.ts'
import { bench } from './product.ts'

export type Question = 'ready' | 'memory'
export interface Ready {
  readonly issuer: string
  readonly accessTokens: readonly string[]
}
export type Answer = Ready | { readonly bytes: number }

export const sessions = 300

if (process.send !== undefined) await serve()

async function serve(): Promise<void> {
  const population = shippedPopulation()
  const engine = createEngine(population)
  const enrolled = bench().people.map(({ material }) => engine.derive(material))
  const host = await startHost({ vigil: { population } })
  const profiles = createProfiles(host.storage.profiles, keysFrom(secret)('profiles'), host.storage.audit, silent)
  const accessTokens: string[] = []
  for (let n = 0; n < sessions; n++) {
    const account = `person-${n}`
    await profiles.add(account, enrolled[n % enrolled.length]!, Math.floor(Date.now() / 1000))
    const person = await visitorOf(host, { account })
    accessTokens.push((await person.signIn()).accessToken)
    await host.vigil.giveConsent(account)
  }
  process.on('message', (question: Question) => {
    const ready: Ready = { issuer: host.issuer, accessTokens }
    if (question === 'ready') process.send?.(ready)
    else void settledBytes().then((bytes) => process.send?.({ bytes }))
  })
}

/** Bytes on the heap and outside it, when nothing more can be collected. */
async function settledBytes(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.()
    await setTimeout(100)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
