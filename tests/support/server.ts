// A host of its own with Vigil plugged in: oidc-provider on node:http, storage in memory, and the plainest login page that can be. Tests talk
// to it over real HTTP, and say with each login which methods the person passed.

import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { type Configuration, type Interaction, type InteractionResults } from 'oidc-provider'
import { pino } from 'pino'
import { memoryStorage } from '../../src/adapters/index.ts'
import { featureNames, type Population } from '../../src/biometrics/index.ts'
import type { Liveness } from '../../src/watch/liveness.ts'
import { createVigil, type VigilOptions } from '../../src/vigil.ts'
import type { ServerStorage } from '../../src/provider/ports.ts'
import type { LoginTyping, Vigil } from '../../src/provider/vigil-api.ts'
import {
  type Answering,
  createBrowser,
  type PersonAtBrowser,
  personAt,
  relyingParty,
  type RelyingParty
} from './oidc.ts'

export const secret = 'Nq7-fV2xL0aW9uZkT4cRb8sYhE1mJp6d'
export const loa1 = 'urn:vigil:loa:1'
export const loa2 = 'urn:vigil:loa:2'
export const loa3 = 'urn:vigil:loa:3'

export const silent = pino({ level: 'silent' })

/** Liveness for tests of something else: it suspects nothing. */
export const nothingSuspected: Liveness = {
  open: () =>
    Promise.resolve({
      take: () => undefined,
      startAnew: () => undefined,
      left: () => undefined,
      close: () => undefined
    }),
  erase: () => Promise.resolve(),
  settled: () => Promise.resolve()
}

const size = featureNames.length

/** A population in which nobody was seen: starts at once, and judges nobody. */
export const nobody: Population = {
  version: 1,
  revision: 'nobody',
  people: 0,
  scale: {
    mean: new Float64Array(size),
    within: new Float64Array(size).fill(1),
    between: new Float64Array(size),
    weight: new Float64Array(size)
  },
  background: [],
  typingFusion: [],
  pointingFusion: [],
  alarms: { maxima: [], hours: 0 }
}

/** A way to prove who one is that the host's login page knows how to ask for. */
export const oneTimeCode: NonNullable<VigilOptions['factors']>[number] = {
  id: 'one-time-code',
  amr: ['otp'],
  available: () => Promise.resolve(true)
}

export interface TestHost {
  readonly issuer: string
  readonly provider: Provider
  readonly vigil: Vigil
  readonly storage: ServerStorage
  readonly server: Server
  /** Reasons of every interaction that was started, in order. */
  readonly asked: string[]
  close(): Promise<void>
}

export interface HostOptions {
  readonly storage?: ServerStorage
  readonly clients?: NonNullable<Configuration['clients']>
  /** Changes what the host configures before Vigil is woven in. */
  readonly base?: (base: Configuration, issuer: string) => Configuration
  readonly vigil?: Partial<VigilOptions>
  /** The provider as the host configures it, with nothing of Vigil in it: to compare with. */
  readonly plain?: boolean
}

export const redirectUri = 'https://app.example.test/back'

/** A public client with PKCE that may refresh. */
export const app = {
  client_id: 'app',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none'
} as const

/** A resource server: it introspects, and signs nobody in. */
export const api = {
  client_id: 'api',
  client_secret: 'a secret of the api that nobody guesses',
  redirect_uris: [],
  response_types: [],
  grant_types: []
}

export async function startHost(options: HostOptions = {}): Promise<TestHost> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const storage = options.storage ?? memoryStorage()
  const vigil = createVigil({ issuer, secret, storage, population: nobody, logger: silent, ...options.vigil })
  const base = hostConfiguration(storage, options.clients ?? [app])
  const theirs = options.base ? options.base(base, issuer) : base
  const provider = new Provider(issuer, options.plain ? theirs : vigil.configure(theirs))
  const asked: string[] = []
  provider.on('interaction.started', (_ctx, prompt) => asked.push(prompt.reasons.join(' ')))
  // As most hosts do it, the provider's callback is made before anybody plugs anything in.
  const answer = provider.callback()
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void answer(request, response)
    return void interact({ provider, vigil }, request, response)
  })
  vigil.attach(provider, server)
  await vigil.ready()
  return {
    issuer,
    provider,
    vigil,
    storage,
    server,
    asked,
    async close() {
      await vigil.close()
      server.closeAllConnections()
      server.close()
    }
  }
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const signingKey = { ...privateKey.export({ format: 'jwk' }), use: 'sig', kid: 'test' }

