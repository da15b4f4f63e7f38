// Every strategy that ships keeps the promises of one, on real storage.

import { pino } from 'pino'
import { memoryStorage } from '../../src/adapters/memory-storage.ts'
import { passwordStrategy } from '../../src/challenge/password.ts'
import { recoveryCodeStrategy } from '../../src/challenge/recovery-codes.ts'
import { hotp, totpStrategy } from '../../src/challenge/totp.ts'
import { createAccounts, passwordChecker } from '../../src/provider/accounts.ts'
import { createFactors } from '../../src/provider/factors.ts'
import type { Passwords } from '../../src/provider/passwords.ts'
import { challengeContract } from '../contracts/challenge-strategy.ts'

const from = { address: '192.0.2.7' }
const plain: Passwords = {
  hash: async (password) => `plain ${password}`,
  verify: async (hash, password) => hash === `plain ${password}`
}

challengeContract('password', async () => {
  const accounts = createAccounts({ store: memoryStorage().accounts, passwords: plain, limits: { known: 60 } })
  const [ana, ben] = [await signUp('ana', 'seven green bottles'), await signUp('ben', 'a quiet red door')]
  async function signUp(username: string, password: string): Promise<string> {
    return (await accounts.signUp({ username, email: `${username}@example.test`, password }, from)).id
  }
  return {
    strategy: passwordStrategy(passwordChecker(accounts)),
    ana,
    ben,
    nobody: 'nobody',
    right: () => ({ password: 'seven green bottles', from }),
    wrong: ['', 'seven green bottle', 'a quiet red door', 'x'.repeat(500)].map((password) => ({ password, from })),
    singleUse: false
  }
})

async function withFactors() {
  let now = 1_800_000_000
  const storage = memoryStorage()
  const factors = createFactors({
    store: storage.factors,
    audit: storage.audit,
    key: Buffer.alloc(32, 3),
    logger: pino({ level: 'silent' }),
    now: () => now
  })
  const enrol = async (accountId: string) => {
    const who = { accountId, sessionUid: `s-${accountId}` }
    const { key, envelope } = factors.offerTotp(who)
    return { key, codes: await factors.enrolTotp(who, envelope, hotp(key, now / 30), from) }
  }
  const [ana, ben] = [await enrol('ana'), await enrol('ben')]
  now += 600
  return { factors, ana, ben, step: () => Math.floor((now += 30) / 30) }
}

challengeContract('totp', async () => {
  const { factors, ana, ben, step } = await withFactors()
  const present = step()
  const codes = ['', '12345', 'abcdef', hotp(ben.key, present), hotp(ana.key, present - 9), ana.codes[0]!]
  return {
    strategy: totpStrategy(factors.totp),
    ana: 'ana',
    ben: 'ben',
    nobody: 'nobody',
    right: () => ({ code: hotp(ana.key, step()), from }),
    wrong: codes.map((code) => ({ code, from })),
    singleUse: true
  }
})

challengeContract('recovery codes', async () => {
  const { factors, ana, ben, step } = await withFactors()
  const right = [...ana.codes]
  const codes = ['', 'ABCD', ben.codes[0]!, hotp(ana.key, step()), ana.codes[0]!.slice(0, -1)]
  return {
    strategy: recoveryCodeStrategy(factors.recoveryCodes),
    ana: 'ana',
    ben: 'ben',
    nobody: 'nobody',
    right: () => ({ code: right.pop()!, from }),
    wrong: codes.map((code) => ({ code, from })),
    singleUse: true
  }
})
