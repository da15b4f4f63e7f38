// What the benches with a provider in a process of its own share: a house full of people who are enrolled and signed in, and its memory.

import { setTimeout } from 'node:timers/promises'
import { createEngine, type EnrolledPerson } from '../../src/biometrics/index.ts'
import { createProfiles } from '../../src/people/profiles.ts'
import { keysFrom } from '../../src/secrets.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { secret, silent, startHost, visitorOf } from '../support/server.ts'

export interface WatchedHouse {
  readonly issuer: string
  /** One a session, each of a person of their own. */
  readonly accessTokens: readonly string[]
}

/** A provider with the population that ships; `materials` enrol its people in turn. */
export async function watchedHouse(materials: readonly EnrolledPerson[], sessions: number): Promise<WatchedHouse> {
  const population = shippedPopulation()
  const engine = createEngine(population)
  const enrolled = materials.map((material) => engine.derive(material))
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
  return { issuer: host.issuer, accessTokens }
}

/** Bytes on the heap and outside it, when nothing more can be collected: what is outside is given back some time after the collection. */
export async function settledBytes(): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < mostRounds; round++) {
    globalThis.gc?.()
    await setTimeout(200)
    const { heapUsed, external } = process.memoryUsage()
    const bytes = heapUsed + external
    if (round >= fewestRounds && bytes > 0.995 * least) break
    least = Math.min(least, bytes)
  }
  return least
}

const fewestRounds = 4
const mostRounds = 20
