// Everything that Vigil keeps, in Maps: for tests and small examples. It honours the same contracts as the databases (one suite
// runs on all of them) and forgets everything when the process ends.

import { VigilError } from '../errors.ts'
import type {
  AuditLog,
  LoginTemplateStore,
  LogoutOutbox,
  PendingLogout,
  Person,
  PersonStore,
  PolicyStore,
  ProfileStore,
  SessionRecord,
  SessionStore,
  SignedTokenSession,
  SignedTokenStore,
  SketchStore,
  StoredAuditEntry,
  StoredLoginTemplate,
  StoredPolicy,
  StoredProfile,
  StoredSketch,
  TombstoneStore,
  UsedStore
} from '../ports.ts'
import type {
  Account,
  AccountStore,
  AttemptStore,
  FactorStore,
  Invitation,
  InvitationStore,
  KeyStore,
  ServerStorage,
  StoredFactors
} from '../provider/ports.ts'
import { mostRounds } from '../provider/ports.ts'
import { declareGuarded } from '../provider/sessions/session-guard.ts'
import { memoryOidc } from './memory-oidc.ts'
import type { OidcRow } from './memory-oidc.ts'
import { nextRecord } from './session-record.ts'
import { usernameKey } from './username-key.ts'

export interface MemoryStorageOptions {
  /** Seconds since the epoch; the process clock unless told. */
  readonly now?: () => number
}

/** A storage that lives and dies with the process. */
export function memoryStorage(options: MemoryStorageOptions = {}): ServerStorage {
  const now = options.now ?? (() => Math.floor(Date.now() / 1000))
  const buried = new Map<string, number>()
  const rows = new Map<string, OidcRow>()
  const tombstones = memoryTombstones(buried, rows)
  const profiles = new Map<string, StoredProfile[]>()
  const sketches = new Map<string, StoredSketch[]>()
  const templates = new Map<string, StoredLoginTemplate>()
  const factors = new Map<string, StoredFactors>()
  return {
    sessions: memorySessions(now),
    tombstones,
    signedTokens: memorySignedTokens(buried),
    logouts: memoryLogouts(),
    people: memoryPeople(profiles, sketches, templates, factors),
    profiles: memoryProfiles(profiles),
    sketches: memorySketches(sketches, now),
    loginTemplates: memoryLoginTemplates(templates),
    audit: memoryAudit(now),
    policies: memoryPolicies(now),
    oidc: declareGuarded(memoryOidc({ now, isBuried: (uid) => buried.has(uid), rows }), tombstones),
    accounts: memoryAccounts(),
    invitations: memoryInvitations(now),
    factors: memoryFactors(factors),
    used: memoryUsed(now),
    attempts: memoryAttempts(now),
    keys: memoryKeys(),
    close: async () => {}
  }
}

function memorySessions(now: () => number): SessionStore {
  const records = new Map<string, SessionRecord>()
  const live = (record: SessionRecord | undefined) =>
    record !== undefined && record.expiresAt > now() ? record : undefined
  return {
    async find(uid) {
      return structuredClone(live(records.get(uid)))
    },
    async findByAccount(accountId, uid) {
      return [...records.values()]
        .filter((record) => (record.accountId === accountId || record.uid === uid) && live(record) !== undefined)
        .map((record) => structuredClone(record))
    },
    // Nothing else runs between the look and the write, so the first try always wins.
    async update(uid, change) {
      const stored = records.get(uid)
      const present = structuredClone(live(stored))
      const next = change(present)
      if (next === undefined || next === present) return present
      const written = structuredClone(nextRecord(next, uid, stored?.version ?? 0))
      records.set(uid, written)
      return structuredClone(written)
    },
    async prune(at) {
      return removeWhere(records, (record) => record.expiresAt <= at)
    }
  }
}

