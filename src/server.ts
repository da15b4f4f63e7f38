// The stand-alone identity provider: oidc-provider with Vigil woven in, our accounts and pages in front, our storage behind. Everything a
// host would bring along is here.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Router from '@koa/router'
import type Koa from 'koa'
import Provider, { type ClientMetadata, type Configuration, errors, interactionPolicy } from 'oidc-provider'
import { type Logger, pino } from 'pino'
import { openStorage } from './adapters/index.ts'
import { smtpMailer, type SmtpOptions } from './adapters/smtp-mailer.ts'
import type { Population } from './biometrics/index.ts'
import { emailCodeStrategy } from './challenge/email-code.ts'
import { passkeyStrategy } from './challenge/passkey.ts'
import { passwordStrategy } from './challenge/password.ts'
import { recoveryCodeStrategy } from './challenge/recovery-codes.ts'
import { totpStrategy } from './challenge/totp.ts'
import type { Clock } from './channel/ports.ts'
import { VigilError } from './errors.ts'
import { accountRoutes } from './provider/routes/account-routes.ts'
import { createAccounts, passwordChecker } from './provider/accounts/accounts.ts'
import { vigilMetadata } from './provider/requests/client-metadata.ts'
import { factorChoice } from './provider/factors/factor-choice.ts'
import { factorRoutes } from './provider/routes/factor-routes.ts'
import { createFactors } from './provider/factors/factors.ts'
import { createForms } from './provider/pages/forms.ts'
import { interactionRoutes } from './provider/routes/interaction-routes.ts'
import { issuedChallenges } from './provider/factors/issued-challenges.ts'
import { createInvitations, type Invitations } from './provider/accounts/invitations.ts'
import { languageTags } from './provider/pages/languages/index.ts'
import { mailRoutes } from './provider/routes/mail-routes.ts'
import { createPages, type Pages } from './provider/pages/pages.ts'
import { passwordRoutes } from './provider/routes/password-routes.ts'
import { passkeyRoutes } from './provider/routes/passkey-routes.ts'
import { recoveryCodeRoutes } from './provider/routes/recovery-code-routes.ts'
import { createPasswords } from './provider/accounts/passwords.ts'
import { createNotices } from './provider/accounts/notices.ts'
import { personRoutes } from './provider/routes/person-routes.ts'
import type { Account, AccountStore, Mailer, ServerStorage } from './provider/ports.ts'
import { postedAuthorization } from './provider/requests/posted-authorization.ts'
import { namingThePresent } from './provider/requests/present-name.ts'
import { providerPages } from './provider/pages/provider-pages.ts'
import { sessionRoutes } from './provider/routes/session-routes.ts'
import { resourceIndicators, type ResourceServer } from './provider/tokens/resource-servers.ts'
import { personCookies } from './provider/accounts/signed-cookie.ts'
import { openSigningKeys, refreshSeconds, type SigningKeys } from './provider/tokens/signing-keys.ts'
import { publishedKeys, signingSlots } from './provider/tokens/signing-slots.ts'
import type { Vigil } from './provider/vigil-api.ts'
import { defaultLadder, ladderFrom } from './risk/ladder.ts'
import { keysFrom } from './secrets.ts'
import { createVigil, type VigilOptions } from './vigil.ts'

export { clientsFrom, type Config, configFrom } from './config.ts'
export { VigilError } from './errors.ts'
export { collectSeldom } from './heap.ts'
export type { Mail, Mailer } from './provider/ports.ts'
export { type RiskLevel, riskLevels } from './risk/levels.ts'
export { closeOnSignal, runCommand } from './run.ts'

export interface ServerOptions extends Partial<
  Pick<
    VigilOptions,
    | 'brand'
    | 'budget'
    | 'policy'
    | 'ladder'
    | 'calibrationKeystrokes'
    | 'graceSeconds'
    | 'jwtSeconds'
    | 'challengeSeconds'
  >
