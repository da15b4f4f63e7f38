// Every strategy that ships keeps the promises of one, on real storage.

import { pino } from 'pino'
import { memoryStorage } from '../../src/adapters/memory-storage.ts'
import { emailCodeStrategy } from '../../src/challenge/email-code.ts'
import { passkeyStrategy, type PasskeyAnswer } from '../../src/challenge/passkey.ts'
import { passwordStrategy } from '../../src/challenge/password.ts'
import { recoveryCodeStrategy } from '../../src/challenge/recovery-codes.ts'
import { hotp, totpStrategy } from '../../src/challenge/totp.ts'
import { typedPhraseStrategy } from '../../src/challenge/typed-phrase.ts'
import { createAccounts, passwordChecker } from '../../src/provider/accounts/accounts.ts'
import { createFactors } from '../../src/provider/factors/factors.ts'
import type { Passwords } from '../../src/provider/accounts/passwords.ts'
import { challengeContract } from '../contracts/challenge-strategy.ts'
import { handsWritten, openPhraseHouse } from '../support/phrase-hands.ts'
import { type Quirks, softPasskey } from '../support/soft-passkey.ts'

const from = { address: '192.0.2.7' }
const plain: Passwords = {
  hash: async (password) => `plain ${password}`,
  verify: async (hash, password) => hash === `plain ${password}`
}

challengeContract('password', async () => {
  const { accounts: store, attempts } = memoryStorage()
  const accounts = createAccounts({ store, attempts, passwords: plain, limits: { known: 60 } })
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
    ...storage,
    store: storage.factors,
    issuer: 'https://id.example.test',
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

/** A strategy whose answer belongs to what `begin` gave keeps to the contract with an answer made for the last beginning of Ana. */
challengeContract('passkey', async () => {
  const storage = memoryStorage()
  const issuer = 'https://id.example.test'
  const { passkeys } = createFactors({
    ...storage,
    store: storage.factors,
    issuer,
    key: Buffer.alloc(32, 3),
    logger: pino({ level: 'silent' })
  })
  const enrol = async (accountId: string, counts: boolean) => {
    const { challenge, options } = await passkeys.offer({ id: accountId, username: accountId })
    const made = softPasskey(issuer, options, { synced: !counts })
    await passkeys.enrol({ accountId, sessionUid: 's' }, challenge, made.created, 'phone')
    return made
  }
  const [ana, ben] = [await enrol('ana', true), await enrol('ben', false)]
  const strategy = passkeyStrategy(passkeys)
  const { state, view } = await strategy.begin('ana')
  const asked = view['options'] as Readonly<Record<string, unknown>>
  const answer = (quirks?: Quirks): PasskeyAnswer => ({ passkey: ana.answer(asked, quirks), from })
  const wrong = [
    ...['', '{}', 'null', '{"id":1}', JSON.stringify({ id: ana.id, response: {} })].map((passkey) => ({
      passkey,
      from
    })),
    { passkey: ben.answer(asked), from },
    { passkey: ben.answer(asked, { userHandle: Buffer.from('ana').toString('base64url') }), from },
    answer({ origin: 'https://id.example.test.evil.example' }),
    answer({ rpId: 'evil.example' }),
    answer({ challenge: 'AAAA' }),
    answer({ userVerified: false }),
    answer({ userHandle: Buffer.from('ben').toString('base64url') }),
    answer({ counter: 1 })
  ]
  return {
    strategy: { ...strategy, begin: async (who) => ({ view, state: { ...state, accountId: who } }) },
    ana: 'ana',
    ben: 'ben',
    nobody: 'nobody',
    right: () => answer(),
    wrong,
    singleUse: true
  }
})

challengeContract('code by mail', async () => {
  let now = 1_800_000_000
  const storage = memoryStorage()
  const mailed: Record<string, string[]> = { ana: [], ben: [] }
  const { mailedCodes: codes } = createFactors({
    ...storage,
    store: storage.factors,
    issuer: 'https://id.example.test',
    key: Buffer.alloc(32, 3),
    logger: pino({ level: 'silent' }),
    mailer: { send: async ({ to, code }) => void mailed[to.split('@')[0]!]!.push(code!) },
    find: async (id) =>
      id in mailed
        ? { id, username: id, email: `${id}@example.test`, passwordHash: '', role: 'person', createdAt: 1 }
        : undefined,
    now: () => now
  })
  for (const who of ['ana', 'ben']) {
    await codes.send(who)
    await codes.verify(who, mailed[who]!.at(-1)!, from)
  }
  now += 3600
  const spent = mailed['ana']!.at(-1)!
  return {
    strategy: emailCodeStrategy(codes),
    ana: 'ana',
    ben: 'ben',
    nobody: 'nobody',
    async right() {
      now += 61
      await codes.send('ana')
      return { code: mailed['ana']!.at(-1)!, from }
    },
    wrong: ['', '12345', spent].map((code) => ({ code, from })),
    singleUse: true,
    factor: false
  }
})

challengeContract('typed phrase', async () => {
  const sentence =
    'The quiet baker carries the green ladder near the river and the old sailor paints the round mirror in the rain.'
  const { judge, now, teach } = await openPhraseHouse()
  await teach('ana', 'ana')
  await teach('ben', 'ben')
  const typing = handsWritten(sentence, 'ana', 5)
  return {
    strategy: typedPhraseStrategy({ judge, now: () => now() - 60, sentence: () => sentence }),
    ana: 'ana',
    ben: 'ben',
    nobody: 'nobody',
    right: () => ({ text: sentence, typing }),
    wrong: [
      { text: sentence, typing: '' },
      { text: sentence, typing: 'no frame' },
      {
        text: 'Something else altogether, and of about the same length as what was shown, but not the same words at all.',
        typing
      },
      { text: sentence, typing: handsWritten(sentence, 'ben', 6) },
      { text: sentence, typing: handsWritten(sentence.slice(0, 40), 'ana', 7) }
    ],
    singleUse: false,
    factor: false,
    shown: [sentence]
  }
})
