// Second factors as they are kept: sealed, bound to their person, and out of reach of guessing.

import { pino } from 'pino'
import { beforeEach, expect, test } from 'vitest'
import { memoryStorage } from '../../../src/adapters/memory-storage.ts'
import { hotp } from '../../../src/challenge/totp.ts'
import { createFactors, type Factors } from '../../../src/provider/factors/factors.ts'
import type { ServerStorage } from '../../../src/provider/ports.ts'

const from = { address: '192.0.2.7' }
let storage: ServerStorage
let now: number

beforeEach(() => {
  storage = memoryStorage()
  now = 1_800_000_000
})

function open(key = 3): Factors {
  const logger = pino({ level: 'silent' })
  return createFactors({
    ...storage,
    store: storage.factors,
    issuer: 'https://id.example.test',
    key: Buffer.alloc(32, key),
    logger,
    now: () => now
  })
}

const who = (accountId: string) => ({ accountId, sessionUid: `s-${accountId}` })

async function enrol(factors: Factors, accountId: string): Promise<{ key: Uint8Array; codes: readonly string[] }> {
  const { key, envelope } = factors.offerTotp(who(accountId))
  const codes = await factors.enrolTotp(who(accountId), envelope, hotp(key, now / 30), from)
  now += 30
  return { key, codes }
}

test('an app counts from its first code on, and after a restart', async () => {
  const factors = open()
  const { key, envelope } = factors.offerTotp(who('ana'))
  expect(await factors.totp.has('ana')).toBe(false)
  await expect(factors.enrolTotp(who('ana'), envelope, '000000', from)).rejects.toMatchObject({ code: 'code_invalid' })
  expect(await factors.totp.has('ana')).toBe(false)
  const code = hotp(key, now / 30)
  expect(await factors.enrolTotp(who('ana'), envelope, code, from)).toHaveLength(10)
  expect(await open().totp.has('ana')).toBe(true)
  // The code that switched it on is used.
  expect(await open().totp.verify('ana', code, from)).toBe(false)
  now += 30
  expect(await open().totp.verify('ana', hotp(key, now / 30), from)).toBe(true)
  const [entry] = await storage.audit.list({ accountId: 'ana', type: 'factor.enrolled' })
  expect(entry).toMatchObject({ sessionUid: 's-ana', data: { factor: 'totp' } })
})

test('a key is offered to one person in one session, for a quarter of an hour', async () => {
  const factors = open()
  const { key, envelope } = factors.offerTotp(who('ana'))
  const code = (): string => hotp(key, Math.floor(now / 30))
  for (const other of [who('ben'), { accountId: 'ana', sessionUid: 'another' }]) {
    await expect(factors.enrolTotp(other, envelope, code(), from)).rejects.toMatchObject({ code: 'offer_expired' })
  }
  for (const forged of ['', '.', `9${envelope}`, envelope.slice(0, -4), '4000000000.AAAA']) {
    await expect(factors.enrolTotp(who('ana'), forged, code(), from)).rejects.toMatchObject({ code: 'offer_expired' })
  }
  now += 15 * 60
  await expect(factors.enrolTotp(who('ana'), envelope, code(), from)).rejects.toMatchObject({ code: 'offer_expired' })
})

test('nobody puts a second app in place of the first', async () => {
  const factors = open()
  await enrol(factors, 'ana')
  const { key, envelope } = factors.offerTotp(who('ana'))
  await expect(factors.enrolTotp(who('ana'), envelope, hotp(key, now / 30), from)).rejects.toMatchObject({
    code: 'conflict'
  })
})

test('of two who switch an app on at the same moment, one does', async () => {
  const factors = open()
  const offers = [factors.offerTotp(who('ana')), factors.offerTotp(who('ana'))]
  const settled = await Promise.allSettled(
    offers.map(({ key, envelope }) => factors.enrolTotp(who('ana'), envelope, hotp(key, now / 30), from))
  )
  expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('what is stored shows nothing, opens with one key for one person, and is not believed when it was touched', async () => {
  const factors = open()
  const { key, codes } = await enrol(factors, 'ana')
  await enrol(factors, 'ben')
  const stored = (await storage.factors.find('ana'))!
  for (const secret of [Buffer.from(key), ...codes.map((code) => Buffer.from(code.replaceAll('-', '')))]) {
    expect(Buffer.from(stored.blob).includes(secret)).toBe(false)
  }
  expect(await open(4).totp.has('ana')).toBe(false)
  const ben = (await storage.factors.find('ben'))!
  await storage.factors.save({ ...ben, blob: stored.blob, version: ben.version + 1 })
  expect(await factors.totp.has('ben')).toBe(false)
  const flipped = stored.blob.map((byte, index) => (index === 40 ? byte ^ 1 : byte))
  await storage.factors.save({ ...stored, blob: flipped, version: stored.version + 1 })
  expect(await factors.totp.has('ana')).toBe(false)
  expect(await factors.recoveryCodes.has('ana')).toBe(false)
})

test('removing wants a code of the app or of the paper, takes both away, and cannot be undone by whoever read before', async () => {
  const factors = open()
  const { codes } = await enrol(factors, 'ana')
  const before = (await storage.factors.find('ana'))!
  await expect(factors.removeTotp(who('ana'), '000000', from)).rejects.toMatchObject({ code: 'code_invalid' })
  await factors.removeTotp(who('ana'), codes[0]!.toLowerCase(), from)
  expect(await factors.status('ana')).toEqual({ passkeys: 0, recoveryCodesLeft: 0 })
  await expect(storage.factors.save({ ...before, version: before.version + 1 })).rejects.toMatchObject({
    code: 'conflict'
  })
  expect((await storage.audit.list({ accountId: 'ana' })).map(({ type }) => type)).toEqual([
    'factor.removed',
    'factor.recovery_code_used',
    'factor.enrolled'
  ])
})

test('new recovery codes take the place of the old ones', async () => {
  const factors = open()
  const { codes } = await enrol(factors, 'ana')
  const fresh = await factors.renewRecoveryCodes(who('ana'))
  expect(await factors.recoveryCodes.verify('ana', codes[0]!, from)).toBe(false)
  expect(await factors.recoveryCodes.verify('ana', fresh[0]!, from)).toBe(true)
  expect((await factors.status('ana')).recoveryCodesLeft).toBe(9)
})

test('ten thousand guesses in a day pass nobody, and the owner still gets in on a device that knows them', async () => {
  const factors = open()
  const { key } = await enrol(factors, 'ana')
  const right = new Set([-1, 0, 1].map((offset) => hotp(key, now / 30 + offset)))
  let looked = 0
  for (let guess = 0; guess < 10_000; guess++) {
    const code = String(guess).padStart(6, '0')
    if (right.has(code)) continue
    const passed = await factors.totp.verify('ana', code, { address: `198.51.${guess % 100}.7` }).catch(() => undefined)
    expect(passed).not.toBe(true)
    if (passed === false) looked++
  }
  expect(looked).toBe(10)
  const elsewhere = factors.totp.verify('ana', hotp(key, now / 30), from)
  await expect(elsewhere).rejects.toMatchObject({ code: 'too_many_attempts' })
  expect(await factors.totp.verify('ana', hotp(key, now / 30), { ...from, knownAs: 'ana' })).toBe(true)
})