> {
  /** Address of the provider as browsers reach it. Default: `http://localhost:<port>`. */
  readonly issuer?: string
  /** Default 3000; 0 = any free port. */
  readonly port?: number
  /** At least 32 random characters. Throws `secret_weak`. */
  readonly secret: string
  /** `postgres://…`, a folder for the embedded database, or `memory://`. */
  readonly database: string
  readonly clients?: readonly Readonly<Record<string, unknown>>[]
  /** APIs that get JWT access tokens. Default: none. */
  readonly resources?: readonly ResourceServer[]
  /** TLS proxies in front whose forwarded headers are believed. Default 0. */
  readonly proxyHops?: number
  /** This user name becomes an administrator when it signs up. For demos. */
  readonly administratorName?: string
  /**
   * PEM certificates of makers of authenticators. A passkey whose attestation leads to one counts as `hwk`; without any, devices are not asked
   * who made them and every passkey is `swk`.
   */
  readonly attestationRoots?: readonly string[]
  readonly population?: Population
  /** Sends mail to people. Default: none is sent. */
  readonly mailer?: Mailer
  /** A mail server, where there is no `mailer`. */
  readonly smtp?: Pick<SmtpOptions, 'url' | 'from'> | undefined
  /**
   * Takes a code by mail for a one-time code (`otp`). Default false: it proves the address and raises nothing (NIST SP 800-63B-4 §3.1.3.1).
   */
  readonly emailCodeCounts?: boolean
  readonly logger?: Logger
  readonly clock?: Clock
  /** More routes, before the provider's own. */
  readonly routes?: (parts: ServerParts) => Router
}

export interface ServerParts {
  readonly vigil: Vigil
  readonly provider: Provider
  readonly storage: ServerStorage
  readonly issuer: string
}

export interface VigilServer extends ServerParts {
  readonly server: Server
  /** One-time link of the first administrator, as long as no password was set with one. */
  readonly administratorLink?: string
  /** New signing keys, which sign once they have been published long enough. Throws `conflict` while the last rotation is not over. */
  rotateSigningKeys(): Promise<{ readonly usedFrom: number }>
  /** Stops taking requests, ends the channels, closes the database. */
  close(): Promise<void>
}

