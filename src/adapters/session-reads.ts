// What is asked of one session in the same turn is one statement: whoever issues something for it wants its record, and to know whether it has ended.

import type { SessionRecord } from '../ports.ts'
import { canBeKey } from './database.ts'
import type { Database } from './database.ts'

export interface SessionReads {
  /** The record as it is stored, run out or not. Shared by all who ask, so it must not be changed. */
  record(uid: string): Promise<SessionRecord | undefined>
  /** Whether it has a tombstone. */
  ended(uid: string): Promise<boolean>
}

/** Sent at the end of the turn, as `shared` does it: nobody is told what was true before they asked. */
export function sessionReads(database: Database): SessionReads {
  const asked = new Map<string, Asked>()

  function ask(uid: string, what: Question): Promise<Found> {
    const present = asked.get(uid)
    if (present) {
      present.questions.add(what)
      return present.found
    }
    const questions = new Set([what])
    const found = atEndOfTurn(uid, questions)
    asked.set(uid, { questions, found })
    return found
  }

  async function atEndOfTurn(uid: string, questions: ReadonlySet<Question>): Promise<Found> {
    await Promise.resolve()
    asked.delete(uid)
    if (!canBeKey(uid)) return { record: null, ended: false }
    const [row] = await database.query<Row>(textOf(questions), [uid])
    const record = row?.record ? (JSON.parse(row.record) as SessionRecord) : null
    return { record, ended: row?.ended ?? false }
  }

  return {
    record: async (uid) => (await ask(uid, 'record')).record ?? undefined,
    ended: async (uid) => (await ask(uid, 'ended')).ended
  }
}

type Question = 'record' | 'ended'

interface Asked {
  readonly questions: Set<Question>
  readonly found: Promise<Found>
}

interface Found {
  readonly record: SessionRecord | null
  readonly ended: boolean
}

interface Row {
  /** JSON of the SessionRecord. */
  readonly record?: string | null
  readonly ended?: boolean
}

const recordText = 'select record from vigil_session where uid = $1'
const endedText = 'select true as ended from vigil_tombstone where uid = $1'
const bothText = `select (${recordText}) as record, exists (${endedText}) as ended`

function textOf(questions: ReadonlySet<Question>): string {
  if (questions.size === 2) return bothText
  return questions.has('record') ? recordText : endedText
}
