// Programs of other people against the stand-alone server: each is what its users install, and none knows of Vigil.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import { startServer, type VigilServer } from '../../src/server.ts'
import { freePorts } from '../support/process.ts'
import { nobody, silent } from '../support/server.ts'
import { policy, relyingPartyContract } from './contract.ts'
import { parties } from './parties/index.ts'
import type { PartyOptions } from './party.ts'

const present = parties.filter(({ available }) => available)
let house: VigilServer
let places: Omit<PartyOptions, 'issuer'>[]

beforeAll(async () => {
  const ports = await freePorts(present.length)
  places = present.map(({ name }, n) => ({
    clientId: name,
    clientSecret: randomBytes(32).toString('base64url'),
    origin: `http://localhost:${ports[n]!}`,
    port: ports[n]!
  }))
  house = await startServer({
    port: 0,
    secret: randomBytes(32).toString('base64url'),
    database: 'memory://',
    population: nobody,
    logger: silent,
    administratorName: 'nobody',
    policy,
    clients: present.map((party, n) => {
      const { clientId, clientSecret, origin } = places[n]!
      return { client_id: clientId, client_secret: clientSecret, ...party.metadata(origin) }
    })
  })
}, 120_000)
afterAll(() => house?.close())

for (const [n, party] of present.entries()) {
  relyingPartyContract(party, () => ({ ...places[n]!, issuer: house.issuer, house }))
}
