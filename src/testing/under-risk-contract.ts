// What a provider promises while a session's risk rises in the middle of the protocol, whoever built the provider. The risk is raised at every step
// (before a request, while a page is shown, between code and token, at refresh, at userinfo, after sign-out) and four things must hold at each:
// nobody is asked for ever, no token says more than was proved, nothing that has ended comes back, and the client gets the error that fits.
// `for (const { name, check } of underRiskContract(mine)) it(name, check)`.

import assert from 'node:assert/strict'
import {
  type Answering,
  type ClientUnderTest,
  errorOf,
  personUnderTest,
  type PersonUnderTest
} from './person-under-test.ts'

export interface AsyncCheck {
  readonly name: string
  check(): Promise<void>
}

/** Somebody who has never been there, and what the provider knows of them behind the scenes. */
export interface SubjectUnderTest {
  /** Fields that prove, on whatever page is shown, who it is. Fields that a page does not have are left out. */
  readonly answer: Answering
  /** Evidence that somebody else is at the keyboard, for every session that the person has. Does nothing where there is none. */
  raiseRisk(): Promise<unknown>
  /** Evidence that all is well, by the same door. */
  calmDown(): Promise<unknown>
  /** Ends every session that the person has. */
  revoke(): Promise<unknown>
}

export interface UnderRiskSetting {
  /** Of a provider that answers. */
  readonly issuer: string
  /** May refresh, and may introspect its own tokens. */
  readonly client: ClientUnderTest
  /** Further parameters of the first login, where a refresh token takes some: `{ scope: 'openid offline_access', prompt: 'consent' }`. */
  readonly firstLogin?: Readonly<Record<string, string>>
  /** Levels in rising order, without the "0" below them. */
  readonly acrs: readonly string[]
  /** The level that `answer` proves; not the highest. */
  readonly proves: string
  /** Error of a request without a page for a session at risk. Default `interaction_required`. */
  readonly silentError?: string
  newSubject(): Promise<SubjectUnderTest>
}