/** Throws `secret_weak`, `config_invalid`, `policy_invalid`, `database_in_use`, `storage_unavailable`, `port_in_use`. */
export async function startServer(options: ServerOptions): Promise<VigilServer> {
  const key = keysFrom(options.secret)
  const logger = options.logger ?? pino({ name: 'vigil' })
  const { server, port, serve } = await listen(options.port ?? 3000)
  const issuer = options.issuer ?? `http://localhost:${port}`
  // Cookies would be refused and discovery would name addresses that nobody reaches; only the operator can tell which is meant.
  if (issuer.startsWith('https:') && !options.proxyHops) {
    logger.warn({ issuer }, 'the issuer is https and no proxy is trusted (VIGIL_PROXY_HOPS): nobody here ends TLS')
  }
  let storage: ServerStorage | undefined
  let vigil: Vigil | undefined
  let refreshing: NodeJS.Timeout | undefined
  try {
    storage = await openStorage({ database: options.database })
    const { accounts: store } = storage
    const mailer = options.mailer ?? (options.smtp && smtpMailer(options.smtp))
    const accounts = createAccounts({
      store,
      attempts: storage.attempts,
      passwords: createPasswords(),
      ...(options.administratorName !== undefined && { administratorName: options.administratorName }),
      guessed: (account) => notices.send(account, 'guessing'),
      passwordSet: (account) => notices.send(account, 'password_set')
    })
    const notices = createNotices({
      mailer,
      attempts: storage.attempts,
      issuer,
      logger,
      find: (accountId) => store.find(accountId)
    })
    const pages = createPages({ issuer, brand: options.brand })
    const forms = createForms({ key: key('forms'), issuer })
    const cookies = personCookies({ key: key('sign-up'), issuer, find: (accountId) => store.find(accountId) })
    const invitations = createInvitations({ store: storage.invitations, issuer })
    const { audit, attempts, used } = storage
    const factors = createFactors({
      store: storage.factors,
      attempts,
      audit,
      key: key('factors'),
      logger,
      issuer,
      attestationRoots: options.attestationRoots,
      mailer,
      find: accounts.find,
      changed: notices.tell,
      guessed: (accountId) => notices.tell(accountId, 'code_guessing')
    })
    const challenges = issuedChallenges({ used, key: key('challenges') })
    const strategies = [
      passkeyStrategy(factors.passkeys),
      passwordStrategy(passwordChecker(accounts)),
      totpStrategy(factors.totp),
      recoveryCodeStrategy(factors.recoveryCodes),
      emailCodeStrategy(factors.mailedCodes, { counts: options.emailCodeCounts ?? false })
    ]
    vigil = createVigil({
      ...options,
      issuer,
      home: `${pages.base}/account`,
      storage,
      logger,
      factors: strategies
    })
    const now = (): number => Math.floor(Date.now() / 1000)
    const signing = await openSigningKeys({ store: storage.keys, key: key('signing-keys'), now })
    refreshing = setInterval(() => {
      signing.refresh().catch((error: unknown) => logger.error({ err: error }, 'the signing keys could not be read'))
    }, refreshSeconds * 1000).unref()
    const provider = new Provider(
      issuer,
      vigil.configure(
        configuration({
          issuer,
          storage,
          pages,
          emailProved: async (account) => (await factors.mailedCodes.provedAt(account)) !== undefined,
          cookieKey: Buffer.from(key('cookies')).toString('base64url'),
          signing,
          clients: options.clients ?? [],
          resources: options.resources ?? []
        })
      )
    )
    await refuseBrokenClients(provider, options.clients)
    provider.proxy = (options.proxyHops ?? 0) > 0
    provider.maxIpsCount = options.proxyHops ?? 0
    provider.on('server_error', (_ctx, error) => logger.error({ err: error }, 'the provider failed'))
    const parts = { vigil, provider, storage, issuer }
    provider.use(unknownAddresses(pages))
    if (options.routes) provider.use(options.routes(parts).routes())
    provider.use(health(vigil).routes())
    provider.use(publishedKeys(provider, signing).routes())
    provider.use(postedAuthorization({ provider, pages }).routes())
    const ladder = ladderFrom(options.ladder ?? defaultLadder)
    const clientOf = async (id: string) => vigilMetadata(await provider.Client.find(id))
    const choice = factorChoice({ factors: strategies, sessions: storage.sessions, ladder, clientOf })
    const { passkeys, mailedCodes } = factors
    const shared = { provider, vigil, accounts, factors, passkeys, audit, pages, forms, cookies, invitations }
    const asking = { strategies, choice, challenges, used }
    provider.use(interactionRoutes({ ...shared, ...asking, recover: mailer !== undefined }).routes())
    provider.use(mailRoutes({ ...shared, mailedCodes, mailer, attempts, logger }).routes())
    provider.use(accountRoutes(shared).routes())
    provider.use(sessionRoutes(shared).routes())
    provider.use(personRoutes({ ...shared, attempts, notices }).routes())
    notices.follow(vigil)
    provider.use(factorRoutes(shared).routes())
    provider.use(passkeyRoutes({ ...shared, challenges }).routes())
    provider.use(recoveryCodeRoutes(shared).routes())
    provider.use(passwordRoutes(shared).routes())
    const link = await firstAdministrator(store, invitations, options.administratorName)
    const answer = provider.callback()
    serve((request, response) => void answer(request, response))
    vigil.attach(provider, server)
    await vigil.ready()
    return {
      ...parts,
      server,
      ...(link !== undefined && { administratorLink: link }),
      rotateSigningKeys: () => signing.rotate(),
      close: onlyOnce(async () => {
        clearInterval(refreshing)
        server.close()
        await vigil?.close()
        server.closeAllConnections()
        await storage?.close()
      })
    }
  } catch (error) {
    clearInterval(refreshing)
    server.close()
    server.closeAllConnections()
    await vigil?.close()
    await storage?.close()
    throw clientsInvalid(error) ?? error
  }
}

/** Listens first, so that the issuer knows its port; answers 503 until there is somebody to serve. */
async function listen(port: number): Promise<{ server: Server; port: number; serve(listener: RequestListener): void }> {
  const server = createServer(starting)
  server.listen(port)
  await once(server, 'listening').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EADDRINUSE') throw cause
    throw new VigilError('port_in_use', `port ${port} is in use by another process`, { cause })
  })
  return {
    server,
    port: (server.address() as AddressInfo).port,
    serve(listener) {
      server.off('request', starting)
      server.on('request', listener)
    }
  }
}

const starting: RequestListener = (_request, response) => {
  response.writeHead(503, { 'Retry-After': '1' }).end()
}

interface ConfigurationParts {
  readonly issuer: string
  readonly storage: ServerStorage
  readonly pages: Pages
  emailProved(account: Account): Promise<boolean>
  readonly cookieKey: string
  readonly signing: SigningKeys
  readonly clients: readonly Readonly<Record<string, unknown>>[]
  readonly resources: readonly ResourceServer[]
}

const day = 24 * 3600

