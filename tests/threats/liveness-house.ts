// The house as an attacker on liveness meets it: real sketches in a real storage, real actions, the default policy. Nobody has a profile, so
// the behaviour says nothing and liveness alone decides.

import { memoryStorage } from '../../src/adapters/index.ts'
import { EventType, type InputEvent, noCounters } from '../../src/biometrics/index.ts'
import { createLiveness } from '../../src/watch/liveness.ts'
import { decide } from '../../src/risk/policy.ts'
import { keysFrom } from '../../src/secrets.ts'
import { actionsAlone } from '../support/actions.ts'
import { secret, silent } from '../support/server.ts'

export interface Played {
  /** The default policy allows the session to go on. */
  readonly accepted: boolean
  /** Types of the audit entries that name a suspicion. */
  readonly suspicions: readonly string[]
  /** Keystrokes until the suspicion, if there was one. */
  readonly keystrokes: number | undefined
}

export interface LivenessHouse {
  /** A session of its own from a login to the closed page. */
  play(accountId: string, events: readonly InputEvent[], page?: PageTraits): Promise<Played>
}

export interface PageTraits {
  readonly grainMs?: number
  /** Every event was dispatched by a script. */
  readonly untrusted?: boolean
}

const eventsPerFrame = 40

export function livenessHouse(): LivenessHouse {
  const now = () => 1_800_000_000
  const storage = memoryStorage({ now })
  const { actions, policy } = actionsAlone({ ...storage, now })
  const liveness = createLiveness({ ...storage, key: keysFrom(secret)('sketches'), logger: silent, now })
  let sessions = 0

  return {
    async play(accountId, events, { grainMs = 1, untrusted = false } = {}) {
      const uid = `session-${++sessions}`
      await actions.authenticated(uid, accountId, { amr: ['pwd'], at: now(), interaction: uid })
      const stream = await liveness.open(accountId)
      let keystrokes = 0
      let found = false
      for (let from = 0, sequence = 0; from < events.length && !found; from += eventsPerFrame, sequence++) {
        const some = events.slice(from, from + eventsPerFrame)
        keystrokes += some.filter(({ type }) => type === EventType.keyDown).length
        const finding = await stream.take({
          sequence,
          sentAt: some.at(-1)!.t,
          grainMs,
          hidden: false,
          counters: untrusted ? { ...noCounters, untrusted: some.length } : noCounters,
          events: some
        })
        if (!finding) continue
        found = true
        await actions.suspected(uid, accountId, finding)
      }
      stream.close()
      const record = (await storage.sessions.find(uid))!
      const decision = decide(policy, { risk: record.risk, watch: 'watched', clients: [], liveness: record.liveness })
      const entries = await storage.audit.list({ sessionUid: uid })
      return {
        accepted: decision.action === 'allow',
        suspicions: entries.map(({ type }) => type).filter((type) => type.endsWith('_suspected')),
        keystrokes: found ? keystrokes : undefined
      }
    }
  }
}
