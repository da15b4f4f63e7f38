// Puts the rooms together: storage, biometrics, risk and channel on one side, a host's oidc-provider on the other.

import { EventEmitter } from 'node:events'
import { type IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type AdapterFactory, type Configuration, type default as Provider } from 'oidc-provider'
import { type Logger, pino } from 'pino'
import { z } from 'zod'
import { createActions } from './watch/actions.ts'
import { memoryOidc } from './adapters/memory-oidc.ts'
import { createEngine, type Population } from './biometrics/index.ts'
import { createCalibration } from './people/calibration.ts'
import { hostPassword } from './challenge/password.ts'
import { demandable, type Factor, usable } from './challenge/strategy.ts'
import { createAdmission } from './channel/admission.ts'
import { typedPhraseStrategy, type PhraseState } from './challenge/typed-phrase.ts'
import { type Channel, createChannel } from './channel/channel.ts'
import { decodeFrame } from './channel/frame.ts'
import { createMisuseNotes } from './channel/misuse.ts'
import { issuePageToken } from './channel/page-token.ts'
import type { Clock } from './channel/ports.ts'
import { createTickets } from './channel/tickets.ts'
import { VigilError } from './errors.ts'
import type { SessionRecord, VigilStorage } from './ports.ts'
import { type Judgement, judgementOf } from './watch/judge.ts'
import { createLiveness } from './watch/liveness.ts'
import { createPhraseJudge } from './watch/phrase-judge.ts'
import { createPhrases } from './watch/phrases.ts'
import { createDecisions } from './people/decisions.ts'
import { createLearning } from './people/learning.ts'
import { createLessons } from './people/lessons.ts'
import { createLoginRhythm } from './people/login-rhythm.ts'
import { localAddress } from './relying-party/return-address.ts'
import { policyInForce } from './policy-in-force.ts'
import { chosenPopulation } from './population/population-source.ts'
import { personData } from './people/person-data.ts'
import { createProfiles } from './people/profiles.ts'
import { attachHttp } from './provider/attach-http.ts'
import { asksForRisk, challengeView } from './provider/pages/challenge-view.ts'
import { languages, wordsOf } from './provider/pages/languages/index.ts'
import { vigilMetadata } from './provider/requests/client-metadata.ts'
import { phrasePath } from './provider/requests/phrase-prompt.ts'
import { browserKind } from './provider/requests/browser-kind.ts'
import { configureWith } from './provider/configure.ts'
import { channelPath, isOwnPath, ownApp } from './provider/own-app.ts'
import { createLogoutSender, sendThrough } from './provider/sessions/logout-sender.ts'
import { liveSessions, personSessions } from './provider/sessions/person-sessions.ts'
import { createRevocationFeed, type ProviderKey } from './provider/tokens/revocation-feed.ts'
import { recordsInHand } from './provider/sessions/records-in-hand.ts'
import { revokeSession } from './provider/sessions/revocation.ts'
import { adapterFactory } from './provider/sessions/session-guard.ts'
import { originsOf } from './provider/tokens/ticket-route.ts'
import { createSessionStandings } from './provider/sessions/session-standing.ts'
import type { Vigil, VigilEvents } from './provider/vigil-api.ts'
import { proofChecker } from './relying-party/dpop-proof.ts'
import { standingOf } from './risk/assurance.ts'
import { type AssuranceLevel, defaultLadder, ladderFrom } from './risk/ladder.ts'
import { parseBudget } from './risk/evidence.ts'
import { allOf, factorsIn, meetsDemand } from './risk/demand.ts'
import { mayBeDoubted } from './risk/login-doubt.ts'
import { parsePolicy, type Policy } from './risk/policy.ts'
import { isForeignBrowser } from './risk/session-risk.ts'
import { check } from './schema.ts'
import { keysFrom } from './secrets.ts'
import { strongLogin } from './people/strong-login.ts'
import { createWatch } from './watch/watch.ts'

