// What Vigil keeps of a person, for that person: shown in words, handed over, erased (GDPR articles 15, 17 and 20).

import { type Population, portraitOf } from '../biometrics/index.ts'
import type { Decisions } from './decisions.ts'
import type { AuditLog, PersonStore, SessionStore } from '../ports.ts'
import type { Profiles } from './profiles.ts'
import type { PersonSession, Portrait } from '../provider/vigil-api.ts'

export interface PersonDataOptions {
  readonly people: PersonStore
  readonly profiles: Profiles
  readonly sessions: SessionStore
  readonly audit: AuditLog
  readonly decisions: Decisions
  sessionsOf(accountId: string): Promise<readonly PersonSession[]>
  loginsLearnt(accountId: string): Promise<number>
  population(): Promise<Population>
  /** Ends what is going on with the person, and what is kept of it outside the stores. */
  forget(accountId: string): Promise<void>
}

export interface PersonData {
  portraits(accountId: string): Promise<readonly Portrait[]>
  exported(accountId: string): Promise<Readonly<Record<string, unknown>>>
  erase(accountId: string): Promise<void>
}

/** Entries of the audit log that an export has at most. */
const mostDecisions = 10_000

export function personData(options: PersonDataOptions): PersonData {
  const { people, profiles, audit, decisions } = options

  async function portraits(accountId: string): Promise<readonly Portrait[]> {
    const [population, known] = await Promise.all([options.population(), profiles.findAll(accountId)])
    return Promise.all(
      known.map(async ({ device, profile, version, enrolledAt }) => {
        const [newest] = await profiles.versions(accountId, device)
        return {
          device,
          taughtAt: enrolledAt,
          changedAt: newest?.createdAt ?? enrolledAt,
          version,
          keystrokes: profile.keystrokes,
          traits: portraitOf(population, profile)
        }
      })
    )
  }

  return {
    portraits,

    async exported(accountId) {
      const [person, behaviour, sessions, logins, activity] = await Promise.all([
        people.find(accountId),
        portraits(accountId),
        options.sessionsOf(accountId),
        options.loginsLearnt(accountId),
        decisions.list(accountId, mostDecisions)
      ])
      return {
        consent: { given_at: person?.consentedAt ?? null, withdrawn_at: person?.withdrawnAt ?? null },
        behaviour,
        password_rhythm: { logins_learnt: logins },
        sessions,
        activity
      }
    },

    async erase(accountId) {
      await options.forget(accountId)
      await profiles.erase(accountId)
      await people.erase(accountId)
      await audit.append({ type: 'person.erased', accountId })
    }
  }
}
