// A provider with our pages in front of it, for tests of what people see: the real oidc-provider, real storage, real hashes. Only the
// heart is small: it watches nobody and says what the test tells it to say.

import { createServer } from 'node:http'
import { once } from 'node:events'
import Router from '@koa/router'
import Provider, { interactionPolicy } from 'oidc-provider'
import { pino } from 'pino'
import { memoryStorage } from '../../src/adapters/memory-storage.ts'
import { VigilError } from '../../src/errors.ts'
import { accountClient, withAccountGrant } from '../../src/provider/account-client.ts'
import { accountRoutes } from '../../src/provider/routes/account-routes.ts'
import { passkeyStrategy } from '../../src/challenge/passkey.ts'
import { passwordStrategy } from '../../src/challenge/password.ts'
import { recoveryCodeStrategy } from '../../src/challenge/recovery-codes.ts'
import { totpStrategy } from '../../src/challenge/totp.ts'
import { createAccounts, passwordChecker } from '../../src/provider/accounts/accounts.ts'
import { calibrationApi } from '../../src/provider/routes/calibration-api.ts'
import { calibrationRoutes } from '../../src/provider/routes/calibration-routes.ts'
import { factorChoice } from '../../src/provider/factors/factor-choice.ts'
import { factorRoutes } from '../../src/provider/routes/factor-routes.ts'
import { createFactors } from '../../src/provider/factors/factors.ts'
import { createForms } from '../../src/provider/pages/forms.ts'
import { interactionRoutes } from '../../src/provider/routes/interaction-routes.ts'
import { issuedChallenges, sealedChallenges } from '../../src/provider/factors/issued-challenges.ts'
import { createInvitations } from '../../src/provider/accounts/invitations.ts'
import { createNotices } from '../../src/provider/accounts/notices.ts'
import { personRoutes } from '../../src/provider/routes/person-routes.ts'
import { mailRoutes } from '../../src/provider/routes/mail-routes.ts'
import { createPages } from '../../src/provider/pages/pages.ts'
import { phrasePromptFor, withPhrasePage } from '../../src/provider/requests/phrase-prompt.ts'
import { phraseRoutes } from '../../src/provider/routes/phrase-routes.ts'
import { passkeyRoutes } from '../../src/provider/routes/passkey-routes.ts'
import { passwordRoutes } from '../../src/provider/routes/password-routes.ts'
import { recoveryCodeRoutes } from '../../src/provider/routes/recovery-code-routes.ts'
import { createPasswords } from '../../src/provider/accounts/passwords.ts'
import { personSessions } from '../../src/provider/sessions/person-sessions.ts'
import { providerPages } from '../../src/provider/pages/provider-pages.ts'
import { sessionRoutes } from '../../src/provider/routes/session-routes.ts'
import { createSessionStandings } from '../../src/provider/sessions/session-standing.ts'
import { personCookies } from '../../src/provider/accounts/signed-cookie.ts'
import { defaultLadder } from '../../src/risk/ladder.ts'
import type { AddressInfo } from 'node:net'
import type { AttemptLimits } from '../../src/provider/accounts/accounts.ts'
import type { Person, SessionRecord } from '../../src/ports.ts'
import type { Mail, Mailer, ServerStorage } from '../../src/provider/ports.ts'
import type {
  ChallengeView,
  Decision,
  LoginTyping,
  Portrait,
  TrainingStatus,
  Vigil
} from '../../src/provider/vigil-api.ts'

export interface PagesHouse {
  readonly issuer: string
  readonly relyingParty: string
  /** Every path that takes a POST, as its router has it. */
  readonly postPaths: readonly string[]
  readonly provider: Provider
  readonly storage: ServerStorage
  readonly heart: Heart
  readonly mails: readonly Mail[]
  readonly accounts: ReturnType<typeof createAccounts>
  readonly invitations: ReturnType<typeof createInvitations>
  readonly factors: ReturnType<typeof createFactors>
  /** Two factors were passed just now in the session of this cookie, as the heart would have noted it. */
  provedByTwo(sessionCookie: string | undefined): Promise<void>
  close(): Promise<void>
}

/** What the test says the heart knows. */
export interface Heart {
  challenge?: ChallengeView
  training: TrainingStatus
  sessions: SessionRecord[]
  readonly people: Map<string, Person>
  readonly revoked: string[]
  /** How the passwords of logins were typed, as the pages handed it over. */
  readonly typings: (LoginTyping | undefined)[]
  readonly passwordsChanged: string[]
  loginsLearnt: number
  decisions: Decision[]
  portraits: readonly Portrait[]
  /** Whether a phrase may be typed, which, and what comes of it. */
  phrase: 'none' | 'open' | 'used_up'
  sentence: string
  outcome: 'answered' | 'unclear' | 'refused'
  readonly phrases: { readonly text: string; readonly typing: string }[]
  readonly erased: string[]
}