export interface VigilOptions {
  /** Issuer of the provider, e.g. `https://login.example.com`. */
  readonly issuer: string
  /** At least 32 random characters; every key is derived from it. Throws `secret_weak`. */
  readonly secret: string
  readonly storage: VigilStorage
  /** Name at the top of Vigil's own pages. Default `Vigil`. */
  readonly brand?: string
  /** Path on the issuer's host where Vigil's own pages lead on to, e.g. `/account`. Default `/`. Throws `config_invalid`. */
  readonly home?: string
  /** Who people are told apart from. Default: the enrolled people once there are twenty, a synthetic population before. */
  readonly population?: Population
  /** Needless challenges that a person may meet: `N/Mh` = N per M watched hours. Default `1/40h`. */
  readonly budget?: string
  /** YAML document; a new text becomes the next version. Default: the last one activated, else the one that ships. Throws `policy_invalid`. */
  readonly policy?: string
  /** Levels in rising order. Default: `urn:vigil:loa:1` to `3` (docs/step-up.md). Throws `config_invalid`. */
  readonly ladder?: readonly AssuranceLevel[]
  /** Ways in which people can prove who they are. Default: the password that the host's login page asks for. */
  readonly factors?: readonly Factor[]
  /** Keystrokes that make a profile. Default 400. */
  readonly calibrationKeystrokes?: number
  /** Seconds of silence after which a session that must be watched is `unobserved`. Default 60. */
  readonly graceSeconds?: number
  /** Seconds a page gives the person to answer a challenge. Default 300. */
  readonly challengeSeconds?: number
  /** Longest life of a JWT access token, in seconds, 10 to 3600: it cannot be called back. Default 300. Throws `config_invalid`. */
  readonly jwtSeconds?: number
  readonly logger?: Logger
  /** Milliseconds, never going back: bounds event times against arrival. Injected to play recordings fast. */
  readonly clock?: Clock
  /** Seconds since the epoch. */
  readonly now?: () => number
}

const rememberSeconds = 15 * 24 * 3600
// Signing keys stay published for two hours after their last signature.
const jwtLife = z.int().min(10).max(3600)
const ownPath = z.string().refine((path) => localAddress(path) === path, { error: 'must be a path such as /account' })
const pageTokenSeconds = 12 * 3600

/**
 * The plug-in. It works from the first moment; what has to be read from storage (the policy in force, the population) is read behind it, and
 * whoever needs it waits for `ready()`.
 */
