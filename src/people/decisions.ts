// The decisions about a person, read from the audit log for that person, and what follows from their answer: "it was me" lets learning go on
// where it had stopped, "it was not me" ends the other sessions and takes back what was learnt since.

import { deviceClasses } from '../biometrics/index.ts'
import { VigilError } from '../errors.ts'
import type { AuditLog, StoredAuditEntry } from '../ports.ts'
import type { Learning } from './learning.ts'
import type { Profiles } from './profiles.ts'
import type { Decision } from '../provider/vigil-api.ts'

export interface DecisionsOptions {
  readonly audit: AuditLog
  readonly profiles: Pick<Profiles, 'versions'>
  readonly learning: Pick<Learning, 'vouch' | 'rollBack'>
  /** Ends all sessions of a person but one. */
  endOthers(accountId: string, except: string): Promise<unknown>
}

export interface Decisions {
  /** Newest first. */
  list(accountId: string, most: number): Promise<readonly Decision[]>
  /** Throws `not_found` for what nobody is asked about, `conflict` for what was answered. */
  answer(accountId: string, id: number, was: 'me' | 'not_me', sessionUid: string): Promise<void>
}

export function createDecisions(options: DecisionsOptions): Decisions {
  const { audit, profiles, learning } = options

  async function list(accountId: string, most: number): Promise<readonly Decision[]> {
    const [entries, answers] = await Promise.all([
      audit.list({ accountId, limit: most }),
      audit.list({ accountId, type: answeredType, limit: most })
    ])
    const answered = new Map(answers.map(({ data }) => [data?.['id'], data?.['was']]))
    return entries.map((entry) => decisionOf(entry, answered.get(entry.seq)))
  }

  /** What was learnt since may be somebody else's. */
  async function takeBack(accountId: string, since: number): Promise<void> {
    for (const device of deviceClasses) {
      const versions = await profiles.versions(accountId, device)
      const before = versions.find(({ createdAt }) => createdAt < since)
      if (before && before !== versions[0]) await learning.rollBack(accountId, before.version, device)
    }
  }

  return {
    list,

    async answer(accountId, id, was, sessionUid) {
      const decision = (await list(accountId, mostAnswerable)).find((one) => one.id === id)
      if (!decision?.answerable) throw new VigilError('not_found', 'nobody is asked about this')
      if (decision.answered !== undefined) throw new VigilError('conflict', 'this was answered')
      await audit.append({ type: answeredType, accountId, sessionUid, data: { id, was, type: decision.type } })
      if (was === 'me') return learning.vouch(accountId)
      await options.endOthers(accountId, sessionUid)
      await takeBack(accountId, decision.at)
    }
  }
}

const answeredType = 'decision.answered'
/** Older ones are no longer asked about. */
const mostAnswerable = 200

function decisionOf({ seq, at, type, sessionUid, data = {} }: StoredAuditEntry, answered: unknown): Decision {
  const text = (name: string): string | undefined => {
    const value = data[name]
    return typeof value === 'string' ? value : undefined
  }
  const version = data['policyVersion']
  const reason = text('reason')
  const to = text('to')
  const rule = text('rule')
  const action = text('action') ?? text('outcome')
  return {
    id: seq,
    at,
    type,
    answerable: isDoubt(type, to, text('outcome')),
    ...(sessionUid !== undefined && { sessionUid }),
    ...(reason !== undefined && { reason }),
    ...(to !== undefined && { to }),
    ...(rule !== undefined && { rule }),
    ...(typeof version === 'number' && { policyVersion: version }),
    ...(action !== undefined && { action }),
    ...((answered === 'me' || answered === 'not_me') && { answered })
  }
}

/** Only where it was doubted that it was the person is it worth asking them. */
function isDoubt(type: string, to: string | undefined, outcome: string | undefined): boolean {
  if (type === 'risk.changed') return to === 'MEDIUM' || to === 'HIGH'
  if (type === 'login.judged') return outcome === 'asked' || outcome === 'capped' || outcome === 'noted'
  return type === 'device.new' || type === 'profile.foreign_hands_noticed'
}
