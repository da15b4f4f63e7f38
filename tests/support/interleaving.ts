// What requests do to a session while somebody revokes it: the acts, in any order and any mixture, on real storage and with the product's own code;
// and the look afterwards that nothing is left of it. One process may do both, or several may share the acts.

import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import Provider from 'oidc-provider'
import { createActions } from '../../src/watch/actions.ts'
import type { ServerStorage } from '../../src/provider/ports.ts'
import { createLogoutSender } from '../../src/provider/sessions/logout-sender.ts'
import { revokeSession } from '../../src/provider/sessions/revocation.ts'
import { createSessionStandings } from '../../src/provider/sessions/session-standing.ts'
import { defaultLadder } from '../../src/risk/ladder.ts'
import { defaultPolicyDocument, parsePolicy } from '../../src/risk/policy.ts'
import { newSession } from '../../src/risk/session-risk.ts'
import { silent } from './server.ts'

export const actNames = ['request', 'rotation', 'step-up', 'good evidence', 'bad evidence', 'code', 'refresh'] as const
export type ActName = (typeof actNames)[number]

export interface Person {
  readonly uid: string
  readonly grantId: string
}

export interface House {
  /** Somebody signs in: a session with a client, a grant and tokens. */
  signIn(number: number): Promise<Person>
  /** One thing that a request does. Resolves to what it was allowed after it had begun later than the revocation ended. */
  act(name: ActName, person: Person, hasEnded: () => boolean): Promise<string | undefined>
  revoke(person: Person): Promise<void>
  /** Everything that is still there of a session that was revoked; empty when it is as it should be. */
  left(person: Person): Promise<readonly string[]>
}

const now = (): number => Math.floor(Date.now() / 1000)
const lifeSeconds = 3600

