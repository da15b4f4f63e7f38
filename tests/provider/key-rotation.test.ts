// Signing keys are replaced while people sign in: no relying party meets a token that it cannot check, before, during or after.

import { randomBytes } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { afterAll, expect, test, vi } from 'vitest'
import { memoryStorage } from '../../src/adapters/index.ts'
import { openSigningKeys } from '../../src/provider/tokens/signing-keys.ts'
import { conformanceHouse, guestOf } from '../conformance/house.ts'
import { laterBy } from '../support/authenticator.ts'

afterAll(() => void vi.useRealTimers())

test('keys rotated under load: no token is refused by anybody, and the old key goes when its last token is dead', async () => {
  const house = await conformanceHouse()
  // One looks keys up as jose does it, the other as openid-client does, each with a memory of its own.
  const keys = createRemoteJWKSet(new URL(house.config.serverMetadata().jwks_uri!))
  client.enableNonRepudiationChecks(house.post)
  const parties = [await guestOf(house), await guestOf(house, house.post)]
  const kids = new Set<string>()
  let checked = 0

  async function everybodySignsIn(): Promise<void> {
    await Promise.all(
      parties.map(async (person) => {
        const { tokens } = await person.signIn({ prompt: 'none' })
        const audience = person === parties[0] ? 'basic' : 'post'
        const { protectedHeader } = await jwtVerify(tokens.id_token!, keys, { issuer: house.server.issuer, audience })
        kids.add(protectedHeader.kid!)
        checked++
      })
    )
  }
  async function signingInFor(seconds: number): Promise<void> {
    for (let gone = 0; gone < seconds; gone += 1200) {
      await everybodySignsIn()
      laterBy(1200)
    }
  }
  const publishedKids = async (): Promise<string[]> => {
    const answer = await fetch(house.config.serverMetadata().jwks_uri!)
    return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)
  }

  for (const person of parties) await person.signIn()
  const { tokens: early } = await parties[0]!.signIn()
  await everybodySignsIn()
  expect(kids.size).toBe(1)
  const [oldKid] = kids

  await house.server.rotateSigningKeys()
  expect(await publishedKids()).toHaveLength(4)
  await expect(house.server.rotateSigningKeys()).rejects.toMatchObject({ code: 'conflict' })
  await everybodySignsIn()
  expect(kids.size).toBe(1)
  await signingInFor(3600)
  await everybodySignsIn()
  expect(kids.size).toBe(2)

  // A token of the old key still says who asks to be signed out.
  const hint = { id_token_hint: early.id_token!, post_logout_redirect_uri: 'http://rp.example.test/bye' }
  const end = `${house.config.serverMetadata().end_session_endpoint}?${new URLSearchParams(hint)}`
  expect((await parties[0]!.browser.get(end)).status).toBe(200)
  expect(await publishedKids()).toContain(oldKid)

  await signingInFor(2 * 3600)
  expect(await publishedKids()).not.toContain(oldKid)
  await everybodySignsIn()
  expect(kids.size).toBe(2)
  expect(checked).toBe(26)
  await house.close()
}, 600_000)

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