function memoryTombstones(buried: Map<string, number>, rows: Map<string, OidcRow>): TombstoneStore {
  return {
    async add(uid, expiresAt) {
      buried.set(uid, Math.max(expiresAt, buried.get(uid) ?? 0))
    },
    async has(uid) {
      return buried.has(uid)
    },
    async prune(at) {
      const isOver = (uid: string | undefined) => uid !== undefined && (buried.get(uid) ?? Infinity) <= at
      removeWhere(rows, ({ model, payload }) => model === 'Session' && isOver(payload.uid))
      return removeWhere(buried, (expiresAt) => expiresAt <= at)
    }
  }
}

function memorySignedTokens(buried: ReadonlyMap<string, number>): SignedTokenStore {
  const noted = new Map<string, SignedTokenSession>()
  return {
    async note(session) {
      const key = `${session.audience}\n${session.sid}`
      if ((noted.get(key)?.expiresAt ?? 0) < session.expiresAt) noted.set(key, { ...session })
    },
    async ended(audience, now) {
      const isMeant = (one: SignedTokenSession) =>
        one.audience === audience && one.expiresAt > now && buried.has(one.uid)
      return [...noted.values()]
        .filter(isMeant)
        .map(({ sid }) => sid)
        .sort()
    },
    async prune(at) {
      return removeWhere(noted, ({ expiresAt }) => expiresAt <= at)
    }
  }
}

function memoryLogouts(): LogoutOutbox {
  const pending = new Map<number, PendingLogout & { readonly dueAt: number }>()
  let last = 0
  return {
    async add(notices, dueAt) {
      for (const notice of notices) pending.set(++last, { ...notice, id: last, attempts: 0, dueAt })
    },
    async take(now, until, most) {
      const lines = new Set<string>()
      const due = [...pending.values()].filter(({ clientId, accountId, dueAt }) => {
        const line = JSON.stringify([clientId, accountId])
        const isFirst = !lines.has(line)
        lines.add(line)
        return isFirst && dueAt <= now
      })
      return due.slice(0, most).map((one) => {
        const taken = { ...one, attempts: one.attempts + 1, dueAt: until }
        pending.set(one.id, taken)
        const { dueAt: _, ...notice } = taken
        return notice
      })
    },
    async remove(id) {
      pending.delete(id)
    },
    async postpone(id, dueAt) {
      const one = pending.get(id)
      if (one) pending.set(id, { ...one, dueAt })
    }
  }
}

function memoryPeople(
  profiles: Map<string, StoredProfile[]>,
  sketches: Map<string, StoredSketch[]>,
  templates: Map<string, StoredLoginTemplate>,
  factors: Map<string, StoredFactors>
): PersonStore {
  const people = new Map<string, Person>()
  return {
    async find(accountId) {
      return structuredClone(people.get(accountId))
    },
    async save(person) {
      people.set(person.accountId, structuredClone(person))
    },
    async erase(accountId) {
      people.delete(accountId)
      eraseProfiles(profiles, accountId)
      sketches.delete(accountId)
      templates.delete(accountId)
      factors.delete(accountId)
    }
  }
}

/** Versions of one person and kind stand in one list, oldest first. */
function memoryProfiles(profiles: Map<string, StoredProfile[]>): ProfileStore {
  return {
    async find(accountId, kind) {
      return structuredClone(profiles.get(profileKey(accountId, kind))?.at(-1))
    },
    async add(profile) {
      const key = profileKey(profile.accountId, profile.kind)
      const versions = profiles.get(key) ?? []
      if (profile.version !== (versions.at(-1)?.version ?? 0) + 1) {
        throw new VigilError('conflict', `profile version ${profile.version} is not one above the newest`)
      }
      profiles.set(key, [...versions, structuredClone(profile)])
    },
    async get(accountId, kind, wanted) {
      return structuredClone(profiles.get(profileKey(accountId, kind))?.find(({ version }) => version === wanted))
    },
    async list(accountId, kind) {
      const versions = profiles.get(profileKey(accountId, kind)) ?? []
      return versions.map(({ version, createdAt }) => ({ version, createdAt })).toReversed()
    },
    async keep(accountId, kind, newest) {
      const key = profileKey(accountId, kind)
      const versions = profiles.get(key)
      if (versions) profiles.set(key, versions.slice(Math.max(0, versions.length - newest)))
    },
    async all(kind) {
      return [...profiles.values()]
        .flatMap((versions) => versions.at(-1) ?? [])
        .filter((profile) => profile.kind === kind)
        .sort((a, b) => (a.accountId < b.accountId ? -1 : 1))
        .map((profile) => structuredClone(profile))
    },
    async erase(accountId) {
      eraseProfiles(profiles, accountId)
    }
  }
}

