// Who is signed in at a page of the provider itself, and how a page sends a browser away to sign in without sending it in circles.

import { accountSignIn, type AccountPlace } from '../account-client.ts'
import { wordsFor } from '../pages/languages/index.ts'
import type Koa from 'koa'
import type Provider from 'oidc-provider'
import type { Pages } from '../pages/pages.ts'
import type { Doer } from '../factors/factor-records.ts'
import type { Account } from '../ports.ts'
import type { AuditLog } from '../../ports.ts'
import type { ProofNeeded, Vigil } from '../vigil-api.ts'

export interface SignedIn {
  /** `session.uid` of the provider. */
  readonly uid: string
  readonly accountId: string
  /** Seconds since the epoch of the last login in this session. */
  readonly loginAt: number | undefined
}

export async function signedIn(provider: Provider, ctx: Koa.Context): Promise<SignedIn | undefined> {
  const session = await provider.Session.get(provider.createContext(ctx.req, ctx.res))
  return session.accountId ? { uid: session.uid, accountId: session.accountId, loginAt: session.loginTs } : undefined
}

export interface PersonSignedIn {
  readonly who: SignedIn
  readonly account: Account
}

/** The same with their account; undefined also where the account is gone. */
export async function personSignedIn(
  provider: Provider,
  accounts: { find(id: string): Promise<Account | undefined> },
  ctx: Koa.Context
): Promise<PersonSignedIn | undefined> {
  const who = await signedIn(provider, ctx)
  const account = who && (await accounts.find(who.accountId))
  return who && account ? { who, account } : undefined
}

/** As the audit names them. */
export function doerOf({ who, account }: PersonSignedIn): Doer {
  return { accountId: account.id, sessionUid: who.uid }
}

/**
 * Sends the browser to the login and back to `place`. A browser that comes from there already (it brings `state`) and still is not
 * signed in as the page needs gets an explanation instead: it does not keep cookies, or the person said no. Whoever was not signed in at all may
 * be sent twice: it was not known before who they are, and what they can prove.
 */
export async function sendToSignIn(
  ctx: Koa.Context,
  options: {
    readonly provider: Provider
    readonly pages: Pages
    readonly place: AccountPlace
    readonly because: 'not_signed_in' | 'fresh_login_required'
    readonly maxAgeSeconds?: number
    /** Level that the page needs. */
    readonly acr?: string | undefined
    readonly state?: string
  }
): Promise<void> {
  const { provider, pages, place, because, maxAgeSeconds, acr, state } = options
  const trip = because === 'fresh_login_required' ? 'proved' : 'back'
  const how = { ...(maxAgeSeconds !== undefined && { maxAgeSeconds }), ...(acr && { acr }), state: state ?? trip }
  const href = accountSignIn(provider, place, how)
  const from = ctx.method === 'GET' ? ctx.query['state'] : undefined
  if (from !== undefined && !(from === 'back' && trip === 'proved'))
    return pages.problem(ctx, because, [{ href, label: wordsFor(ctx).common.signIn }])
  ctx.status = 303
  ctx.redirect(href)
}

/** A page of the person's own: where it stands, and what says who may open it. */
export interface OwnPage {
  readonly provider: Provider
  readonly accounts: { find(id: string): Promise<Account | undefined> }
  readonly vigil: Pick<Vigil, 'proofNeeded'>
  readonly pages: Pages
  readonly place: AccountPlace
  /** Whether being signed in is not enough. Default: it is not. */
  readonly needsProof?: (account: Account) => boolean | Promise<boolean>
}

/** Who opens the page; undefined where the answer is on its way: they must sign in first, or come back from there. */
export async function openedBy(ctx: Koa.Context, page: OwnPage): Promise<PersonSignedIn | undefined> {
  const { provider, accounts, vigil, pages, place, needsProof = () => true } = page
  const found = await personSignedIn(provider, accounts, ctx)
  if (!found) {
    await sendToSignIn(ctx, { provider, pages, place, because: 'not_signed_in' })
    return undefined
  }
  const needed = (await needsProof(found.account)) ? await vigil.proofNeeded(found.who.uid) : undefined
  if (needed) {
    await sendToSignIn(ctx, { provider, pages, place, because: 'fresh_login_required', ...needed })
    return undefined
  }
  return backFromSignIn(ctx, pages) ? undefined : found
}

/** Says of a form that it was sent too late, or by somebody who has not proved enough, and where the proof is given. Nothing has been changed. */
async function refuseForProof(
  ctx: Koa.Context,
  options: {
    readonly provider: Provider
    readonly pages: Pages
    readonly place: AccountPlace
    readonly needed: ProofNeeded
  }
): Promise<void> {
  const { provider, pages, place, needed } = options
  const way = { href: accountSignIn(provider, place, needed), label: wordsFor(ctx).common.signIn }
  pages.problem(ctx, 'fresh_login_required', [way])
}

/** Whether a change of factors was refused, and audited, because the person has not proved enough in this session. */
export async function refusedForProof(
  ctx: Koa.Context,
  found: PersonSignedIn,
  options: {
    readonly provider: Provider
    readonly vigil: Pick<Vigil, 'proofNeeded'>
    readonly audit: AuditLog
    readonly pages: Pages
    readonly place: AccountPlace
  }
): Promise<boolean> {
  const { provider, vigil, audit, pages, place } = options
  const needed = await vigil.proofNeeded(found.who.uid)
  if (!needed) return false
  const { accountId, sessionUid } = doerOf(found)
  await audit.append({ type: 'factor.refused', accountId, sessionUid, data: { reason: 'no_fresh_login' } })
  await refuseForProof(ctx, { provider, pages, place, needed })
  return true
}

/**
 * Gives the page its plain address once the browser has come back from the login, so that loading it again tomorrow asks for the
 * login instead of explaining that the last one failed.
 */
export function backFromSignIn(ctx: Koa.Context, pages: Pages): boolean {
  if (ctx.query['state'] !== 'back' && ctx.query['state'] !== 'proved') return false
  ctx.status = 303
  ctx.redirect(pages.base + ctx.path)
  return true
}