export async function openPagesHouse(
  options: { readonly limits?: Partial<AttemptLimits>; readonly now?: () => number } = {}
): Promise<PagesHouse> {
  const server = createServer()
  server.listen(0)
  await once(server, 'listening')
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const relyingParty = 'http://rp.example.test'
  const storage = memoryStorage()
  const key = Buffer.alloc(32, 7)
  const pages = createPages({ issuer })
  const { renderError, logoutSource, postLogoutSuccessSource } = providerPages(pages)

  const policy = interactionPolicy.base()
  policy.add(
    phrasePromptFor(async (ctx) => ctx.oidc.session?.accountId !== undefined && heart.phrase === 'open'),
    1
  )
  const provider = new Provider(issuer, {
    interactions: { policy, url: withPhrasePage('') },
    adapter: storage.oidc,
    clients: [
      accountClient(issuer),
      {
        client_id: 'shop',
        client_name: 'Corner Shop',
        client_secret: 'a secret of the shop that is long enough',
        redirect_uris: [`${relyingParty}/back`],
        response_types: ['code'],
        grant_types: ['authorization_code']
      }
    ],
    cookies: { keys: ['a key for the cookies of this test'] },
    responseTypes: ['code', 'none'],
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], email: ['email'], profile: ['preferred_username'] },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource }
    },
    renderError,
    pkce: { required: () => false },
    ttl: { Session: 3600, Grant: 3600, Interaction: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
    loadExistingGrant: withAccountGrant(),
    async findAccount(_ctx, id) {
      const account = await storage.accounts.find(id)
      return (
        account && {
          accountId: id,
          claims: async () => ({ sub: id, email: account.email, preferred_username: account.username })
        }
      )
    }
  })

  const mails: Mail[] = []
  const heart: Heart = {
    training: { state: 'no_consent', progress: 0, keystrokes: 0, keystrokesNeeded: 500 },
    sessions: [],
    people: new Map(),
    revoked: [],
    typings: [],
    passwordsChanged: [],
    loginsLearnt: 0,
    decisions: [],
    portraits: [],
    phrase: 'none',
    sentence: 'The quiet baker paints the round ladder near the river.',
    outcome: 'answered',
    phrases: [],
    erased: []
  }
  const vigil = smallHeart(provider, storage, heart, options.now ?? (() => Math.floor(Date.now() / 1000)))
  const forms = createForms({ key, issuer })
  const cookies = personCookies({ key, issuer, find: (accountId) => storage.accounts.find(accountId) })
  const passwords = createPasswords()
  const accounts = createAccounts({
    store: storage.accounts,
    attempts: storage.attempts,
    passwords,
    ...(options.limits ? { limits: options.limits } : {})
  })
  const invitations = createInvitations({ store: storage.invitations, issuer })
  const { sessions, used } = storage
  const logger = pino({ level: 'silent' })
  const mailer: Mailer = { send: async (mail) => void mails.push(mail) }
  const factors = createFactors({
    ...storage,
    store: storage.factors,
    key,
    issuer,
    mailer,
    find: accounts.find,
    logger
  })
  const { passkeys } = factors
  const challenges = issuedChallenges({ used, key })
  const strategies = [
    passkeyStrategy(passkeys),
    passwordStrategy(passwordChecker(accounts)),
    totpStrategy(factors.totp),
    recoveryCodeStrategy(factors.recoveryCodes)
  ]
  const choice = factorChoice({ factors: strategies, sessions, ladder: defaultLadder })
  const people = { accounts, factors, passkeys, invitations, audit: storage.audit }
  const asking = { strategies, choice, challenges, used }
  const shared = { provider, vigil, ...people, ...asking, pages, forms, cookies }
  const notices = createNotices({
    mailer,
    attempts: storage.attempts,
    issuer,
    logger,
    find: accounts.find
  })
  const routers = [
    interactionRoutes({ ...shared, recover: true }),
    accountRoutes(shared),
    sessionRoutes(shared),
    factorRoutes(shared),
    passkeyRoutes(shared),
    recoveryCodeRoutes(shared),
    passwordRoutes(shared),
    mailRoutes({ ...shared, mailer, mailedCodes: factors.mailedCodes, attempts: storage.attempts, logger }),
    calibrationRoutes({ ...shared, home: '/account' }),
    calibrationApi({ ...shared, issuer }),
    personRoutes({ ...shared, attempts: storage.attempts, notices }),
    phraseRoutes({ ...shared, challenges: sealedChallenges({ key }), home: '/account' })
  ]
  for (const router of routers) provider.use(router.routes())
  const assets = new Router().get('/vigil/assets/:name', (ctx) => pages.asset(ctx, ctx.params['name'] ?? ''))
  provider.use(assets.routes())
  const answer = provider.callback()
  server.on('request', (request, response) => void answer(request, response))

  return {
    issuer,
    relyingParty,
    postPaths: routers.flatMap((router) =>
      router.stack.filter(({ methods }) => methods.includes('POST')).map(({ path }) => String(path))
    ),
    provider,
    storage,
    heart,
    mails,
    accounts,
    invitations,
    factors,
    async provedByTwo(sessionCookie = '') {
      const { uid, accountId = '' } = (await provider.Session.find(sessionCookie))!
      const at = Math.floor(Date.now() / 1000)
      const authentications = [{ amr: ['pwd', 'otp'], at }]
      const known = { uid, accountId, authentications, risk: 'LOW', watch: 'not_watched', alarms: 0 } as const
      await storage.sessions.update(uid, () => ({ ...known, expiresAt: at + 3600, version: 0 }))
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await storage.close()
    }
  }
}