function configuration({
  issuer,
  storage,
  pages,
  emailProved,
  cookieKey,
  signing,
  clients,
  resources
}: ConfigurationParts): Configuration {
  const secure = issuer.startsWith('https:')
  const { renderError, logoutSource, postLogoutSuccessSource } = providerPages(pages)
  return {
    adapter: storage.oidc,
    async findAccount(_ctx, sub) {
      const account = await storage.accounts.find(sub)
      return (
        account && {
          accountId: sub,
          username: account.username,
          claims: async (_use, scope, asked) => ({
            sub,
            preferred_username: account.username,
            email: account.email,
            ...(wantsEmail(scope, asked) && { email_verified: await emailProved(account) })
          })
        }
      )
    },
    clients: clients as unknown as ClientMetadata[],
    jwks: { keys: signingSlots(signing) },
    cookies: {
      keys: [cookieKey],
      long: { httpOnly: true, sameSite: 'lax', secure, signed: true },
      short: { httpOnly: true, sameSite: 'lax', secure, signed: true }
    },
    discovery: { ui_locales_supported: [...languageTags] },
    claims: { openid: ['sub'], profile: ['preferred_username'], email: ['email', 'email_verified'] },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: resourceIndicators(resources),
      rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource }
    },
    interactions: {
      url: (_ctx, interaction) => `${pages.base}/interaction/${interaction.uid}`,
      policy: namingThePresent(interactionPolicy.base())
    },
    // RFC 9700 §2.1.1: public clients must. A secret protects the code of others, some of whose libraries know no PKCE.
    pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' },
    responseTypes: ['code', 'none'],
    renderError,
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      Grant: 14 * day,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: 14 * day,
      Session: 14 * day
    },
    ...(onLoopback(issuer) && { fetch: plainFetch })
  }
}

/** Most requests do not ask, and the answer takes a look at the person's factors. */
function wantsEmail(scope: string, asked: object): boolean {
  return scope.split(' ').includes('email') || 'email_verified' in asked
}

/**
 * The library's guard against requests to inside addresses also refuses back-channel logout to a relying party on this very machine.
 * Only a provider that itself is on loopback goes without.
 */
const plainFetch: NonNullable<Configuration['fetch']> = (url, options) => {
  const { dispatcher: _guard, ...rest } = options as RequestInit & { dispatcher?: unknown }
  return globalThis.fetch(url, rest)
}

function onLoopback(issuer: string): boolean {
  const { hostname } = new URL(issuer)
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}

/** Pages are served from the first moment; ready is who can watch as well. */
function health(vigil: Vigil): Router {
  let ready = false
  vigil.ready().then(
    () => (ready = true),
    () => undefined
  )
  return new Router().get('/healthz', (ctx) => {
    ctx.set('Cache-Control', 'no-store')
    ctx.status = ready ? 200 : 503
    ctx.body = { status: ready ? 'ready' : 'starting' }
  })
}

/** What nobody answers is a page as well. */
function unknownAddresses(pages: Pages): Koa.Middleware {
  return async (ctx, next) => {
    await next()
    if (ctx.status === 404 && ctx.body === undefined) pages.problem(ctx, 'not_found')
  }
}

/**
 * No default password: the first administrator gets a link that works once. Whoever lost it gets another at each start until a password is
 * set. Nobody is made where a name will be administrator at sign-up.
 */
async function firstAdministrator(
  store: AccountStore,
  invitations: Invitations,
  name: string | undefined
): Promise<string | undefined> {
  if (name !== undefined) return undefined
  for (let number = 1; ; number++) {
    // The name may belong to somebody who signed up while another name was to be administrator.
    const username = number === 1 ? 'administrator' : `administrator-${number}`
    const holder = await store.findByUsername(username)
    if (holder?.role === 'administrator' && holder.passwordHash === '') return invitations.create(holder.id)
    if (holder) continue
    if (await store.hasAdministrator()) return undefined
    const id = randomUUID()
    const createdAt = Math.floor(Date.now() / 1000)
    await store.create({ id, username, email: '', passwordHash: '', role: 'administrator', createdAt })
    return invitations.create(id)
  }
}

/** The provider reads a client when somebody first comes with it; a mistake in one is worth more at the start. */
async function refuseBrokenClients(provider: Provider, clients: ServerOptions['clients'] = []): Promise<void> {
  for (const { client_id: id } of clients) {
    await provider.Client.find(String(id)).catch((cause: unknown) => {
      throw clientsInvalid(cause, `client ${JSON.stringify(id)}: `) ?? cause
    })
  }
}

function clientsInvalid(cause: unknown, which = ''): VigilError | undefined {
  if (!(cause instanceof errors.InvalidClientMetadata)) return undefined
  const words = cause.error_description ?? cause.message
  return new VigilError('config_invalid', `the option clients (VIGIL_CLIENTS): ${which}${words}`, { cause })
}

/** Closing twice is closing once. */
function onlyOnce<T>(act: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  return () => (running ??= act())
}
