// `vigil keys` as an operator meets it: what it shows, what it refuses, and what a server that runs meanwhile makes of a rotation.

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from '../support/available.ts'
import { freshPostgres } from '../support/databases.ts'
import { endAll, type Env, freePorts, healthy, vigil } from '../support/process.ts'

const SECRET_KEY = randomBytes(48).toString('base64url')
const patient = { timeout: 300_000 }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-keys-'))
})
afterAll(() => {
  endAll()
  rmSync(folder, { recursive: true, force: true })
})

interface Row {
  readonly kid: string
  readonly alg: string
  readonly state: string
  readonly usedFrom: string | null
}

async function keys(env: Env, ...args: readonly string[]): Promise<Row[]> {
  const { code, stdout, stderr } = await vigil(['keys', ...args, '--json'], env).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
}

const inState = (rows: readonly Row[], state: string): string[] =>
  rows
    .filter((row) => row.state === state)
    .map(({ alg }) => alg)
    .toSorted()

async function server(env: Env) {
  const [port] = await freePorts(1)
  const issuer = `http://localhost:${port}`
  const running = vigil(['serve'], { ...env, PORT: String(port), LOG_LEVEL: 'warn' })
  await healthy(running, issuer)
  const published = async (): Promise<string[]> => {
    const { keys: all } = (await (await fetch(`${issuer}/jwks`)).json()) as { keys: { kid: string }[] }
    return all.map(({ kid }) => kid).toSorted()
  }
  return { running, published }
}

const kidsOf = (rows: readonly Row[]): string[] => rows.map(({ kid }) => kid).toSorted()

describe('keys', () => {
  it(
    'on a folder: shows what signs, makes the next ones once, and the server that starts then has them',
    patient,
    async () => {
      const env = { SECRET_KEY, VIGIL_DATA: join(folder, 'data') }
      const first = await keys(env)
      expect(inState(first, 'signs')).toEqual(['ES256', 'RS256'])
      const rotated = await keys(env, 'rotate')
      expect(inState(rotated, 'signs')).toEqual(['ES256', 'RS256'])
      expect(inState(rotated, 'next')).toEqual(['ES256', 'RS256'])
      expect(kidsOf(rotated)).toEqual(expect.arrayContaining(kidsOf(first)))
      const inAnHour = rotated.find(({ state }) => state === 'next')!.usedFrom!
      expect(Math.abs(Date.parse(inAnHour) - Date.now() - 3600_000)).toBeLessThan(120_000)

      const again = await vigil(['keys', 'rotate'], env).ended
      expect(again).toMatchObject({ code: 1, stdout: '' })
      expect(again.stderr).toMatch(
        /^vigil: the last rotation of the signing keys is not over before .* \(conflict\)\n$/
      )

      const { running, published } = await server(env)
      expect(await published()).toEqual(kidsOf(rotated))
      // The folder is the server's while it runs.
      const meanwhile = await vigil(['keys'], env).ended
      expect(meanwhile).toMatchObject({ code: 3, stdout: '' })
      expect(meanwhile.stderr).toMatch(/\(database_in_use\)\n$/)
      await running.stop('SIGTERM')
      expect(kidsOf(await keys(env))).toEqual(kidsOf(rotated))
    }
  )

  it('with another secret is refused, and nothing is changed', patient, async () => {
    const env = { SECRET_KEY, VIGIL_DATA: join(folder, 'other') }
    const before = await keys(env)
    const { code, stdout, stderr } = await vigil(['keys', 'rotate'], { ...env, SECRET_KEY: `${SECRET_KEY}x` }).ended
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/SECRET_KEY is not the one that this database was made with \(secret_weak\)\n$/)
    expect(await keys(env)).toEqual(before)
  })

  it.each([['turn'], ['rotate', 'now'], ['--all']])('%s is not understood', async (...args) => {
    const { code, stdout, stderr } = await vigil(['keys', ...args], { SECRET_KEY }).ended
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/see "vigil help keys" \(usage\)\n$/)
  })
})

describe.runIf(available().postgresql)('on PostgreSQL', () => {
  it('a server that runs needs nothing: it has published the next keys a minute later', patient, async () => {
    const { url, drop } = await freshPostgres()
    const env = { SECRET_KEY, DATABASE_URL: url }
    const { running, published } = await server(env)
    const first = await keys(env)
    expect(await published()).toEqual(kidsOf(first))
    const rotated = await keys(env, 'rotate')
    await expect.poll(published, { timeout: 90_000, interval: 1000 }).toEqual(kidsOf(rotated))
    await running.stop('SIGTERM')
    await drop()
  })
})
