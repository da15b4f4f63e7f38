// Vigil on somebody else's provider: what the host had is still there and still works, and goes on when Vigil leaves.

import { interactionPolicy, type AdapterPayload, type Configuration, type KoaContextWithOIDC } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { memoryStorage } from '../../src/adapters/index.ts'
import { hostPassword } from '../../src/challenge/password.ts'
import { createVigil } from '../../src/vigil.ts'
import { claimsOf, relyingParty } from '../support/oidc.ts'
import {
  api,
  app,
  loa1,
  nobody,
  redirectUri,
  secret,
  silent,
  startHost,
  type TestHost,
  visitorOf
} from '../support/server.ts'

/** A host's account as an instance of its own class, with a secret that only the instance itself can reach. */
class HostAccount {
  [key: string]: unknown
  readonly #id: string
  constructor(id: string) {
    this.#id = id
  }
  get accountId(): string {
    return this.#id
  }
  claims() {
    return { sub: this.#id, nickname: `the great ${this.#id}`, acr: 'the host says so' }
  }
}

describe('a host that has much of its own', () => {
  let host: TestHost
  let base: Configuration
  let before: string
  const rows: string[] = []
  const validated: unknown[] = []
  let isSunday = false

  beforeAll(async () => {
    const { oidc } = memoryStorage()
    const policy = interactionPolicy.base()
    const { Check } = interactionPolicy
    const closed = new Check('sunday', 'closed on Sundays', 'access_denied', () => isSunday)
    policy.get('login')!.checks.add(closed)
    host = await startHost({
      clients: [app, { ...api, shop_size: 'large' }],
      vigil: { factors: [hostPassword] },
      base: (plain) => {
        base = deepFrozen({
          ...plain,
          adapter: (model: string) => {
            const adapter = oidc(model)
            return {
              ...adapter,
              async upsert(id: string, payload: AdapterPayload, expiresIn: number) {
                rows.push(model)
                await adapter.upsert(id, payload, expiresIn)
              }
            }
          },
          acrValues: ['urn:host:own'],
          interactions: { ...plain.interactions, policy },
          findAccount: async (_ctx, sub) => (sub === 'nobody' ? undefined : new HostAccount(sub)),
          claims: { openid: ['sub'], profile: ['nickname'] },
          scopes: ['openid', 'offline_access', 'profile'],
          extraTokenClaims: (_ctx: KoaContextWithOIDC, token) => ({ kind: token.kind, acr: 'the host says so' }),
          extraClientMetadata: {
            properties: ['shop_size'],
            validator: (_ctx, key, value) => void validated.push([key, value])
          },
          features: {
            ...plain.features,
            introspection: { enabled: true, allowedPolicy: (_ctx, client) => client.clientId === 'api' }
          } as NonNullable<Configuration['features']>
        } satisfies Configuration)
        before = shapeOf(base)
        return base
      }
    })
  })
  afterAll(() => host.close())

  it('is not changed', () => {
    expect(shapeOf(base)).toBe(before)
    expect(
      base.interactions?.policy?.find(({ name }) => name === 'login')?.checks.map(({ reason }) => reason)
    ).toContain('essential_acr')
  })

  it('keeps its adapter, its accounts, its claims and its client metadata', async () => {
    const ana = await visitorOf(host)
    const tokens = await ana.signIn({ scope: 'openid profile' })
    expect(new Set(rows)).toContain('Session')
    expect(new Set(rows)).toContain('AuthorizationCode')
    expect(await ana.party.userinfo(tokens)).toMatchObject({ sub: 'ana', nickname: 'the great ana' })
    expect((await host.provider.Client.find('api'))?.['shop_size']).toBe('large')
    await expect.poll(() => validated).toContainEqual(['shop_size', 'large'])
  })

  it('cannot say another acr than the true one by accident', async () => {
    const ana = await visitorOf(host)
    const tokens = await ana.signIn()
    expect(tokens.idToken['acr']).toBe(loa1)
    expect(await ana.party.userinfo(tokens)).toMatchObject({ acr: loa1 })
    const guard = await relyingParty(host.issuer, { clientId: 'api', clientSecret: api.client_secret, redirectUri })
    expect(await guard.introspect(tokens.accessToken)).toMatchObject({ active: true, kind: 'AccessToken', acr: loa1 })
    const resource = 'https://api.example.test'
    expect(claimsOf((await ana.signIn({ resource, scope: 'openid read' })).accessToken)).toMatchObject({
      kind: 'AccessToken',
      acr: loa1
    })
  })

  it('keeps its own checks in the login prompt', async () => {
    const ana = await visitorOf(host)
    await ana.signIn()
    isSunday = true
    const closed = await ana.visit({ prompt: 'none' })
    isSunday = false
    expect(closed.error).toBe('access_denied')
  })

  it('keeps its say in who may introspect', async () => {
    const ana = await visitorOf(host)
    const { accessToken } = await ana.signIn()
    expect(await ana.party.introspect(accessToken)).toEqual({ active: false })
  })

  it('is announced together with what Vigil brings', async () => {
    const found = (await (await fetch(`${host.issuer}/.well-known/openid-configuration`)).json()) as Record<
      string,
      string[]
    >
    expect(found['acr_values_supported']).toEqual(
      expect.arrayContaining(['urn:vigil:loa:1', 'urn:vigil:loa:2', 'urn:vigil:loa:3', 'urn:host:own'])
    )
    expect(found['claims_supported']).toEqual(
      expect.arrayContaining(['acr', 'amr', 'auth_time', 'acr_expires_at', 'risk_level', 'nickname'])
    )
  })
})

describe('client metadata', () => {
  it.each([
    ['vigil_watch', 'always'],
    ['vigil_watch', true],
    ['vigil_silent_error', 'server_error'],
    ['vigil_origins', 'https://app.example.test'],
    ['vigil_origins', ['https://app.example.test/path']],
    ['vigil_origins', ['*']],
    ['vigil_origins', [7]],
    ['vigil_origins', ['null']]
  ])('%s cannot be %j', async (key, value) => {
    const host = await startHost({ clients: [{ ...app, [key]: value }] })
    try {
      await expect(host.provider.Client.find('app')).rejects.toMatchObject({ error: 'invalid_client_metadata' })
      const request = `${host.issuer}/auth?client_id=app&response_type=code&scope=openid&redirect_uri=${redirectUri}`
      expect((await fetch(request, { redirect: 'manual' })).status).toBe(400)
    } finally {
      await host.close()
    }
  })

  it('that is right is taken', async () => {
    const right = {
      vigil_watch: 'required',
      vigil_silent_error: 'interaction_required',
      vigil_origins: ['https://w.example.test']
    }
    const host = await startHost({ clients: [{ ...app, ...right }] })
    expect(await host.provider.Client.find('app')).toMatchObject(right)
    await host.close()
  })
})

describe('events', () => {
  let host: TestHost
  beforeAll(async () => {
    host = await startHost()
  })
  afterAll(() => host.close())

  it('come in the order in which things happen, and stop for whoever stops listening', async () => {
    const ana = await visitorOf(host)
    await ana.signIn()
    const uid = await ana.uid()
    const events: unknown[] = []
    const off = [
      host.vigil.on('risk.changed', ({ from, to, reason }) => events.push(`${from} to ${to}: ${reason}`)),
      host.vigil.on('challenge.required', ({ rule, acr }) => events.push(`${rule}, ${acr}`)),
      host.vigil.on('session.revoked', ({ reason, accountId }) => events.push(`${accountId} out: ${reason}`))
    ]
    await host.vigil.reportRisk(uid, 'MEDIUM', 'a new place')
    await host.vigil.reportRisk(uid, 'HIGH', 'behaviour')
    await ana.signIn()
    await host.vigil.revoke(uid, 'a test')
    for (const stop of off) stop()
    await ana.signIn()
    await host.vigil.reportRisk(await ana.uid(), 'HIGH', 'behaviour')
    expect(events).toEqual([
      'LOW to MEDIUM: a new place',
      'MEDIUM to HIGH: behaviour',
      `somebody else is at the keyboard, ${loa1}`,
      'HIGH to LOW: authenticated',
      'ana out: a test'
    ])
  })

  it('a listener that throws hurts nobody', async () => {
    const ben = await visitorOf(host, { account: 'ben' })
    await ben.signIn()
    const heard: string[] = []
    const off = [
      host.vigil.on('risk.changed', () => {
        throw new Error('the listener is broken')
      }),
      host.vigil.on('risk.changed', ({ to }) => heard.push(to))
    ]
    await host.vigil.reportRisk(await ben.uid(), 'HIGH', 'behaviour')
    for (const stop of off) stop()
    expect(heard).toEqual(['HIGH'])
    expect((await ben.visit({ prompt: 'none' })).error).toBe('interaction_required')
  })
})

test('closing Vigil leaves the server with the host', async () => {
  const host = await startHost()
  const ana = await visitorOf(host)
  await ana.signIn()
  expect((await fetch(`${host.issuer}/vigil/agent.js`)).status).toBe(200)
  await host.vigil.close()
  expect((await fetch(`${host.issuer}/vigil/agent.js`)).status).toBe(404)
  expect((await fetch(`${host.issuer}/.well-known/openid-configuration`)).status).toBe(200)
  expect((await ana.visit({ prompt: 'none' })).error).toBeNull()
  await host.close()
})

test('a session that began before Vigil came is taken up as what it was, no more', async () => {
  const host = await startHost()
  const ana = await visitorOf(host)
  await ana.signIn()
  const uid = await ana.uid()
  // As if it had never been seen: only the provider's own session is left.
  await host.storage.sessions.update(uid, (record) => record && { ...record, expiresAt: 1 })
  expect(await host.vigil.standing(uid)).toBeUndefined()
  const { idToken } = await ana.signIn({ prompt: 'none' })
  expect(idToken).toMatchObject({ acr: loa1, amr: ['pwd'] })
  expect((await host.vigil.standing(uid))?.acr).toBe(loa1)
  await host.close()
})

test('what cannot be is refused when Vigil is made', () => {
  const made = (more: Record<string, unknown>) => () =>
    createVigil({
      issuer: 'https://op.example.test',
      secret,
      storage: memoryStorage(),
      population: nobody,
      logger: silent,
      ...more
    })
  expect(made({ secret: 'short' })).toThrow(/SECRET_KEY must have at least 32 characters, got 5/)
  expect(made({ budget: 'often' })).toThrow(/budget must look like 1\/40h/)
  expect(made({ policy: 'version: 1\nrules: [{ then: explode }]' })).toThrow(/policy\.rules\[0\]\.then must be one of/)
})

function deepFrozen<T>(value: T): T {
  if (
    Array.isArray(value) ||
    (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
  ) {
    for (const inner of Object.values(value)) deepFrozen(inner)
    Object.freeze(value)
  }
  return value
}

/** Everything that a configuration holds, in a form that shows any change. */
function shapeOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'function' ? inner.toString() : inner))
}