export function createVigil(options: VigilOptions): Vigil {
  const { storage, issuer } = options
  const key = keysFrom(options.secret)
  const now = options.now ?? (() => Math.floor(Date.now() / 1000))
  const logger = options.logger ?? pino({ name: 'vigil', level: 'warn' })
  const ladder = ladderFrom(options.ladder ?? defaultLadder)
  const factors = options.factors ?? [hostPassword]
  const acrs = ladder.map(({ acr }) => acr)
  const budget = parseBudget(options.budget ?? '1/40h')
  const home = check(ownPath, options.home ?? '/', 'home', 'config_invalid')
  const jwtSeconds = check(jwtLife, options.jwtSeconds ?? 300, 'jwtSeconds', 'config_invalid')
  // Read again when storage is asked; here, so that a broken document is refused at once.
  const methods = demandable(factors)
  if (options.policy !== undefined) parsePolicy(options.policy, acrs, 0, methods)
  const profiles = createProfiles(storage.profiles, key('profiles'), storage.audit, logger)
  const liveness = createLiveness({ ...storage, key: key('sketches'), logger, now })
  const events = new EventEmitter()
  const inHand = recordsInHand()
  const standings = createSessionStandings(storage.sessions, ladder, now)
  const tickets = createTickets({
    ...storage,
    key: key('tickets'),
    originsOf: async (clientId) => originsOf((await attached().Client.find(clientId)) ?? {}),
    now
  })

  let ready: Ready | undefined
  const loading = load().catch((error: unknown) => {
    logger.error({ err: error }, 'the policy and the population could not be read')
    throw error
  })
  loading.catch(() => undefined) // whoever waits for it is told; nobody waiting is no crash

  async function load(): Promise<Ready> {
    const [policy, population] = await Promise.all([
      policyInForce(options.policy, acrs, storage.policies, storage.audit, methods),
      chosenPopulation(options.population, profiles, logger)
    ])
    ready = { policy, judgement: judgementOf(createEngine(population), budget) }
    return ready
  }

  function loaded(): Ready {
    if (!ready) throw new VigilError('overloaded', 'still starting')
    return ready
  }

  let provider: Provider | undefined
  let hostAdapter: AdapterFactory = memoryOidc({ now, isBuried: () => false, rows: new Map() })
  let signingKeys: readonly ProviderKey[] = []
  let channel: Channel | undefined
  const undo: (() => void)[] = []

  function attached(): Provider {
    if (!provider) throw new VigilError('internal', 'vigil.attach(provider, server) has not been called')
    return provider
  }

  const emit = <E extends keyof VigilEvents>(event: E, detail: VigilEvents[E]): void => {
    for (const listener of events.listeners(event) as ((detail: VigilEvents[E]) => void)[]) {
      // A host's listener that throws must not undo what Vigil has done.
      try {
        listener(detail)
      } catch (error) {
        logger.error({ err: error, event }, 'a listener of the host threw')
      }
    }
  }

  async function revoke(uid: string, reason: string): Promise<void> {
    const alive = await revokeSession(uid, reason, {
      ...storage,
      provider: attached(),
      adapter: hostAdapter,
      logouts,
      now
    }).finally(() => ended(uid))
    const record = await storage.sessions.find(uid)
    if (alive) emit('session.revoked', { uid, accountId: record?.accountId ?? '', reason })
  }

  const logouts = createLogoutSender({ ...storage, outbox: storage.logouts, logger, now })
  const revocationFeed = createRevocationFeed({ ...storage, issuer, keys: () => signingKeys, now })
  const ofPerson = personSessions({ ...storage, standings, provider: attached, adapter: () => hostAdapter, revoke })

  function ended(uid: string): void {
    watch.forget(uid)
    void channel?.closeSession(uid, 'session_ended')
  }

  const strong = strongLogin({ ladder, factors, now })
  const calibration = createCalibration({
    ...storage,
    profiles,
    lessons: createLessons({ store: storage.profiles, key: key('profiles'), logger, now }),
    engine: () => loaded().judgement.engine,
    keystrokesNeeded: options.calibrationKeystrokes ?? 400,
    strong,
    taught: (lesson) => emit('profile.taught', lesson),
    now
  })
  const phraseJudge = createPhraseJudge({
    profiles,
    liveness,
    engine: () => loaded().judgement.engine,
    decode: decodeFrame,
    now
  })
  const actions = createActions({
    ...storage,
    ladder,
    policy: () => loaded().policy,
    clientsOf: (uid) => watch.clientsOf(uid),
    tell: (uid, message) => watch.tell(uid, message),
    revoke,
    emit,
    phrase: { url: issuer.replace(/\/$/, '') + phrasePath, possible: phraseJudge.has },
    challengeSeconds: options.challengeSeconds ?? 300,
    rememberSeconds,
    now
  })
  const learning = createLearning({
    ...storage,
    profiles,
    logger,
    strong,
    engine: () => loaded().judgement.engine,
    changed: (accountId, profile, device) => watch.profileLearnt(accountId, profile, device),
    now
  })
  const loginRhythm = createLoginRhythm({
    ...storage,
    key: key('login-templates'),
    logger,
    strong,
    model: async () => (await loading).judgement.engine.population.fixedText,
    now
  })
  const watch = createWatch({
    ...storage,
    profiles,
    actions,
    calibration,
    learning,
    liveness,
    logger,
    judgement: () => loaded().judgement,
    ready: () => loading,
    graceSeconds: () => ready?.policy.graceSeconds ?? options.graceSeconds ?? 60,
    now,
    async isFreshLogin(uid) {
      const record = await storage.sessions.find(uid)
      return record !== undefined && strong.given(record, now())
    },
    async mustWatch(clientIds) {
      const clients = await Promise.all(clientIds.map((id) => attached().Client.find(id)))
      return clients.some((client) => vigilMetadata(client).vigil_watch === 'required')
    }
  })

  const phrases = createPhrases({
    ...storage,
    actions,
    watch,
    strategy: (language) => typedPhraseStrategy({ judge: phraseJudge, language, now }),
    now
  })

  const decisions = createDecisions({
    ...storage,
    profiles,
    learning,
    endOthers: (accountId, except) => ofPerson.endAll(accountId, { except })
  })
  const data = personData({
    ...storage,
    profiles,
    decisions,
    sessionsOf: ofPerson.list,
    loginsLearnt: (accountId) => loginRhythm.loginsLearnt(accountId),
    population: async () => (await loading).judgement.engine.population,
    async forget(accountId) {
      await ofPerson.endAll(accountId)
      await liveness.erase(accountId)
      await loginRhythm.erase(accountId)
      learning.forget(accountId)
    }
  })

  async function sessionOf(request: IncomingMessage): Promise<{ uid: string; accountId: string } | undefined> {
    const context = attached().createContext(request, new ServerResponse(request))
    const session = await attached().Session.get(context)
    if (!session.accountId || (await storage.tombstones.has(session.uid))) return undefined
    await used(session.uid, session.accountId, browserKind(request.headers))
    return { uid: session.uid, accountId: session.accountId }
  }

  /** A cookie that comes from another kind of browser has been carried there: whoever holds it is asked, and the owner's pages hear of it. */
  async function used(uid: string, accountId: string, browser: string | undefined): Promise<SessionRecord | undefined> {
    await loading
    const present = await actions.used(uid, accountId)
    if (!present || !isForeignBrowser(present, browser) || present.cap) return present
    return (await actions.riskMoved(present.uid, 'HIGH', 'browser_changed', { browser })) ?? present
  }

  const vigil: Vigil = {
    configure(base: Configuration): Configuration {
      signingKeys = (base.jwks?.keys ?? []) as readonly ProviderKey[]
      if (base.adapter) hostAdapter = adapterFactory(base.adapter)
      return configureWith(
        { ...base, adapter: hostAdapter },
        {
          issuer,
          home,
          jwtSeconds,
          standings,
          factors,
          tombstones: storage.tombstones,
          signedTokens: storage.signedTokens,
          now,
          async authenticated(uid, accountId, authentication, known, seen) {
            if (seen) await loading
            const doubted = seen && mayBeDoubted(loaded().policy, seen.signs)
            const demand = known.record?.demand
            const named = demand?.methods ?? demand?.except
            const has = doubted || named ? await usable(factors, accountId) : []
            const all = allOf(has)
            const login = seen && { ...seen, usable: all.amr, factors: all.factors }
            const passed = authentication.factors ?? factorsIn(authentication.amr, factors)
            const proof = { ...authentication, factors: passed }
            const possible = !demand || meetsDemand(demand, all)
            const record = await actions.authenticated(uid, accountId, proof, { login, known, possible })
            watch.answered(uid)
            // Nobody waits for what it teaches.
            void loginRhythm.concluded(authentication.interaction, record)
            return record
          },
          used,
          remembered: actions.remembered,
          inHand: inHand.take,
          requested(uid, accountId, client) {
            if (vigilMetadata(client).vigil_watch === 'required') watch.expect(uid, accountId, client.clientId)
            watch.used(uid, client.clientId)
          }
        }
      )
    },

    attach(host: Provider, server: Server): void {
      provider = host
      const address = new URL(channelPath, issuer)
      address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
      channel = createChannel({
        path: channelPath,
        watch,
        clock: options.clock ?? (() => performance.now()),
        logger,
        // As the provider tells it: behind a proxy that it trusts, the address that the proxy names.
        addressOf: (request) => host.createContext(request, new ServerResponse(request)).ip,
        admission: createAdmission({
          issuerOrigins: [new URL(issuer).origin],
          sessionOf,
          pageTokenKey: key('page-token'),
          tickets,
          now,
          isLive: async (uid) => !(await storage.tombstones.has(uid)),
          misused: createMisuseNotes({ ...storage, logger, now })
        })
      })
      const answer = ownApp({
        ...storage,
        provider: host,
        vigil,
        issuer,
        home,
        brand: options.brand,
        formsKey: key('forms'),
        challengesKey: key('challenges'),
        tickets,
        revocationFeed,
        channelUrl: address.href,
        checkProof: proofChecker(now, storage.used.useUp).check,
        logger
      })
      undo.push(attachHttp(server, isOwnPath, answer))
      const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
        if (!channel?.handleUpgrade(request, socket, head) && server.listenerCount('upgrade') === 1) socket.destroy()
      }
      server.on('upgrade', upgrade)
      const destroyed = (session: { uid: string }): void => {
        ended(session.uid)
        storage.tombstones.add(session.uid, now() + rememberSeconds).catch((error: unknown) => {
          logger.error({ err: error, uid: session.uid }, 'the tombstone of an ended session could not be written')
        })
      }
      host.on('session.destroyed', destroyed)
      undo.push(sendThrough(host, logouts))
      undo.push(() => {
        server.off('upgrade', upgrade)
        host.off('session.destroyed', destroyed)
      })
    },

    on(event, listener) {
      events.on(event, listener)
      return () => void events.off(event, listener)
    },

    async close() {
      await channel?.drain()
      await logouts.close()
      watch.close()
      await liveness.settled()
      learning.close()
      await loginRhythm.close()
      for (const step of undo.splice(0)) step()
    },

    async loginResult(details, { accountId, amr, factors: by, typing }) {
      const uid = details.session?.accountId === accountId ? details.session.uid : undefined
      const [record, signs] = await Promise.all([
        uid === undefined ? undefined : storage.sessions.find(uid),
        typing && loginRhythm.judge(details.uid, accountId, typing)
      ])
      if (record?.accountId === accountId) inHand.keep(details.uid, record)
      const ts = now()
      const authentications = [...(record?.accountId === accountId ? record.authentications : []), { amr, at: ts }]
      const standing = standingOf({ authentications }, ladder, ts)
      const proof = {
        passed: [...amr],
        interaction: details.uid,
        ...(by && { factors: [...by] }),
        ...(signs && { signs })
      }
      return { accountId, ts, acr: standing.acr, amr: [...standing.amr], remember: true, vigil: proof }
    },

    passwordChanged: (accountId) => loginRhythm.secretChanged(accountId),
    loginsLearnt: (accountId) => loginRhythm.loginsLearnt(accountId),

    async challengeOf(details) {
      const uid = details.session?.uid
      const record = uid !== undefined && asksForRisk(details) ? await storage.sessions.find(uid) : undefined
      const words = wordsOf(details.params['ui_locales']) ?? languages[0]!
      return challengeView(words, details, record)
    },

    phrases: {
      standing: phrases.standing,
      begin: phrases.begin,
      async answer(uid, { id, state }, answer) {
        await loading
        return phrases.answer(uid, { id, state: state as PhraseState }, answer)
      }
    },

    pageToken: (uid, purpose) =>
      issuePageToken(key('page-token'), { uid, purpose, expiresAt: now() + pageTokenSeconds }),
    person: (accountId) => storage.people.find(accountId),

    async giveConsent(accountId) {
      const person = await storage.people.find(accountId)
      if (person?.consentedAt !== undefined) return
      await storage.people.save({ accountId, consentedAt: now() })
      await storage.audit.append({ type: 'consent.given', accountId })
    },

    async withdrawConsent(accountId) {
      await storage.people.save({ accountId, withdrawnAt: now() })
      await profiles.erase(accountId)
      await liveness.erase(accountId)
      await loginRhythm.erase(accountId)
      learning.forget(accountId)
      await storage.audit.append({ type: 'consent.withdrawn', accountId })
      for (const { uid } of await storage.sessions.findByAccount(accountId)) ended(uid)
    },

    proofNeeded: async (uid) => strong.lacking(await storage.sessions.find(uid)),
    startLessonOver: (accountId) => calibration.startOver(accountId),
    trainingStatus: (accountId) => calibration.status(accountId),
    profileHistory: (accountId, device) => learning.history(accountId, device),
    rollBackProfile: (accountId, version, device) => learning.rollBack(accountId, version, device),

    sessionsOf: (accountId) => liveSessions(accountId, storage),
    personSessions: (accountId) => ofPerson.list(accountId),
    endSession: (accountId, uid) => ofPerson.end(accountId, uid),
    endSessions: (accountId, how) => ofPerson.endAll(accountId, how),

    async standing(uid) {
      const [standing, isOver] = await Promise.all([standings.of(uid), storage.tombstones.has(uid)])
      if (!standing || standing.revoked || isOver) return undefined
      const { acr, amr, acrExpiresAt, risk, watch: state } = standing
      return { acr, amr, risk, watch: state, ...(acrExpiresAt !== undefined && { acrExpiresAt }) }
    },

    decisionsOf: (accountId, most = 100) => decisions.list(accountId, most),
    answerDecision: decisions.answer,
    portraitsOf: data.portraits,
    exportOf: data.exported,
    erasePerson: data.erase,
    revoke,

    async ready() {
      await loading
    },

    async reportRisk(uid, level, reason) {
      await loading
      const record = await storage.sessions.find(uid)
      if (!record || record.revokedAt !== undefined) throw new VigilError('not_found', 'there is no such session')
      await storage.audit.append({
        type: 'risk.reported',
        accountId: record.accountId,
        sessionUid: uid,
        data: { level, reason }
      })
      await watch.report(uid, record.accountId, level, reason)
    }
  }
  return vigil
}

/** What a start reads from storage. */
interface Ready {
  readonly policy: Policy
  readonly judgement: Judgement
}
