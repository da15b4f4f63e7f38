// Signing keys are replaced while people sign in: no relying party meets a token that it cannot check, before, during or after.

import { randomBytes } from 'node:crypto'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { afterAll, expect, test, vi } from 'vitest'
import { memoryStorage } from '../../src/adapters/index.ts'
import { openSigningKeys } from '../../src/provider/tokens/signing-keys.ts'
import { signingSlots } from '../../src/provider/tokens/signing-slots.ts'
import { afterLogout, conformanceHouse, type Guest, guestOf } from '../conformance/house.ts'
import { laterBy } from '../support/authenticator.ts'

afterAll(() => void vi.useRealTimers())

const resource = 'https://api.example.test'
const readings = { scope: 'openid read', resource }
const rotations = 4
const peopleAtOnce = 8
/** Sign-ins of a stretch of load. */
const stretch = 48

test('keys rotated four times while eight people keep signing in: no token is refused by anybody, by old relying parties or new ones', async () => {
  const house = await conformanceHouse({ resources: [{ resource, scope: 'read' }] })
  const jwks = new URL(house.config.serverMetadata().jwks_uri!)
  // Half of the applications look keys up as jose does it, the others as openid-client does, each with a memory of its own.
  const keys = createRemoteJWKSet(jwks)
  client.enableNonRepudiationChecks(house.post)
  const people = await Promise.all(
    Array.from({ length: peopleAtOnce }, (_, number) => guestOf(house, number % 2 === 0 ? house.config : house.post))
  )
  for (const person of people) await person.signIn(readings)
  const refusals: string[] = []
  const tokens: { readonly text: string; readonly kid: string; readonly alg: string; readonly expiresAt: number }[] = []
  const signed = new Set<string>()
  let visits = 0
  const now = (): number => Math.floor(Date.now() / 1000)
  const audience = ['basic', 'post', resource]
  const feed = `${house.server.issuer}/vigil/revocations?${new URLSearchParams({ audience: resource })}`
  const { issuer } = house.server

  async function signIn(person: Guest): Promise<void> {
    try {
      const { tokens: given } = await person.signIn({ prompt: 'none', ...readings })
      const texts = [given.id_token!, given.access_token]
      // The third statement that the same keys sign: which sessions have ended.
      if (++visits % 5 === 0) texts.push(await (await fetch(feed)).text())
      for (const text of texts) {
        const { protectedHeader, payload } = await jwtVerify(text, keys, { issuer, audience })
        signed.add(protectedHeader.typ ?? 'ID token')
        tokens.push({ text, kid: protectedHeader.kid!, alg: protectedHeader.alg, expiresAt: payload.exp! })
      }
    } catch (error) {
      refusals.push(`${new Date().toISOString()} ${String(error)}`)
    }
  }

  /** Everybody at once, a second of the clock for each sign-in, and `act` in the midst of it. Resolves to the keys that signed. */
  async function load(count: number, act?: () => Promise<unknown>): Promise<ReadonlySet<string>> {
    const before = tokens.length
    let begun = 0
    let acting: Promise<unknown> | undefined
    async function goOn(person: Guest): Promise<void> {
      while (begun < count) {
        if (++begun > count / 2) acting ??= act?.()
        await signIn(person)
        laterBy(1)
      }
    }
    await Promise.all(people.map(goOn))
    await acting
    return new Set(tokens.slice(before).flatMap(({ kid, alg }) => (alg === 'RS256' ? [kid] : [])))
  }

  /** The same, so that the moment is in the midst of it. */
  async function loadAround(moment: number): Promise<ReadonlySet<string>> {
    while (moment - now() > 1200 + stretch / 2) {
      laterBy(1200)
      await load(peopleAtOnce)
      await everyTokenHolds()
    }
    laterBy(moment - now() - stretch / 2)
    return load(stretch)
  }

  /** Whatever lives is good also for a relying party that has just begun and knows the present keys alone. */
  async function everyTokenHolds(): Promise<void> {
    const present = createRemoteJWKSet(jwks)
    for (const { text, expiresAt } of tokens) {
      if (expiresAt <= now()) continue
      await jwtVerify(text, present, { issuer, audience }).catch((error: unknown) => refusals.push(String(error)))
    }
  }

  const publishedKids = async (): Promise<string[]> => {
    const { keys: published } = (await (await fetch(jwks)).json()) as { keys: { kid: string }[] }
    return published.map(({ kid }) => kid)
  }

  for (let round = 1; round <= rotations; round++) {
    let usedFrom = 0
    const [old, ...others] = await load(stretch, async () => ({ usedFrom } = await house.server.rotateSigningKeys()))
    expect(others).toEqual([])
    expect(await publishedKids()).toHaveLength(4)
    await expect(house.server.rotateSigningKeys()).rejects.toMatchObject({ code: 'conflict' })
    const both = await loadAround(usedFrom)
    expect([both.size, both.has(old!)]).toEqual([2, true])
    const last = tokens.findLast(({ kid, text }) => kid === old && isIdToken(text))!
    // A token of the old key still says who asks to be signed out.
    laterBy(1800)
    const hint = { id_token_hint: last.text, post_logout_redirect_uri: afterLogout }
    const end = `${house.config.serverMetadata().end_session_endpoint}?${new URLSearchParams(hint)}`
    expect((await people[0]!.browser.get(end)).status).toBe(200)
    expect(await publishedKids()).toContain(old)
    const gone = await loadAround(usedFrom + 2 * 3600)
    expect(gone.size).toBe(1)
    expect(await publishedKids()).not.toContain(old)
    await everyTokenHolds()
  }
  expect(refusals).toEqual([])
  const kids = (alg: string) => new Set(tokens.filter((one) => one.alg === alg).map(({ kid }) => kid)).size
  // The feed is signed by the short key, and the rest by the one that everybody must know.
  expect([kids('RS256'), kids('ES256')]).toEqual([rotations + 1, rotations + 1])
  expect(signed).toEqual(new Set(['ID token', 'at+jwt', 'vigil-revocations+jwt']))
  expect(tokens.length).toBeGreaterThan(1000)
  await house.close()
}, 600_000)

