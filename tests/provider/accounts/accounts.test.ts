// Guessing passwords is pointless, and nobody can use the limits to lock somebody else out.

import { beforeEach, describe, expect, test } from 'vitest'
import { memoryStorage } from '../../../src/adapters/memory-storage.ts'
import { isVigilError } from '../../../src/errors.ts'
import { createAccounts, signUpProblems } from '../../../src/provider/accounts/accounts.ts'
import { retryAfterSeconds } from '../../../src/provider/accounts/attempts.ts'
import { createPasswords } from '../../../src/provider/accounts/passwords.ts'
import type { Account } from '../../../src/provider/ports.ts'
import type { Accounts } from '../../../src/provider/accounts/accounts.ts'
import type { Passwords } from '../../../src/provider/accounts/passwords.ts'

// Hashing as such is tested below; the limits are tested with passwords that cost nothing to compare.
const cheap: Passwords = {
  hash: (password) => Promise.resolve(`#${password}`),
  verify: (hash, password) => Promise.resolve(hash === `#${password}`)
}
const limits = { pair: 3, account: 8, address: 20, known: 4, signUps: 2 }
const password = 'seven green bottles'

function stores() {
  const { accounts: store, attempts } = memoryStorage()
  return { store, attempts }
}

let accounts: Accounts
let ana: Account

beforeEach(async () => {
  accounts = createAccounts({ ...stores(), passwords: cheap, limits, administratorName: 'Root' })
  ana = await accounts.signUp({ username: 'ana', email: 'ana@example.test', password }, { address: '192.0.2.1' })
})

async function outcome(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'passed',
    (error: unknown) => (isVigilError(error) ? error.code : String(error))
  )
}

describe('guessing', () => {
  test('ends after a few wrong passwords, even with the right one, and says when to come back', async () => {
    const from = { address: '198.51.100.7' }
    for (let guess = 0; guess < limits.pair; guess++) {
      expect(await outcome(accounts.verifyPassword('ana', `guess ${guess}`, from))).toBe('credentials_invalid')
    }
    const refused = await accounts.verifyPassword('Ana', password, from).catch((error: unknown) => error)
    expect(isVigilError(refused, 'too_many_attempts')).toBe(true)
    expect(retryAfterSeconds(refused)).toBeGreaterThan(60)
    expect(retryAfterSeconds(refused)).toBeLessThanOrEqual(15 * 60)
  })

  test('side by side gives no more tries than one after the other', async () => {
    const tries = Array.from({ length: 50 }, (_, guess) =>
      outcome(accounts.verifyPassword('ana', `guess ${guess}`, { address: '198.51.100.7' }))
    )
    const wrong = (await Promise.all(tries)).filter((answer) => answer === 'credentials_invalid')
    expect(wrong).toHaveLength(limits.pair)
  })

  test('is answered the same for names that nobody has', async () => {
    const answers = { ana: [] as string[], nobody: [] as string[] }
    for (let guess = 0; guess < 6; guess++) {
      answers.ana.push(await outcome(accounts.verifyPassword('ana', 'x', { address: '198.51.100.7' })))
      answers.nobody.push(await outcome(accounts.verifyPassword('nobody', 'x', { address: '198.51.100.8' })))
    }
    expect(answers.ana).toEqual(answers.nobody)
  })

  test('one password on many names from one network ends too, whatever addresses the network has', async () => {
    const answers = []
    for (let guess = 0; guess < 25; guess++) {
      answers.push(
        await outcome(accounts.verifyPassword(`name ${guess}`, 'x', { address: `2001:db8::${guess.toString(16)}` }))
      )
    }
    expect(answers.filter((answer) => answer === 'credentials_invalid')).toHaveLength(limits.address)
  })

  test('behind a proxy that hides addresses, one guesser does not shut everybody out', async () => {
    for (let guess = 0; guess < 40; guess++)
      await outcome(accounts.verifyPassword(`name ${guess}`, 'x', { address: '127.0.0.1' }))
    expect(await outcome(accounts.verifyPassword('ana', password, { address: '127.0.0.1' }))).toBe('passed')
  })

  test.each([
    [
      'whatever form its address comes in',
      ['::ffff:203.0.113.9', '::ffff:cb00:7109', '203.0.113.9', '[::FFFF:203.0.113.9]:1']
    ],
    ['whichever port a proxy forwards with it', Array.from({ length: 9 }, (_, port) => `203.0.113.9:${5000 + port}`)],
    ['whichever of the addresses of its network it takes', ['2001:db8::1', '2001:DB8:0:0::2', '[2001:0db8::3]:4']]
  ])('of one name from one place ends, %s', async (_, addresses) => {
    const answers: string[] = []
    for (let guess = 0; guess < 12; guess++)
      answers.push(
        await outcome(accounts.verifyPassword('ana', 'x', { address: addresses[guess % addresses.length]! }))
      )
    expect(answers.indexOf('too_many_attempts')).toBe(limits.pair)
  })

  test('inside a session is capped as well', async () => {
    const from = { address: '198.51.100.7' }
    for (let guess = 0; guess < limits.known; guess++) await outcome(accounts.verifyPasswordAgain(ana.id, 'x', from))
    expect(await outcome(accounts.verifyPasswordAgain(ana.id, password, from))).toBe('too_many_attempts')
  })
})

