// Weaves risk and levels into the `login` prompt of an interaction policy. One evaluation per request looks at the session's record,
// notes a login that has just happened, puts the present truth into the session, and says whether and why to ask. It
// replaces the library's essential_acr checks, which ask for ever when the level cannot be reached.

import { type Client, errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { type Factor, usableMethods } from '../../challenge/strategy.ts'
import type { Authentication, SessionRecord } from '../../ports.ts'
import type { LoginSigns } from '../../risk/policy.ts'
import { rankOf } from '../../risk/ladder.ts'
import { vigilMetadata } from './client-metadata.ts'
import { browserKind } from './browser-kind.ts'
import { withinReach } from '../factors/factor-choice.ts'
import { rememberingHint } from './id-token-hint.ts'
import { phraseStanding } from '../../risk/session-risk.ts'
import { phrasePromptFor, wantsFactor } from './phrase-prompt.ts'
import { limited, timesAsked, withCounts } from './prompt-limit.ts'
import { acrAt, demandedRank, type RequestedAcr, requestedAcr, toldAcr, wantedRank } from './requested-acr.ts'
import type { SessionStanding, SessionStandings } from '../sessions/session-standing.ts'
import { toldAmr } from '../tokens/told-session.ts'
import { withSid } from '../tokens/truthful-tokens.ts'

type Prompt = InstanceType<typeof interactionPolicy.Prompt>

/** Reasons under which an interaction says that Vigil asks; a host's pages may branch on them. */
export const reasons = { risk: 'vigil_risk', acr: 'vigil_acr' } as const

export interface InteractionChecks {
  readonly standings: SessionStandings
  readonly factors: readonly Factor[]
  /** Notes a login, and what was seen of it; returns the session's record after it. `known`: the record before, as it was read a moment ago. */
  authenticated(
    uid: string,
    accountId: string,
    authentication: Authentication,
    known: { readonly record: SessionRecord | undefined },
    seen?: SeenLogin
  ): Promise<SessionRecord>
  /** The record that a login of this interaction was weighed with, a moment ago and at this node. It may have been written since. */
  inHand(interaction: string, uid: string): SessionRecord | undefined
  /** A session is in use, from this kind of browser: its record must not run out before it does. Returns the record as it is then, if there is one. */
  used(uid: string, accountId: string, browser: string | undefined): Promise<SessionRecord | undefined>
  /** A token of a session is in use: the record must not run out before it does, or what risk took would come back with it. */
  remembered(record: SessionRecord): Promise<unknown>
  /** A client sent a request for a session. Where it must be watched, the channel is expected from now on, also after a restart, when nobody remembers. */
  requested(uid: string, accountId: string, client: Client): void
  now(): number
}

/** What was seen of a login beside the proof, and the client that it is for. */
export interface SeenLogin {
  readonly signs: LoginSigns
  readonly clientId: string
}

/** A new policy: the prompts of `policy` in their order, with Vigil's checks first in `login`, and the prompt of a phrase behind it. `policy` is not changed. */
export function withVigilChecks(policy: readonly Prompt[], checks: InteractionChecks): Prompt[] {
  const { Check } = interactionPolicy
  const evaluations = new WeakMap<KoaContextWithOIDC, Promise<Evaluation>>()
  const evaluation = (ctx: KoaContextWithOIDC): Promise<Evaluation> => {
    // The checks of a prompt run in parallel: they share one evaluation, or a login would be noted twice.
    let running = evaluations.get(ctx)
    if (!running) evaluations.set(ctx, (running = evaluate(ctx, checks)))
    return running
  }
  const ours = [
    new Check(
      reasons.risk,
      'the session is at risk and the End-User must authenticate again',
      'interaction_required',
      async (ctx) => (await evaluation(ctx)).ask === 'risk',
      async (ctx) => ({ vigil: { kind: 'risk', since: (await evaluation(ctx)).since } })
    ),
    new Check(
      reasons.acr,
      'the requested authentication context needs the End-User',
      'interaction_required',
      async (ctx) => (await evaluation(ctx)).ask === 'acr',
      async (ctx) => ({ vigil: { kind: 'acr', acr: (await evaluation(ctx)).acr } })
    )
  ]
  const prompts = policy.map((prompt) => copyOf(prompt, prompt.name === 'login' ? ours : []))
  if (!prompts.some(({ name }) => name === 'login')) {
    const login = new interactionPolicy.Prompt({ name: 'login', requestable: true })
    prompts.unshift(copyOf(login, ours))
  }
  const afterLogin = prompts.findIndex(({ name }) => name === 'login') + 1
  prompts.splice(
    afterLogin,
    0,
    phrasePromptFor(async (ctx) => (await evaluation(ctx)).phrase === true)
  )
  return prompts
}

interface Evaluation {
  readonly ask?: 'risk' | 'acr'
  readonly since?: number
  readonly acr?: string
  /** A typed phrase may answer a doubt about the session. */
  readonly phrase?: boolean
}

async function evaluate(ctx: KoaContextWithOIDC, checks: InteractionChecks): Promise<Evaluation> {
  const { session, client } = ctx.oidc
  const { ladder } = checks.standings
  const asked = requestedAcr(ctx.oidc.params ?? {}, ladder, vigilMetadata(client))
  if (!session?.accountId || !client) return {} // the library's own no_session check asks
  const standing = await presentStanding(ctx, checks, session.uid, session.accountId)
  if (standing.revoked) throw new errors.SessionNotFound('the session has been revoked')
  // What the code and every token made from it will say.
  session.acr = toldAcr(standing.acr, asked.essential, ladder)
  session.amr = toldAmr(standing, client)
  withSid(ctx)
  checks.requested(session.uid, session.accountId, client)

  const { demand } = standing.record
  if (demand) {
    refuseSilently(ctx, 'the session is at risk and the End-User must authenticate again')
    return { ask: 'risk', since: demand.since }
  }
  const phrase = phraseStanding(standing.record, checks.now()) === 'open'
  if (standing.record.phrase && wantsFactor(ctx)) return { ask: 'risk', since: standing.record.phrase.since }
  return { ...(await levelNeeded(ctx, checks, standing, asked)), phrase }
}

async function levelNeeded(
  ctx: KoaContextWithOIDC,
  checks: InteractionChecks,
  standing: SessionStanding,
  asked: RequestedAcr
): Promise<Evaluation> {
  const { ladder } = checks.standings
  const rank = rankOf(ladder, standing.acr)
  const demanded = demandedRank(asked, ladder)
  if (rank >= demanded && asked.preferred.length === 0) return {}
  const methods = await usableMethods(checks.factors, standing.record.accountId)
  const possible = (acr: string): boolean => withinReach(standing.record, acr, methods, ladder)
  const wanted = wantedRank(asked, possible, ladder)
  if (rank >= wanted) return {}
  const acr = acrAt(wanted, ladder)
  // Asked once is enough: asking again would loop for ever.
  const asking = timesAsked(ctx, reasons.acr) === 0
  if (rank >= demanded) {
    // A wish: the token tells the truth (OpenID Connect Core §3.1.2.1), and a request that may show no page is not spoilt by it.
    return asking && !ctx.oidc.promptPending('none') ? { ask: 'acr', acr } : {}
  }
  if (!asking || !possible(acrAt(demanded, ladder)))
    throw new errors.UnmetAuthenticationRequirements('the authentication context that is needed cannot be reached')
  refuseSilently(ctx, 'the requested authentication context needs the End-User')
  return { ask: 'acr', acr }
}

/** The record after a login that this request brings back, or as it stands. */
async function presentStanding(
  ctx: KoaContextWithOIDC,
  checks: InteractionChecks,
  uid: string,
  accountId: string
): Promise<SessionStanding> {
  const { standings } = checks
  const browser = browserKind(ctx.req.headers)
  const login = freshLogin(ctx)
  if (login) {
    const { authentication, signs } = login
    const seen = signs && { signs, clientId: ctx.oidc.client!.clientId }
    // What is written by compare and set may begin with what was seen last.
    const record = checks.inHand(authentication.interaction, uid) ?? (await standings.of(uid, ctx))?.record
    return noted({ ...authentication, ...(browser !== undefined && { browser }) }, record, seen)
  }
  const record = await checks.used(uid, accountId, browser)
  if (record) return standings.from(record, ctx)
  // The session began before Vigil was there: what the provider says of it is what is known.
  const adopted = {
    amr: ctx.oidc.session?.amr ?? ['pwd'],
    at: ctx.oidc.session?.authTime() ?? checks.now(),
    interaction: `adopted:${uid}`
  }
  return noted(adopted, undefined)

  async function noted(
    authentication: Authentication,
    before: SessionRecord | undefined,
    seen?: SeenLogin
  ): Promise<SessionStanding> {
    return standings.from(await checks.authenticated(uid, accountId, authentication, { record: before }, seen), ctx)
  }
}

/**
 * A login counts when the interaction that returns asked for one and the result was made for it: oidc-provider merges the results of
 * earlier interactions of the same request into later ones, so that a login result can also be a leftover.
 */
function freshLogin(ctx: KoaContextWithOIDC):
  | {
      readonly authentication: Authentication & { readonly interaction: string }
      readonly signs: LoginSigns | undefined
    }
  | undefined {
  const login = ctx.oidc.result?.['login'] as
    | {
        amr?: string[]
        ts?: number
        vigil?: {
          passed?: readonly string[]
          factors?: readonly string[]
          interaction?: string
          signs?: LoginSigns
        }
      }
    | undefined
  const interaction = ctx.oidc.entities.Interaction
  if (!login || interaction?.prompt.name !== 'login') return undefined
  if (login.vigil && login.vigil.interaction !== interaction.uid) return undefined
  return {
    authentication: {
      amr: login.vigil?.passed ?? login.amr ?? ['pwd'],
      ...(login.vigil?.factors && { factors: login.vigil.factors }),
      at: ctx.oidc.session?.authTime() ?? login.ts ?? 0,
      interaction: interaction.uid
    },
    signs: login.vigil?.signs
  }
}

/** `prompt=none` shows no page (OpenID Connect Core §3.1.2.1). Which error says so is the client's choice. */
function refuseSilently(ctx: KoaContextWithOIDC, description: string): void {
  if (!ctx.oidc.promptPending('none')) return
  if (vigilMetadata(ctx.oidc.client).vigil_silent_error === 'login_required')
    throw new errors.LoginRequired(description)
  throw new errors.InteractionRequired(description)
}

/** The library's prompts cannot be shared: adding a check to one would change the host's own policy. */
function copyOf(prompt: Prompt, first: readonly InstanceType<typeof interactionPolicy.Check>[]): Prompt {
  const loops = new Set(['essential_acr', 'essential_acrs'])
  const { name, requestable, details } = prompt
  const copy = new interactionPolicy.Prompt({ name, requestable }, withCounts(details))
  copy.checks.clear()
  const kept = [...prompt.checks].filter(({ reason }) => !loops.has(reason))
  copy.checks.push(...[...first, ...kept.map(rememberingHint)].map(limited))
  return copy
}
