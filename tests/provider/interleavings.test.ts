// A revocation in the midst of requests: whatever order they come in, nothing of the session is left, nothing comes back, and nobody is let in
// after it. A thousand lives by the product's own code on a database, and some through the whole provider over HTTP.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openStorage } from '../../src/adapters/index.ts'
import { hostPassword } from '../../src/challenge/password.ts'
import { actsOf, chance, live, openHouse } from '../support/interleaving.ts'
import { databases, freshPostgres } from '../support/databases.ts'
import { errorOf, type Tokens } from '../support/oidc.ts'
import { loa2, oneTimeCode, startHost, visitorOf } from '../support/server.ts'

const lives = 1000
const atOnce = 50
const patient = { timeout: 600_000 }

async function inBatches(work: (from: number, to: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < lives; from += atOnce) await work(from, from + atOnce)
}

const numbers = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, at) => from + at)

describe.each(databases().filter(({ name }) => name === 'memory' || name === 'PGlite in memory'))(
  'on $name',
  ({ open }) => {
    it('1,000 sessions that are revoked in the midst of requests are dead, and stay dead', patient, async () => {
      const { storage, cleanup } = await open()
      const house = openHouse(storage)
      await inBatches(async (from, to) => {
        const found = await Promise.all(
          numbers(from, to).map(async (number) => {
            const person = await house.signIn(number)
            let ended = false
            const [allowed] = await Promise.all([
              live(house, person, actsOf(number), () => ended),
              chance()
                .then(() => house.revoke(person))
                .then(() => (ended = true))
            ])
            const late = await live(house, person, actsOf(number + 1), () => ended)
            return [...allowed, ...late, ...(await house.left(person))]
          })
        )
        expect(found.flat()).toEqual([])
      })
      await cleanup()
    })
  }
)

describe.each(databases().filter(({ name }) => name === 'PostgreSQL'))('on $name, in two processes', () => {
  it('1,000 sessions that one process revokes are dead in the other, whatever it was doing', patient, async () => {
    const { url, drop } = await freshPostgres()
    const storage = await openStorage({ database: url })
    const house = openHouse(storage)
    const other = await otherProcess(url)
    await inBatches(async (from, to) => {
      const people = await Promise.all(numbers(from, to).map((number) => house.signIn(number)))
      const theirs = other.ask(`live ${from} ${to}`)
      const found = await Promise.all(
        people.map(async (person, index) => {
          let ended = false
          const [allowed] = await Promise.all([
            live(house, person, actsOf(from + index), () => ended),
            chance()
              .then(() => house.revoke(person))
              .then(() => (ended = true))
              .then(() => other.tell(`over ${person.uid}`))
          ])
          return allowed
        })
      )
      expect(found.flat()).toEqual([])
      expect(await theirs).toEqual({ allowed: [] })
      const left = await Promise.all(people.map((person) => house.left(person)))
      expect(left.flat()).toEqual([])
      expect(await other.ask(`look ${from} ${to}`)).toEqual({ left: [] })
    })
    await other.end()
    await storage.close()
    await drop()
  })
})

/** Answers come in the order in which they were asked for: one question is open at a time. */
async function otherProcess(url: string) {
  const script = fileURLToPath(new URL('../support/interleaving-child.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=vigil-source', script, url], {
    stdio: ['pipe', 'pipe', 'inherit']
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async (): Promise<unknown> => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the other process has ended')
    return JSON.parse(value) as unknown
  }
  const tell = (line: string): void => void child.stdin.write(`${line}\n`)
  expect(await answer()).toBe('open')
  return {
    tell,
    ask(line: string) {
      tell(line)
      return answer()
    },
    async end() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.stdin.end()
      await ended
    }
  }
}

describe('through the whole provider', () => {
  it(
    'a step-up, a refresh, a code and a silent renewal that are under way let nobody in after the revocation',
    patient,
    async () => {
      const host = await startHost({ vigil: { factors: [hostPassword, oneTimeCode] } })
      for (let number = 0; number < 40; number++) {
        const person = await visitorOf(host, { account: `ana-${number}` })
        const { refreshToken, ...first } = await person.signIn()
        const uid = await person.uid()
        const waiting = await person.visit({ prompt: 'none' })
        const got: Tokens[] = [first]
        const keep = (work: Promise<Tokens>): Promise<void> =>
          work.then(
            (tokens) => void got.push(tokens),
            () => undefined
          )
        await Promise.all([
          chance().then(() => keep(waiting.redeem())),
          chance().then(() => keep(person.party.refresh(refreshToken!))),
          chance().then(() => keep(person.signIn({ prompt: 'none' }))),
          chance().then(() => host.vigil.reportRisk(uid, 'HIGH', 'behaviour').catch(() => undefined)),
          chance()
            .then(chance)
            .then(() => host.vigil.revoke(uid, 'a test'))
        ])
        for (const tokens of got) {
          expect(await errorOf(person.party.userinfo(tokens))).toBe('HTTP 401')
          expect(await person.party.introspect(tokens.accessToken)).toEqual({ active: false })
          if (tokens.refreshToken)
            expect(await errorOf(person.party.refresh(tokens.refreshToken))).toBe('invalid_grant')
        }
        expect((await person.visit({ prompt: 'none' })).error).toBe('login_required')
        expect(await host.vigil.standing(uid)).toBeUndefined()
      }
      await host.close()
    }
  )

  it(
    'a session that is revoked while its person proves who they are is explained, and the proof revives nothing',
    patient,
    async () => {
      const host = await startHost({ vigil: { factors: [hostPassword, oneTimeCode] } })
      const ana = await visitorOf(host)
      await ana.signIn()
      const uid = await ana.uid()
      const visit = await ana.visit({ acr_values: loa2 }, async (page) => {
        await host.vigil.revoke(uid, 'a test')
        return ana.by('pwd otp')(page)
      })
      expect(visit.end.left).toBe(false)
      expect([visit.end.status, visit.end.text]).toEqual([410, '<h1>SessionNotFound</h1>'])
      expect(await host.vigil.standing(uid)).toBeUndefined()
      expect((await ana.visit({ prompt: 'none' })).error).toBe('login_required')
      await host.close()
    }
  )
})
