// The options of the stand-alone server: what is there by default, and that a wrong value is refused with the name of its variable.

import { createServer } from 'node:http'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { configFrom, optionTable } from '../src/config.ts'
import { VigilError } from '../src/errors.ts'
import { startServer } from '../src/server.ts'
import { nobody, silent } from './support/server.ts'

const SECRET_KEY = 'Nq7-fV2xL0aW9uZkT4cRb8sYhE1mJp6d'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-config-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

function complaintOf(env: Readonly<Record<string, string>>): string {
  try {
    configFrom({ SECRET_KEY, ...env })
  } catch (error) {
    expect(error).toBeInstanceOf(VigilError)
    expect(error).toMatchObject({ code: 'config_invalid', exitCode: 2 })
    expect((error as Error).message).not.toContain('\n')
    return (error as Error).message
  }
  throw new Error('the value was taken')
}

describe('options', () => {
  it('have the defaults that the table says', () => {
    expect(configFrom({ SECRET_KEY })).toEqual({
      issuer: 'http://localhost:3000',
      port: 3000,
      secret: SECRET_KEY,
      database: join('.data', 'db'),
      clients: [],
      resources: [],
      budget: '1/40h',
      calibrationKeystrokes: 400,
      graceSeconds: 60,
      challengeSeconds: 300,
      proxyHops: 0,
      logLevel: 'info'
    })
    expect(optionTable.port.default).toBe('3000')
    expect(optionTable.secret).not.toHaveProperty('default')
  })

  it('are what the environment says', () => {
    const clients = file('clients.json', '[{"client_id":"shop","redirect_uris":["https://shop.example.test/"]}]')
    const policy = file('policy.yaml', 'version: 1\nrules: [{ then: allow }]')
    const config = configFrom({
      SECRET_KEY,
      PORT: '8080',
      VIGIL_ISSUER: 'https://login.example.test/id',
      DATABASE_URL: 'postgres://db.example.test/vigil',
      VIGIL_CLIENTS: clients,
      VIGIL_POLICY: policy,
      VIGIL_GRACE: '5',
      VIGIL_PROXY_HOPS: '2',
      LOG_LEVEL: 'silent'
    })
    expect(config).toMatchObject({
      port: 8080,
      issuer: 'https://login.example.test/id',
      database: 'postgres://db.example.test/vigil',
      clients: [{ client_id: 'shop', redirect_uris: ['https://shop.example.test/'] }],
      policy: 'version: 1\nrules: [{ then: allow }]',
      graceSeconds: 5,
      proxyHops: 2,
      logLevel: 'silent'
    })
  })

  it('the levels are those of the file, and a policy may name them', () => {
    const ladder = file('ladder.json', '[{"acr":"low","factors":1,"maxAgeSeconds":600}]')
    const policy = file('named.yaml', 'version: 1\nrules: [{ then: step_up, acr: low }]')
    expect(configFrom({ SECRET_KEY, VIGIL_LADDER: ladder, VIGIL_POLICY: policy }).ladder).toEqual([
      { acr: 'low', factors: 1, phishingResistant: false, maxAgeSeconds: 600 }
    ])
    expect(complaintOf({ VIGIL_LADDER: file('broken.json', '[') })).toMatch(/^VIGIL_LADDER: .* is not JSON/)
    expect(complaintOf({ VIGIL_LADDER: file('none.json', '[{"acr":"low"}]') })).toBe(
      'VIGIL_LADDER[0].factors must be one of 1, 2, got nothing'
    )
    expect(complaintOf({ VIGIL_LADDER: join(folder, 'nowhere') })).toMatch(/^VIGIL_LADDER must name a readable file/)
  })

  it('the APIs are those of the file', () => {
    const resources = file('apis.json', '[{"resource":"https://api.example.test","scope":"read"}]')
    expect(configFrom({ SECRET_KEY, VIGIL_RESOURCES: resources }).resources).toEqual([
      { resource: 'https://api.example.test', scope: 'read' }
    ])
    expect(complaintOf({ VIGIL_RESOURCES: file('odd.json', '[{"resource":"api","scope":"read"}]') })).toBe(
      'VIGIL_RESOURCES[0].resource must be an absolute URI without fragment, got "api"'
    )
  })

  it('an empty variable is none', () => {
    expect(configFrom({ SECRET_KEY, PORT: '', VIGIL_ISSUER: '' }).port).toBe(3000)
  })

  it('any free port has no address yet', () => {
    expect(configFrom({ SECRET_KEY, PORT: '0' })).not.toHaveProperty('issuer')
  })

  it('the address of another kind of database is refused, and its password not shown', () => {
    const complaint = complaintOf({ DATABASE_URL: 'mysql://vigil:hunter2@db.example.test/vigil' })
    expect(complaint).toMatch(/^DATABASE_URL must be postgres:.* or memory:\/\/, got .*"mysql:\/\/"$/)
    expect(complaintOf({ DATABASE_URL: 'postgres://vigil:hunter2@db:port/vigil' })).not.toContain('hunter2')
  })

  it.each([
    ['PORT', 'http', 'must be a whole number'],
    ['PORT', '-1', 'must be a whole number'],
    ['PORT', '80.5', 'must be a whole number'],
    ['PORT', '65536', 'must be from 0 to 65535'],
    ['VIGIL_CALIBRATION', '99', 'must be from 100 to 100000'],
    ['VIGIL_GRACE', '0', 'must be from 1 to 86400'],
    ['VIGIL_CHALLENGE', '1e3', 'must be a whole number'],
    ['VIGIL_PROXY_HOPS', '11', 'must be from 0 to 10'],
    ['VIGIL_ISSUER', 'login.example.test', 'must be an http or https address'],
    ['VIGIL_ISSUER', 'ftp://login.example.test', 'must be an http or https address'],
    ['VIGIL_ISSUER', 'https://login.example.test/?a=b', 'must be an http or https address'],
    ['LOG_LEVEL', 'loud', 'must be one of trace, debug, info, warn, error, silent'],
    ['VIGIL_CLIENTS', '/nowhere/clients.json', 'must name a readable file'],
    ['VIGIL_POLICY', '/nowhere/policy.yaml', 'must name a readable file']
  ])('%s cannot be %s: it %s', (name, value, expectation) => {
    const complaint = complaintOf({ [name]: value })
    expect(complaint).toMatch(new RegExp(`^${name} `))
    expect(complaint).toContain(expectation)
    expect(complaint).toContain(JSON.stringify(value))
  })

  it('the secret is asked for by name, with a way to make one', () => {
    expect(complaintOf({ SECRET_KEY: '' })).toMatch(/^SECRET_KEY must be .*openssl rand.*, got nothing$/)
  })

  it.each([
    ['no JSON', '[{]', /VIGIL_CLIENTS: .*broken\.json is not JSON/],
    ['no list', '{"client_id":"shop"}', /VIGIL_CLIENTS must be an array/],
    [
      'a client without an id',
      '[{"client_id":"shop"},{"redirect_uris":[]}]',
      /VIGIL_CLIENTS\[1\]\.client_id must be a string, got nothing/
    ],
    ['a client with an empty id', '[{"client_id":""}]', /VIGIL_CLIENTS\[0\]\.client_id must be at least 1 characters/]
  ])('a file of clients that is %s is refused', (_, text, complaint) => {
    expect(complaintOf({ VIGIL_CLIENTS: file('broken.json', text) })).toMatch(complaint)
  })
})

describe('a server that cannot start', () => {
  const options = { secret: SECRET_KEY, database: 'memory://', population: nobody, logger: silent }

  test('says that the port is taken, and by its number', async () => {
    const other = createServer().listen(0)
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await expect(startServer({ ...options, port })).rejects.toMatchObject({
      code: 'port_in_use',
      exitCode: 3,
      message: expect.stringContaining(String(port)) as string
    })
    other.close()
  })

  test('refuses a weak secret before it listens', async () => {
    await expect(startServer({ ...options, port: 0, secret: 'short' })).rejects.toMatchObject({ code: 'secret_weak' })
  })

  test('leaves its port free when something else is wrong', async () => {
    const other = createServer().listen(0)
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    other.close()
    await once(other, 'close')
    await expect(startServer({ ...options, port, database: 'postgres://127.0.0.1:1/none' })).rejects.toMatchObject({
      code: 'storage_unavailable'
    })
    const again = createServer().listen(port)
    await once(again, 'listening')
    again.close()
  })
})
