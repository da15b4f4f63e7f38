// A page token or ticket of one session in the hands of another: refused at the door, and told to the audit of both, for whoever has it got it
// from somewhere. A stranger must not fill the log with it, so that a session has one entry of a kind a minute.

import type { ChannelLogger } from './ports.ts'
import type { AuditLog, SessionStore } from '../ports.ts'

/**
 * `other_session`: a page token beside another session's cookie, or none; `used_ticket`: a ticket that was used before; `other_origin`: a ticket on
 * a page of none of its client's Origins.
 */
export type MisuseKind = 'other_session' | 'used_ticket' | 'other_origin'

export interface Misuse {
  /** Session that the credential is of. */
  readonly uid: string
  readonly why: MisuseKind
  /** Session of the one who showed it, as far as a cookie tells. */
  bearer(): Promise<string | undefined>
}

export interface MisuseNotesOptions {
  readonly sessions: Pick<SessionStore, 'find'>
  readonly audit: Pick<AuditLog, 'append'>
  readonly logger: ChannelLogger
  /** Whole seconds since the epoch. */
  readonly now: () => number
}

const quietSeconds = 60
/** Beyond it the log is closed to more sessions until the first of them may speak again. */
const mostRemembered = 10_000

/** Returns what `AdmissionOptions.misused` wants. */
export function createMisuseNotes({ sessions, audit, logger, now }: MisuseNotesOptions): (misuse: Misuse) => void {
  /** When an entry was written last, oldest first. */
  const written = new Map<string, number>()

  function mayWrite(what: string): boolean {
    for (const [old, at] of written) {
      if (now() - at < quietSeconds) break
      written.delete(old)
    }
    if (written.has(what) || written.size >= mostRemembered) return false
    written.set(what, now())
    return true
  }

  async function tell(uid: string, why: MisuseKind, as: 'owner' | 'bearer'): Promise<void> {
    const session = await sessions.find(uid)
    if (session === undefined) return
    await audit.append({
      type: 'channel.refused',
      accountId: session.accountId,
      sessionUid: uid,
      data: { reason: why, as }
    })
  }

  async function note({ uid, why, bearer }: Misuse): Promise<void> {
    if (mayWrite(`${uid} ${why} owner`)) await tell(uid, why, 'owner')
    const other = await bearer()
    if (other !== undefined && other !== uid && mayWrite(`${other} ${why} bearer`)) await tell(other, why, 'bearer')
  }

  return (misuse) => {
    note(misuse).catch((error: unknown) => logger.error({ err: error }, 'a refusal could not be audited'))
  }
}