function hostConfiguration(storage: ServerStorage, clients: NonNullable<Configuration['clients']>): Configuration {
  return {
    adapter: storage.oidc,
    clients,
    jwks: { keys: [signingKey] },
    cookies: { keys: ['a key for the cookies of this test'] },
    async findAccount(_ctx, sub) {
      return { accountId: sub, claims: () => ({ sub, nickname: sub.toUpperCase() }) }
    },
    claims: { openid: ['sub', 'nickname'] },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => void (ctx.body = form),
        postLogoutSuccessSource: (ctx) => void (ctx.body = '<h1>signed out</h1>')
      },
      introspection: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => [],
        getResourceServerInfo: () => ({ scope: 'read', audience: 'https://api.example.test', accessTokenFormat: 'jwt' })
      }
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    pkce: { required: () => false },
    renderError(ctx, { error }) {
      ctx.type = 'html'
      ctx.body = `<h1>${error}</h1>`
    },
    issueRefreshToken: (_ctx, client) => Promise.resolve(client.grantTypeAllowed('refresh_token')),
    async loadExistingGrant(ctx) {
      const { client, session, result, provider } = ctx.oidc
      const grantId = result?.consent?.grantId ?? session?.grantIdFor(client!.clientId)
      if (grantId) return provider.Grant.find(grantId)
      return grantFor(provider, session!.accountId!, client!.clientId)
    },
    // Back-channel logout to a loopback address needs a fetch without the library's guard.
    fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined } as RequestInit),
    ttl: {
      Session: 3600,
      Grant: 3600,
      Interaction: 600,
      AccessToken: 600,
      IdToken: 600,
      AuthorizationCode: 60,
      RefreshToken: 3600
    }
  }
}

async function grantFor(provider: Provider, accountId: string, clientId: string) {
  const grant = new provider.Grant({ accountId, clientId })
  grant.addOIDCScope('openid offline_access profile')
  grant.addResourceScope('https://api.example.test', 'read')
  await grant.save()
  return grant
}

/** The page names what is asked and why; the form says who signs in, and by which methods. */
async function interact(
  { provider, vigil }: Pick<TestHost, 'provider' | 'vigil'>,
  request: IncomingMessage,
  response: ServerResponse
): Promise<void> {
  try {
    const details = await provider.interactionDetails(request, response)
    if (request.method === 'GET') {
      const { name, reasons } = details.prompt
      const words = (await vigil.challengeOf(details))?.words ?? ''
      const form = '<form method="post"><input name="account"><input name="amr"></form>'
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<h1>${name}: ${reasons.join(' ')}</h1><p>${words}</p>${form}`)
      return
    }
    const fields = new URLSearchParams(await bodyOf(request))
    const merge = fields.get('merge') === 'yes'
    await provider.interactionFinished(request, response, await resultOf(provider, vigil, details, fields), {
      mergeWithLastSubmission: merge
    })
  } catch (error) {
    response.writeHead(410, { 'content-type': 'text/html' }).end(`<h1>${(error as Error).name}</h1>`)
  }
}

async function resultOf(
  provider: Provider,
  vigil: Vigil,
  details: Interaction,
  fields: URLSearchParams
): Promise<InteractionResults> {
  // For tests in which the host's page answers something of its own.
  const own = fields.get('result')
  if (own !== null) return JSON.parse(own) as InteractionResults
  if (details.prompt.name === 'consent') {
    const { jti } = await grantFor(provider, details.session!.accountId, String(details.params['client_id']))
    return { consent: { grantId: jti } }
  }
  const accountId = fields.get('account') ?? 'ana'
  const amr = (fields.get('amr') ?? 'pwd').split(' ')
  return { login: await vigil.loginResult(details, { accountId, amr, ...typingOf(fields) }) }
}

/** A host that hands over how the password was typed says so with each login; this one where a test fills in the field. */
function typingOf(fields: URLSearchParams): { typing?: LoginTyping } {
  const rhythm = fields.get('vigil_rhythm')
  if (rhythm === null) return {}
  const typedSecret = fields.get('secret') ?? 'hash of the password'
  return { typing: { rhythm, secret: typedSecret, newDevice: fields.get('device') === 'new' } }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** Somebody at a browser of their own who signs in at the host through `app`, by password unless told. */
export async function visitorOf(
  host: TestHost,
  {
    account = 'ana',
    amr = 'pwd',
    client = {}
  }: { account?: string; amr?: string; client?: { clientId?: string; secret?: string; redirectUri?: string } } = {}
): Promise<PersonAtBrowser & { readonly party: RelyingParty; by(methods: string): Answering; uid(): Promise<string> }> {
  const back = client.redirectUri ?? redirectUri
  const party = await relyingParty(host.issuer, { clientId: 'app', redirectUri: back, ...client })
  const browser = createBrowser([back])
  const by = (methods: string): Answering => {
    return (page) => browser.submit(page, { account, amr: methods })
  }
  return {
    ...personAt(party, browser, by(amr)),
    party,
    by,
    async uid() {
      const [newest] = await host.vigil.sessionsOf(account)
      if (!newest) throw new Error(`${account} has no session`)
      return newest.uid
    }
  }
}