/** The promises, in the order of the protocol. */
export function underRiskContract(setting: UnderRiskSetting): readonly AsyncCheck[] {
  const { issuer, client, acrs, proves, silentError = 'interaction_required' } = setting
  const rank = (told: unknown): number => {
    const at = acrs.indexOf(String(told))
    assert.ok(at >= 0 || told === '0', `acr is one of ${acrs.join(', ')} or 0, not ${JSON.stringify(told)}`)
    return at
  }
  const top = acrs.at(-1)!
  const essential = (value: string) => ({ claims: JSON.stringify({ id_token: { acr: { essential: true, value } } }) })

  const atMost = (told: Readonly<Record<string, unknown>>, acr: string): void =>
    assert.ok(rank(told['acr']) <= rank(acr), `acr says ${String(told['acr'])}, and ${acr} is what was proved`)
  const lowered = (told: Readonly<Record<string, unknown>>): void =>
    assert.ok(rank(told['acr']) < rank(proves), `acr says ${String(told['acr'])} of a session that is doubted`)

  async function signedIn() {
    const subject = await setting.newSubject()
    const person = await personUnderTest(issuer, client, subject.answer)
    const tokens = await person.signIn(setting.firstLogin)
    assert.equal(tokens.idToken['acr'], proves, 'the first login gives the level that it proves')
    return { subject, person, tokens }
  }

  const doubted = async (person: PersonUnderTest): Promise<void> => {
    const silent = await person.authorize({ prompt: 'none' })
    assert.deepEqual({ error: silent.error, pages: silent.pages }, { error: silentError, pages: 0 })
  }
  const ended = async (person: PersonUnderTest): Promise<void> => {
    const silent = await person.authorize({ prompt: 'none' })
    assert.deepEqual({ error: silent.error, pages: silent.pages }, { error: 'login_required', pages: 0 })
  }

  const step = (name: string, check: () => Promise<void>): AsyncCheck => ({ name, check })
  return [
    step('before a request without a page: the error says that a page would help, each time', async () => {
      const { subject, person } = await signedIn()
      await subject.raiseRisk()
      for (const acr of ['', ...acrs]) {
        const silent = await person.authorize({ prompt: 'none', ...(acr && { acr_values: acr }) })
        assert.deepEqual({ error: silent.error, pages: silent.pages }, { error: silentError, pages: 0 })
      }
    }),

    step('before a request: the person is asked, and afterwards stands where the proof puts them', async () => {
      const { subject, person, tokens } = await signedIn()
      await subject.raiseRisk()
      const asked = await person.authorize()
      assert.ok(asked.pages >= 1, 'a page asks')
      const after = await asked.redeem()
      atMost(after.idToken, proves)
      assert.ok(Number(after.idToken['auth_time']) >= Number(tokens.idToken['auth_time']), 'auth_time goes on')
      assert.equal((await person.authorize({ prompt: 'none' })).error, undefined, 'and nobody is asked again')
    }),

    step('before a request that asks for more than the person can show: an error, and no circle', async () => {
      const { subject, person } = await signedIn()
      await subject.raiseRisk()
      assert.equal((await person.authorize(essential(top))).error, 'unmet_authentication_requirements')
      for (const parameters of [{ max_age: '0' }, { prompt: 'login' }, { acr_values: top }]) {
        await subject.raiseRisk()
        atMost((await person.signIn(parameters)).idToken, proves)
      }
    }),

    step('evidence that all is well gives nothing back', async () => {
      const { subject, person, tokens } = await signedIn()
      await subject.raiseRisk()
      await subject.calmDown()
      await doubted(person)
      lowered(await person.userinfo(tokens))
    }),

    step('while a page is shown: it ends, and what it gives is what was proved', async () => {
      const { subject, person } = await signedIn()
      const outcome = await person.authorize({ prompt: 'login' }, () => subject.raiseRisk())
      assert.equal(outcome.stuck, undefined, 'the browser comes back to the client')
      if (outcome.error === undefined) atMost((await outcome.redeem()).idToken, proves)
      else assert.equal(outcome.error, silentError)
    }),

    step('while a page is shown that nobody answers: the next request without a page is refused', async () => {
      const { subject, person } = await signedIn()
      const left = new Error('the person leaves')
      const leaving = person.authorize({ prompt: 'login' }, async () => {
        await subject.raiseRisk()
        throw left
      })
      await assert.rejects(leaving, left)
      await doubted(person)
    }),

    step('between code and token: the token says the level after it', async () => {
      const { subject, person } = await signedIn()
      const outcome = await person.authorize({ prompt: 'none' })
      await subject.raiseRisk()
      lowered((await outcome.redeem()).idToken)
    }),

    step('at refresh: the level is lower, auth_time is the same, and the token stays good', async () => {
      const { subject, person, tokens } = await signedIn()
      await subject.raiseRisk()
      const once = await person.refresh(tokens)
      const twice = await person.refresh(once)
      for (const { idToken } of [once, twice]) {
        lowered(idToken)
        assert.equal(idToken['auth_time'], tokens.idToken['auth_time'])
      }
    }),

    step('at userinfo and introspection: they say the level of now', async () => {
      const { subject, person, tokens } = await signedIn()
      assert.equal((await person.introspect(tokens))['acr'], proves)
      await subject.raiseRisk()
      lowered(await person.userinfo(tokens))
      const introspected = await person.introspect(tokens)
      assert.equal(introspected['active'], true)
      lowered(introspected)
    }),

    step('revoked before a request: the session is gone, and tokens of it are dead', async () => {
      const { subject, person, tokens } = await signedIn()
      await subject.revoke()
      await ended(person)
      assert.equal(await errorOf(person.refresh(tokens)), 'invalid_grant')
      assert.match(await errorOf(person.userinfo(tokens)), /^(invalid_token|HTTP 401)$/)
      assert.equal((await person.introspect(tokens))['active'], false)
    }),

    step('revoked while a page is shown: a page explains, no code comes, and nothing is brought back', async () => {
      const { subject, person } = await signedIn()
      const outcome = await person.authorize({ prompt: 'login' }, () => subject.revoke())
      assert.ok(outcome.stuck === undefined || (outcome.stuck >= 400 && outcome.stuck < 500), `status ${outcome.stuck}`)
      if (outcome.stuck === undefined) assert.notEqual(outcome.error, undefined, 'no code')
      await ended(person)
    }),

    step('revoked between code and token: the code is worth nothing', async () => {
      const { subject, person } = await signedIn()
      const outcome = await person.authorize({ prompt: 'none' })
      await subject.revoke()
      assert.equal(await errorOf(outcome.redeem()), 'invalid_grant')
      await ended(person)
    }),

    step('revoked under risk: risk and calm afterwards bring nothing back', async () => {
      const { subject, person, tokens } = await signedIn()
      await subject.raiseRisk()
      await subject.revoke()
      await subject.raiseRisk()
      await subject.calmDown()
      await ended(person)
      assert.equal(await errorOf(person.refresh(tokens)), 'invalid_grant')
    }),

    step(
      'after sign-out: risk brings nothing back, and a new login starts with nothing of the old session',
      async () => {
        const { subject, person, tokens } = await signedIn()
        await subject.raiseRisk()
        await person.signOut(tokens)
        await subject.raiseRisk()
        await ended(person)
        assert.equal(await errorOf(person.refresh(tokens)), 'invalid_grant')
        const anew = await person.signIn()
        assert.equal(anew.idToken['acr'], proves)
      }
    )
  ]
}
