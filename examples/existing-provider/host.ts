// A provider as a company already has it: its own accounts, its own storage, its own pages. The lines marked "Vigil" are all that the plug-in
// needs.

import { randomBytes, randomUUID, scryptSync, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import bodyParser from '@koa/bodyparser'
import Router from '@koa/router'
import Provider, {
  type ClientMetadata,
  type Configuration,
  interactionPolicy,
  type KoaContextWithOIDC
} from 'oidc-provider'
import { createVigil, type Vigil, type VigilOptions } from 'oidc-vigil' // Vigil
import { memoryStorage } from 'oidc-vigil/adapters' // Vigil
import { MapAdapter } from './map-adapter.ts'
import { consentPage, loginPage, signUpPage } from './pages.ts'

export interface HostOptions extends Pick<
  Partial<VigilOptions>,
  'budget' | 'population' | 'clock' | 'logger' | 'calibrationKeystrokes'
> {
  readonly port?: number
  readonly clients: readonly ClientMetadata[]
}

export interface Host {
  readonly issuer: string
  readonly vigil: Vigil
  /** What the host's own hooks did, to see that they still do it. */
  readonly seen: { readonly tokens: string[]; readonly events: string[]; readonly applications: string[] }
  close(): Promise<void>
}

interface HostAccount {
  readonly id: string
  readonly username: string
  readonly salt: Buffer
  readonly hash: Buffer
}

export async function startHost(options: HostOptions): Promise<Host> {
  const server = createServer()
  server.listen(options.port ?? 3000)
  await once(server, 'listening')
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const accounts = new Map<string, HostAccount>()
  const seen = { tokens: [] as string[], events: [] as string[], applications: [] as string[] }

  // The company's own policy: it notes for which applications people come.
  const policy = interactionPolicy.base()
  const note = (ctx: KoaContextWithOIDC): boolean => {
    seen.applications.push(ctx.oidc.client?.clientId ?? '')
    return interactionPolicy.Check.NO_NEED_TO_PROMPT
  }
  policy.get('login')?.checks.add(new interactionPolicy.Check('note', 'never asks', 'login_required', note))
  const base: Configuration = {
    adapter: MapAdapter,
    clients: [...options.clients],
    cookies: { keys: [randomBytes(32).toString('hex')] },
    claims: { openid: ['sub'], profile: ['preferred_username'] },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    interactions: { policy, url: (_ctx, { uid }) => `/sign-in/${uid}` },
    ttl: { AccessToken: 3600, AuthorizationCode: 60, Grant: 86_400, IdToken: 3600, Interaction: 3600, Session: 86_400 },
    findAccount(_ctx, sub) {
      const account = accounts.get(sub)
      return account && { accountId: sub, claims: () => ({ sub, preferred_username: account.username }) }
    },
    extraTokenClaims(_ctx, token) {
      seen.tokens.push(token.kind)
      return { tenant: 'northwind' }
    }
  }

  const vigil = createVigil({
    ...options,
    issuer,
    secret: randomBytes(48).toString('base64url'),
    storage: memoryStorage()
  }) // Vigil
  const provider = new Provider(issuer, vigil.configure(base)) // Vigil: base is wrapped
  vigil.on('challenge.required', ({ accountId }) => seen.events.push(`challenge ${accounts.get(accountId)?.username}`)) // Vigil

  const router = new Router()
  const form = bodyParser({ enableTypes: ['form'] })

  router.get('/signup', (ctx) => send(ctx, signUpPage()))
  router.post('/signup', form, (ctx) => {
    const { username = '', password = '' } = ctx.request.body as Record<string, string>
    const salt = randomBytes(16)
    const id = randomUUID()
    accounts.set(id, { id, username, salt, hash: scryptSync(password, salt, 32) })
    ctx.redirect('/vigil/consent') // Vigil: asks whether to be watched, then learns how the person types
  })

  router.get('/sign-in/:uid', async (ctx) => {
    const details = await provider.interactionDetails(ctx.req, ctx.res)
    const challenge = await vigil.challengeOf(details) // Vigil: why it asks, in words
    send(ctx, details.prompt.name === 'consent' ? consentPage(details.uid) : loginPage(details.uid, challenge?.words))
  })

  router.post('/sign-in/:uid/login', form, async (ctx) => {
    const details = await provider.interactionDetails(ctx.req, ctx.res)
    const { username = '', password = '' } = ctx.request.body as Record<string, string>
    const account = [...accounts.values()].find((one) => one.username === username)
    if (!account || !timingSafeEqual(scryptSync(password, account.salt, 32), account.hash)) {
      send(ctx, loginPage(details.uid, 'That did not match.'), 401)
      return
    }
    const login = await vigil.loginResult(details, { accountId: account.id, amr: ['pwd'] }) // Vigil: truthful acr and amr
    await provider.interactionFinished(ctx.req, ctx.res, { login }, { mergeWithLastSubmission: false })
    ctx.respond = false
  })

  router.post('/sign-in/:uid/consent', form, async (ctx) => {
    const { params, session, grantId } = await provider.interactionDetails(ctx.req, ctx.res)
    const known = grantId === undefined ? undefined : await provider.Grant.find(grantId)
    const grant = known ?? new provider.Grant({ accountId: session!.accountId, clientId: String(params['client_id']) })
    grant.addOIDCScope(String(params['scope']))
    await provider.interactionFinished(ctx.req, ctx.res, { consent: { grantId: await grant.save() } })
    ctx.respond = false
  })

  provider.use(router.routes())
  const answer = provider.callback()
  server.on('request', (request, response) => void answer(request, response))
  vigil.attach(provider, server) // Vigil: channel, agent, calibration, tickets

  return {
    issuer,
    vigil,
    seen,
    async close() {
      server.close()
      await vigil.close() // Vigil
      server.closeAllConnections()
    }
  }
}

function send(ctx: { status: number; type: string; body: unknown }, html: string, status = 200): void {
  ctx.status = status
  ctx.type = 'html'
  ctx.body = html
}