function profileKey(accountId: string, kind: string): string {
  return JSON.stringify([accountId, kind])
}

function eraseProfiles(profiles: Map<string, StoredProfile[]>, accountId: string): void {
  removeWhere(profiles, (versions) => versions[0]?.accountId === accountId)
}

/** Those of one person stand in one list, oldest first. */
function memorySketches(sketches: Map<string, StoredSketch[]>, now: () => number): SketchStore {
  return {
    async add(sketch, most) {
      const others = sketches.get(sketch.accountId) ?? []
      const all = [...others, structuredClone(sketch)].sort((a, b) => a.createdAt - b.createdAt)
      sketches.set(sketch.accountId, all.slice(-most))
    },
    async list(accountId) {
      const live = (sketches.get(accountId) ?? []).filter(({ expiresAt }) => expiresAt > now())
      return structuredClone(live)
    },
    async erase(accountId) {
      sketches.delete(accountId)
    },
    async prune(at) {
      let gone = 0
      for (const [accountId, all] of sketches) {
        const live = all.filter(({ expiresAt }) => expiresAt > at)
        gone += all.length - live.length
        if (live.length > 0) sketches.set(accountId, live)
        else sketches.delete(accountId)
      }
      return gone
    }
  }
}

function memoryLoginTemplates(templates: Map<string, StoredLoginTemplate>): LoginTemplateStore {
  return {
    async find(accountId) {
      return structuredClone(templates.get(accountId))
    },
    async save(template) {
      if (template.version !== (templates.get(template.accountId)?.version ?? 0) + 1) {
        throw new VigilError('conflict', `login template version ${template.version} is not the next one`)
      }
      templates.set(template.accountId, structuredClone(template))
    },
    async erase(accountId) {
      return templates.delete(accountId)
    }
  }
}

function memoryAudit(now: () => number): AuditLog {
  const entries: StoredAuditEntry[] = []
  return {
    async append(entry) {
      entries.push(structuredClone({ ...entry, seq: entries.length + 1, at: now() }))
    },
    async list({ accountId, sessionUid, type, limit = 100 }) {
      return entries
        .filter(
          (entry) =>
            (accountId === undefined || entry.accountId === accountId) &&
            (sessionUid === undefined || entry.sessionUid === sessionUid) &&
            (type === undefined || entry.type === type)
        )
        .toReversed()
        .slice(0, limit)
        .map((entry) => structuredClone(entry))
    }
  }
}

function memoryPolicies(now: () => number): PolicyStore {
  let current: StoredPolicy | undefined
  return {
    async current() {
      return current
    },
    async activate(document) {
      current = { version: (current?.version ?? 0) + 1, document, activatedAt: now() }
      return current
    }
  }
}