/** Where the shop sends a browser. */
export function shopRequest(house: PagesHouse, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({
    client_id: 'shop',
    response_type: 'code',
    scope: 'openid email',
    redirect_uri: `${house.relyingParty}/back`,
    state: 'x',
    ...more
  })
  return `${house.issuer}/auth?${query}`
}

function smallHeart(provider: Provider, storage: ServerStorage, heart: Heart, now: () => number): Vigil {
  async function revoke(uid: string): Promise<void> {
    heart.revoked.push(uid)
    heart.sessions = heart.sessions.filter((session) => session.uid !== uid)
    const session = await provider.Session.findByUid(uid)
    await session?.destroy()
  }

  const sessions = {
    ...storage.sessions,
    findByAccount: async (accountId: string) => heart.sessions.filter((session) => session.accountId === accountId)
  }
  const ofPerson = personSessions({
    ...storage,
    sessions,
    standings: createSessionStandings(sessions, defaultLadder, () => Math.floor(Date.now() / 1000)),
    provider: () => provider,
    adapter: () => storage.oidc,
    revoke
  })
  return {
    configure: (base) => base,
    async ready() {},
    attach() {},
    on: () => () => {},
    async close() {},
    async loginResult(_details, passed) {
      heart.typings.push(passed.typing)
      const ts = Math.floor(Date.now() / 1000)
      return { accountId: passed.accountId, amr: [...passed.amr], acr: 'urn:vigil:loa:1', ts }
    },
    passwordChanged: async (accountId) => void heart.passwordsChanged.push(accountId),
    loginsLearnt: async () => heart.loginsLearnt,
    challengeOf: async () => heart.challenge,
    phrases: {
      standing: async () => heart.phrase,
      begin: async () => ({ state: {}, sentence: heart.sentence }),
      async answer(_uid, _challenge, answer) {
        heart.phrases.push(answer)
        return heart.outcome
      }
    },
    pageToken: (uid, purpose) => `${purpose}-${uid}`,
    person: async (accountId) => heart.people.get(accountId),
    async giveConsent(accountId) {
      heart.people.set(accountId, { accountId, consentedAt: Math.floor(Date.now() / 1000) })
      heart.training = { ...heart.training, state: 'none' }
    },
    async withdrawConsent(accountId) {
      heart.people.set(accountId, { accountId, withdrawnAt: Math.floor(Date.now() / 1000) })
    },
    trainingStatus: async () => heart.training,
    async proofNeeded(uid) {
      const session = await provider.Session.findByUid(uid)
      const doubted = heart.sessions.some((known) => known.uid === uid && known.risk !== 'LOW')
      const fresh = session?.loginTs !== undefined && now() - session.loginTs <= 600
      return fresh && !doubted ? undefined : { maxAgeSeconds: doubted ? 0 : 600 }
    },
    decisionsOf: async () => heart.decisions,
    async answerDecision(_accountId, id, was) {
      const at = heart.decisions.findIndex((decision) => decision.id === id && decision.answerable)
      if (at === -1) throw new VigilError('not_found')
      if (heart.decisions[at]!.answered) throw new VigilError('conflict')
      heart.decisions[at] = { ...heart.decisions[at]!, answered: was }
    },
    portraitsOf: async () => heart.portraits,
    exportOf: async (accountId) => ({ consent: heart.people.get(accountId)?.consentedAt ?? null }),
    async erasePerson(accountId) {
      heart.erased.push(accountId)
      await storage.people.erase(accountId)
    },
    startLessonOver: async () => void (heart.training = { ...heart.training, keystrokes: 0, progress: 0 }),
    profileHistory: async () => ({ versions: [], drifted: false, foreignHands: false }),
    rollBackProfile: async (_accountId, version) => version,
    sessionsOf: sessions.findByAccount,
    async standing(uid) {
      const known = heart.sessions.find((session) => session.uid === uid)
      return { acr: 'urn:vigil:loa:1', amr: ['pwd'], risk: known?.risk ?? 'LOW', watch: known?.watch ?? 'not_watched' }
    },
    personSessions: (accountId) => ofPerson.list(accountId),
    endSession: (accountId, uid) => ofPerson.end(accountId, uid),
    endSessions: (accountId, how) => ofPerson.endAll(accountId, how),
    revoke,
    async reportRisk() {}
  }
}