export function openHouse(storage: ServerStorage): House {
  const { oidc, sessions, tombstones, audit, logouts: outbox } = storage
  const provider = new Provider('https://op.example.test', {
    adapter: oidc,
    cookies: { keys: ['a key for this test'] },
    clients: [
      {
        client_id: 'app',
        redirect_uris: ['https://app.example.test/back'],
        token_endpoint_auth_method: 'none',
        backchannel_logout_uri: 'https://app.example.test/logout'
      }
    ],
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } }
  })
  const logouts = createLogoutSender({ outbox, audit, logger: silent, now })
  const standings = createSessionStandings(sessions, defaultLadder, now)
  const policy = parsePolicy(
    defaultPolicyDocument,
    defaultLadder.map(({ acr }) => acr)
  )
  const revoke = (uid: string): Promise<boolean> =>
    revokeSession(uid, 'a test', { provider, adapter: oidc, sessions, tombstones, audit, logouts, now })
  const actions = createActions({
    sessions,
    audit,
    ladder: defaultLadder,
    policy: () => policy,
    clientsOf: () => ['app'],
    tell: () => undefined,
    revoke,
    emit: () => undefined,
    challengeSeconds: 300,
    rememberSeconds: lifeSeconds,
    now
  })
  const session = oidc('Session')
  const payloadOf = (uid: string, jti: string, grantId: string) => ({
    kind: 'Session',
    jti,
    uid,
    accountId: `ana-${uid}`,
    loginTs: now(),
    authorizations: { app: { sid: `sid-${uid}`, grantId } }
  })

  const acts: Readonly<Record<ActName, (person: Person) => Promise<boolean>>> = {
    // As oidc-provider does: all of the session is read at the beginning and written at the end.
    async request({ uid }) {
      const read = await session.findByUid(uid)
      if (!read) return false
      await chance()
      await session.upsert(read.jti!, { ...read, loginTs: now() }, lifeSeconds)
      return true
    },
    async rotation({ uid, grantId }) {
      const read = await session.findByUid(uid)
      if (!read) return false
      await chance()
      const jti = `rotated-${uid}-${Math.random()}`
      await session.upsert(jti, payloadOf(uid, jti, grantId), lifeSeconds)
      await session.destroy(read.jti!)
      return true
    },
    async 'step-up'({ uid }) {
      const after = await actions.authenticated(uid, `ana-${uid}`, {
        amr: ['pwd', 'otp'],
        at: now(),
        interaction: `i-${Math.random()}`
      })
      return !standings.from(after).revoked
    },
    async 'good evidence'({ uid }) {
      const after = await actions.riskMoved(uid, 'LOW', 'behaviour')
      return after !== undefined && !standings.from(after).revoked
    },
    async 'bad evidence'({ uid }) {
      const after = await actions.riskMoved(uid, 'HIGH', 'behaviour')
      return after !== undefined && !standings.from(after).revoked
    },
    // What stands before each token: the account is looked for, and there is none in a revoked session.
    code: ({ uid, grantId }) => issue('AccessToken', uid, grantId),
    refresh: ({ uid, grantId }) => issue('RefreshToken', uid, grantId)
  }

  async function issue(model: string, uid: string, grantId: string): Promise<boolean> {
    if (await isDead(uid)) return false
    await chance()
    const jti = `${model}-${uid}-${Math.random()}`
    await oidc(model).upsert(jti, { kind: model, jti, grantId, accountId: `ana-${uid}`, sessionUid: uid }, 600)
    return true
  }

  async function isDead(uid: string): Promise<boolean> {
    const [standing, ended] = await Promise.all([standings.of(uid), tombstones.has(uid)])
    return ended || standing?.revoked === true
  }

  return {
    async signIn(number) {
      const [uid, grantId] = [`uid-${number}`, `grant-${number}`]
      await sessions.update(uid, () => ({
        ...newSession(uid, `ana-${uid}`, now() + lifeSeconds),
        authentications: [{ amr: ['pwd'], at: now() }]
      }))
      await session.upsert(`jti-${number}`, payloadOf(uid, `jti-${number}`, grantId), lifeSeconds)
      await oidc('Grant').upsert(grantId, { kind: 'Grant', jti: grantId, accountId: `ana-${uid}` }, lifeSeconds)
      return { uid, grantId }
    },

    async act(name, person, hasEnded) {
      const wasOver = hasEnded()
      const allowed = await acts[name](person)
      return wasOver && allowed ? name : undefined
    },

    revoke: async ({ uid }) => void (await revoke(uid)),

    async left({ uid, grantId }) {
      const [byUid, grant, standing, record, buried, dead] = await Promise.all([
        session.findByUid(uid),
        oidc('Grant').find(grantId),
        standings.of(uid),
        sessions.find(uid),
        tombstones.has(uid),
        isDead(uid)
      ])
      return [
        byUid && 'the session is found',
        grant && 'the grant is there',
        standing?.revoked !== true && 'the session has a standing',
        record?.revokedAt === undefined && 'the record is no longer revoked',
        !buried && 'there is no tombstone',
        !dead && 'tokens would be issued'
      ].filter((problem) => typeof problem === 'string')
    }
  }
}

/** Some turns of the loop, or a moment: enough for others to come in between. */
export async function chance(): Promise<void> {
  const turns = Math.floor(Math.random() * 6)
  if (turns === 5) await sleep(Math.random() * 4)
  else for (let left = turns; left > 0; left--) await turn()
}

/** The acts of one life of a session, each after its own pause. Gives what was allowed too late. */
export async function live(
  house: House,
  person: Person,
  acts: readonly ActName[],
  hasEnded: () => boolean
): Promise<readonly string[]> {
  const allowed = await Promise.all(
    acts.map(async (name) => {
      await chance()
      return house.act(name, person, hasEnded)
    })
  )
  return allowed.filter((name) => name !== undefined)
}

/** Three to six acts, by the number of the life, the same in every run. */
export function actsOf(number: number): readonly ActName[] {
  let state = number * 2_654_435_761 + 1
  const next = (below: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e37_79b9) >>> 0
    return state % below
  }
  return Array.from({ length: 3 + next(4) }, () => actNames[next(actNames.length)]!)
}