function isIdToken(jwt: string): boolean {
  return decodeProtectedHeader(jwt).typ === undefined
}

test('a token that is being made when the next key begins to sign names the key that signed it', async () => {
  const { keys: store } = memoryStorage()
  let now = 1_800_000_000
  const keys = await openSigningKeys({ store, key: randomBytes(32), now: () => now })
  const { usedFrom } = await keys.rotate()
  for (const slot of signingSlots(keys)) {
    now = usedFrom - 1
    const { alg, kid } = slot
    if (!keys.published().some((one) => one.kid === kid)) continue
    const parts = [{ alg, kid }, { sub: 'ana' }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    // The library names the key first, then looks further things up, and signs in the end.
    now = usedFrom
    const signature = Buffer.from(await slot.sign(Buffer.from(parts.join('.')))).toString('base64url')
    const { publicKey } = keys.published().find((one) => one.kid === kid)!
    const { payload } = await jwtVerify([...parts, signature].join('.'), publicKey)
    expect(payload.sub).toBe('ana')
  }
})

test('another process takes a rotation up, and of two at once one is refused', async () => {
  const { keys: store } = memoryStorage()
  let now = 1_800_000_000
  const options = { store, key: randomBytes(32), now: () => now }
  const [one, other] = [await openSigningKeys(options), await openSigningKeys(options)]
  const answers = await Promise.allSettled([one.rotate(), other.rotate()])
  expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  await other.refresh()
  const kids = (keys: typeof one) => keys.published().map(({ kid }) => kid)
  expect(kids(other)).toEqual(kids(one))
  const before = one.signing('RS256').kid
  now += 3600
  expect(one.signing('RS256').kid).not.toBe(before)
  expect(other.signing('RS256').kid).toBe(one.signing('RS256').kid)
  expect(kids(await openSigningKeys(options))).toEqual(kids(one))
})

test('a key that another secret has sealed is not taken for a new start', async () => {
  const { keys: store } = memoryStorage()
  const now = () => 1_800_000_000
  await openSigningKeys({ store, key: randomBytes(32), now })
  await expect(openSigningKeys({ store, key: randomBytes(32), now })).rejects.toMatchObject({ code: 'secret_weak' })
})