describe('the owner', () => {
  test('signs in on a device that knows her while strangers everywhere use up the limit of her name', async () => {
    for (let guess = 0; guess < 12; guess++)
      await outcome(accounts.verifyPassword('ana', 'x', { address: `198.51.100.${guess}` }))
    expect(await outcome(accounts.verifyPassword('ana', password, { address: '203.0.113.9' }))).toBe(
      'too_many_attempts'
    )
    expect(await outcome(accounts.verifyPassword('ana', password, { address: '203.0.113.9', knownAs: ana.id }))).toBe(
      'passed'
    )
  })

  test('may sign in as often as she likes', async () => {
    for (let time = 0; time < 30; time++) {
      expect(await outcome(accounts.verifyPassword('ana', password, { address: '192.0.2.1' }))).toBe('passed')
    }
  })

  test('is not locked out by a password of hers that we could not check for lack of room', async () => {
    const busy: Passwords = {
      ...cheap,
      verify: () =>
        createPasswords({ parallel: 0, waiting: 0 })
          .hash('x')
          .then(() => true)
    }
    const kept = stores()
    await kept.store.create(ana)
    const crowded = createAccounts({ ...kept, passwords: busy, limits })
    for (let time = 0; time < 10; time++) {
      expect(await outcome(crowded.verifyPassword('ana', password, { address: '192.0.2.1' }))).toBe('overloaded')
    }
  })
})

describe('signing up', () => {
  test('gives the administrator role to the one name of the demo and to nobody else', async () => {
    const root = await accounts.signUp(
      { username: 'root', email: 'r@example.test', password },
      { address: '192.0.2.9' }
    )
    expect([root.role, ana.role]).toEqual(['administrator', 'person'])
  })

  test.each([
    ['a joiner of graphemes', 'an\u034fa'],
    ['a variation selector', 'ana\ufe0f'],
    ['a filler of Hangul', 'ana\u3164'],
    ['nothing but fillers', '\u3164\u3164'],
    ['nothing but blanks of Braille', '\u2800\u2800\u2800'],
    ['a line that ends', 'ana\u2028admin'],
    ['a right-to-left override', 'ana\u202emoc'],
    ['two blanks where a page shows one', 'ana  maria'],
    ['a blank beside one that becomes a blank', 'ana \u00a0maria']
  ])('takes no name that looks like another: %s', async (_, username) => {
    expect(await outcome(accounts.signUp({ username, email: 'a@b', password }, { address: '192.0.2.1' }))).toBe(
      'form_invalid'
    )
  })

  test.each(['Zoë', 'ana maria', '李雷', 'नेहा', 'O’Brien', 'ana😀'])('takes %s', (username) => {
    expect(signUpProblems({ username, email: 'a@b', password })).toEqual([])
  })

  test('is limited for one address', async () => {
    const from = { address: '192.0.2.1' }
    expect(await outcome(accounts.signUp({ username: 'second', email: 'a@b', password }, from))).toBe('passed')
    expect(await outcome(accounts.signUp({ username: 'third', email: 'a@b', password }, from))).toBe(
      'too_many_attempts'
    )
  })

  test('of two people who want one name at once, one gets it', async () => {
    const answers = await Promise.all(
      ['192.0.2.2', '192.0.2.3'].map((address) =>
        outcome(accounts.signUp({ username: 'Bela', email: 'a@b', password }, { address }))
      )
    )
    expect(new Set(answers)).toEqual(new Set(['passed', 'username_taken']))
  })
})

describe('hashing', () => {
  test('takes the right password only, however its letters were composed', async () => {
    const passwords = createPasswords()
    const hash = await passwords.hash('caf\u00e9 at nine')
    expect(await passwords.verify(hash, 'cafe\u0301 at nine')).toBe(true)
    expect(await passwords.verify(hash, 'cafe at nine')).toBe(false)
    expect(await passwords.verify(undefined, 'cafe at nine')).toBe(false)
  })

  test('works as long for a name that nobody has', async () => {
    const passwords = createPasswords()
    const hash = await passwords.hash(password)
    await passwords.verify(undefined, password)
    // In turns, so that a busy machine is busy for both.
    const times: { readonly known: number[]; readonly unknown: number[] } = { known: [], unknown: [] }
    for (let round = 0; round < 15; round++) {
      for (const who of ['known', 'unknown'] as const) {
        const start = performance.now()
        await passwords.verify(who === 'known' ? hash : undefined, 'a wrong password')
        times[who].push(performance.now() - start)
      }
    }
    const [known, unknown] = [times.known, times.unknown].map((each) => each.sort((a, b) => a - b)[7]!)
    expect(unknown! / known!).toBeGreaterThan(0.5)
    expect(unknown! / known!).toBeLessThan(2)
  })

  test('more callers than it has room for are told to come back, and the others are served', async () => {
    const passwords = createPasswords({ parallel: 2, waiting: 6 })
    const hash = await passwords.hash(password)
    const answers = await Promise.all(Array.from({ length: 40 }, () => outcome(passwords.verify(hash, password))))
    expect(answers.filter((answer) => answer === 'passed')).toHaveLength(8)
    expect(answers.filter((answer) => answer === 'overloaded')).toHaveLength(32)
    expect(await passwords.verify(hash, password)).toBe(true)
  })
})