function memoryAccounts(): AccountStore {
  const accounts = new Map<string, Account>()
  const byUsername = (username: string) =>
    [...accounts.values()].find((account) => usernameKey(account.username) === usernameKey(username))
  const refuseTaken = (account: Account) => {
    const holder = byUsername(account.username)
    if (holder !== undefined && holder.id !== account.id) throw new VigilError('username_taken')
  }
  return {
    async find(id) {
      return structuredClone(accounts.get(id))
    },
    async findByUsername(username) {
      return structuredClone(byUsername(username))
    },
    async create(account) {
      refuseTaken(account)
      if (accounts.has(account.id)) throw new VigilError('conflict', `account ${account.id} exists`)
      accounts.set(account.id, structuredClone(account))
    },
    async update(account) {
      if (!accounts.has(account.id)) throw new VigilError('not_found', `account ${account.id} does not exist`)
      refuseTaken(account)
      accounts.set(account.id, structuredClone(account))
    },
    async hasAdministrator() {
      return [...accounts.values()].some((account) => account.role === 'administrator')
    },
    async remove(id) {
      return accounts.delete(id)
    }
  }
}

function memoryInvitations(now: () => number): InvitationStore {
  const invitations = new Map<string, Invitation>()
  const live = (tokenHash: string) => {
    const invitation = invitations.get(tokenHash)
    return invitation !== undefined && invitation.expiresAt > now() ? invitation : undefined
  }
  return {
    async add(invitation) {
      invitations.set(invitation.tokenHash, structuredClone(invitation))
    },
    async find(tokenHash) {
      return structuredClone(live(tokenHash))
    },
    async take(tokenHash) {
      const invitation = live(tokenHash)
      if (!invitation) return undefined
      for (const { tokenHash: hash, accountId, purpose } of invitations.values()) {
        if (accountId === invitation.accountId && purpose === invitation.purpose) invitations.delete(hash)
      }
      return invitation
    },
    async removeOf(accountId) {
      for (const [hash, one] of invitations) if (one.accountId === accountId) invitations.delete(hash)
    }
  }
}

function memoryFactors(factors: Map<string, StoredFactors>): FactorStore {
  return {
    async find(accountId) {
      return structuredClone(factors.get(accountId))
    },
    async save(next) {
      if (next.version !== (factors.get(next.accountId)?.version ?? 0) + 1) {
        throw new VigilError('conflict', `version ${next.version} of the factors is not the next one`)
      }
      factors.set(next.accountId, structuredClone(next))
    }
  }
}

function memoryUsed(now: () => number): UsedStore {
  const used = new Map<string, number>()
  return {
    async useUp(id, expiresAt) {
      removeWhere(used, (until) => until <= now())
      if (used.has(id)) return false
      used.set(id, expiresAt)
      return true
    }
  }
}

function memoryAttempts(now: () => number): AttemptStore {
  const counts = new Map<string, { count: number; round: number; expiresAt: number }>()
  return {
    async take(attempts) {
      const at = now()
      return attempts.map(({ key, limit, seconds, grows }) => {
        const before = counts.get(key)
        if (before && before.expiresAt > at) before.count++
        else {
          const round = grows && before && before.count >= limit ? Math.min(before.round + 1, mostRounds) : 0
          counts.set(key, { count: 1, round, expiresAt: at + seconds * 2 ** round })
        }
        const { count, expiresAt } = counts.get(key)!
        return { count, expiresAt }
      })
    },
    async giveBack(keys) {
      for (const key of keys) {
        const counted = counts.get(key)
        if (counted) counted.count = Math.max(0, counted.count - 1)
      }
      removeWhere(counts, ({ count }) => count === 0)
    }
  }
}

function memoryKeys(): KeyStore {
  const keys = new Map<string, Uint8Array>()
  return {
    async get(name) {
      return structuredClone(keys.get(name))
    },
    async put(name, value) {
      const stored = keys.get(name) ?? new Uint8Array(value)
      keys.set(name, stored)
      return structuredClone(stored)
    }
  }
}

function removeWhere<V>(map: Map<string, V>, gone: (value: V) => boolean): number {
  const sizeBefore = map.size
  for (const [key, value] of map) if (gone(value)) map.delete(key)
  return sizeBefore - map.size
}
