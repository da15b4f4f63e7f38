// Which factors a person is asked for next: in one place for every page. It tries what a pass would earn with the very functions that will judge
// the pass, so that nobody is asked for what would not help and nobody is let go with less than they could have shown.

import { usable, type Factor } from '../../challenge/strategy.ts'
import { VigilError } from '../../errors.ts'
import type { Demand, SessionRecord, SessionStore } from '../../ports.ts'
import { isKnown, reachable, standingOf } from '../../risk/assurance.ts'
import { allOf, meetsDemand } from '../../risk/demand.ts'
import { type Ladder, rankOf } from '../../risk/ladder.ts'
import { authenticated, liftsCap, newSession } from '../../risk/session-risk.ts'
import { type AcrNeeds, acrAt, type RequestedAcr, requestedAcr, wantedRank } from '../requests/requested-acr.ts'

export interface FactorQuestion {
  readonly accountId: string
  /** Session that the person already has. */
  readonly sessionUid?: string | undefined
  /** Parameters of the authorization request. */
  readonly params: Readonly<Record<string, unknown>>
  /** RFC 8176 values of what was passed in this interaction. */
  readonly passed: readonly string[]
  /** Ids of the factors that were. */
  readonly by?: readonly string[]
  /** The request wants a login anew (`max_age`, `prompt=login`): a level that it names as well is to be reached by this login alone. */
  readonly anew?: boolean
}

/**
 * Factors that end the question, or bring nearer to its end where none does alone; the first is asked for. Empty: it is answered. Throws
 * `method_missing` where the policy demands what this person does not have.
 */
export type FactorChoice<T extends Factor> = (question: FactorQuestion) => Promise<readonly T[]>

export interface FactorChoiceOptions<T extends Factor> {
  /** In the order in which they are offered where nothing speaks for another. */
  readonly factors: readonly T[]
  readonly sessions: Pick<SessionStore, 'find'>
  readonly ladder: Ladder
  /** Metadata of a client: some need a level without asking for it. */
  readonly clientOf?: (clientId: string) => Promise<AcrNeeds | undefined>
  /** Seconds since the epoch. */
  readonly now?: () => number
}

export function factorChoice<T extends Factor>(options: FactorChoiceOptions<T>): FactorChoice<T> {
  const { factors, sessions, ladder, now = () => Math.floor(Date.now() / 1000) } = options

  return async ({ accountId, sessionUid, params, passed, by = [], anew = false }) => {
    const at = now()
    const stored = sessionUid === undefined ? undefined : await sessions.find(sessionUid)
    const record = stored?.accountId === accountId ? stored : newSession('', accountId, at)
    const client = await options.clientOf?.(String(params['client_id']))
    const asked = requestedAcr(params, ladder, client)
    // Nothing is asked for but to sign in, and something was passed: what else the person has need not be looked at.
    const isPlain = !record.cap && !record.demand && asked.demanded.length + asked.preferred.length === 0
    if (isPlain && passed.length > 0) return []
    const can = await usable(factors, accountId)
    const all = [...passed, ...can.flatMap(({ amr }) => amr)]
    const meets = (some: readonly T[]): boolean => {
      const { amr, factors: ids } = allOf(some)
      return !record.demand || meetsDemand(record.demand, { amr: [...passed, ...amr], factors: [...by, ...ids] })
    }
    if (!meets(can)) throw new VigilError('method_missing')
    const lift = liftsCap(record, all)
    const wanted = rankFor(record, asked, all)

    const counted = anew ? { ...record, authentications: [] } : record
    const answers = (methods: readonly string[]): boolean =>
      methods.length > 0 && (!lift || liftsCap(record, methods)) && rankAfter(counted, methods, at) >= wanted
    if (answers(passed) && meets([])) return []
    const left = can.filter((one) =>
      meets([]) ? one.amr.some((method) => !passed.includes(method)) : !by.includes(one.id) && meets([one])
    )
    const ending = left.filter(({ amr }) => answers([...passed, ...amr]))
    return inOrder(ending.length > 0 ? ending : left, Boolean(record.demand ?? record.cap))
  }

  /** The level that is asked for and that this person can reach; -1 where none is. */
  function rankFor(record: SessionRecord, asked: RequestedAcr, all: readonly string[]): number {
    const possible = (acr: string): boolean => withinReach(record, acr, all, ladder)
    const wanted = acrAt(wantedRank(asked, possible, ladder), ladder)
    const levels = record.demand?.acr === undefined ? [wanted] : [wanted, record.demand.acr]
    return Math.max(-1, ...levels.filter(possible).map((acr) => rankOf(ladder, acr)))
  }

  function rankAfter(record: SessionRecord, amr: readonly string[], at: number): number {
    // What is demanded beside the level is looked at beside it.
    const { demand, ...rest } = record
    const open = demand && { ...rest, demand: withoutMethods(demand) }
    return rankOf(ladder, standingOf(authenticated(open ?? record, { amr, at }), ladder, at).acr)
  }
}

function withoutMethods({ methods: _methods, except: _except, ...demand }: Demand): Demand {
  return demand
}

/** Whether passing all of these methods would be enough for a level; a cap that is not lifted by them bounds it. */
export function withinReach(record: SessionRecord, acr: string, methods: readonly string[], ladder: Ladder): boolean {
  return liftsCap(record, methods) && reachable(ladder, acr, methods)
}

/** After a doubt something held comes first: that the password was stolen is the likeliest explanation of one. */
function inOrder<T extends Factor>(factors: readonly T[], doubted: boolean): readonly T[] {
  const place = ({ amr, lastResort }: T): number => (lastResort ? 2 : doubted && amr.every(isKnown) ? 1 : 0)
  return factors.toSorted((a, b) => place(a) - place(b))
}
