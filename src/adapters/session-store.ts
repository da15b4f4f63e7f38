// Session records in SQL, written by compare and set.

import { setTimeout as sleep } from 'node:timers/promises'
import { VigilError } from '../errors.ts'
import type { SessionRecord, SessionStore } from '../ports.ts'
import type { Database } from './database.ts'
import type { SessionReads } from './session-reads.ts'
import { nextRecord } from './session-record.ts'

// Writers of this process queue up below, so a lost race comes from another process and a few tries do.
const tries = 40

/** `now` gives seconds since the epoch. */
export function sessionStore(database: Database, reads: SessionReads, now: () => number): SessionStore {
  const inTurn = turns()

  async function stored(uid: string): Promise<SessionRecord | undefined> {
    const [row] = await database.query<Row>('select record from vigil_session where uid = $1', [uid])
    return row && recordOf(row)
  }

  async function write(next: SessionRecord, before: number | undefined): Promise<boolean> {
    const values = [next.uid, next.accountId, next.version, JSON.stringify(next), next.expiresAt]
    const rows = await (before === undefined
      ? database.query(
          `insert into vigil_session (uid, account_id, version, record, expires_at) values ($1, $2, $3, $4, $5)
           on conflict do nothing returning uid`,
          values
        )
      : database.query(
          `update vigil_session set account_id = $2, version = $3, record = $4, expires_at = $5
           where uid = $1 and version = $6 returning uid`,
          [...values, before]
        ))
    return rows.length === 1
  }

  const isLive = (record: SessionRecord) => record.expiresAt > now()

  return {
    async find(uid) {
      const record = await reads.record(uid)
      return record && isLive(record) ? record : undefined
    },
    async findByAccount(accountId, uid) {
      const rows = await (uid === undefined
        ? database.query<Row>(ofAccountText, [accountId, now()])
        : database.query<Row>(besideText, [accountId, now(), uid]))
      return rows.map(recordOf)
    },
    async update(uid, change, known) {
      return inTurn(uid, async () => {
        for (let attempt = 0; attempt < tries; attempt++) {
          // What was known and is no more does not get past the version.
          const found = known && attempt === 0 ? known.record : await stored(uid)
          const present = found && isLive(found) ? found : undefined
          const next = change(present)
          if (next === undefined || next === present) return present
          const written = nextRecord(next, uid, found?.version ?? 0)
          if (await write(written, found?.version)) return written
          await sleep(Math.random() * Math.min(2 ** attempt, 50))
        }
        throw new VigilError('conflict', `session record ${uid} was changed by others ${tries} times in a row`)
      })
    },
    async prune(at) {
      const rows = await database.query('delete from vigil_session where expires_at <= $1 returning uid', [at])
      return rows.length
    }
  }
}

const ofAccountText = 'select record from vigil_session where account_id = $1 and expires_at > $2 order by uid'
const besideText =
  'select record from vigil_session where (account_id = $1 or uid = $3) and expires_at > $2 order by uid'

interface Row {
  /** JSON of the SessionRecord. */
  readonly record: string
}

function recordOf(row: Row): SessionRecord {
  return JSON.parse(row.record) as SessionRecord
}

/** Runs the work given under one key one after the other, in the order of the calls. */
function turns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work, work)
    last.set(key, turn)
    try {
      return await turn
    } finally {
      if (last.get(key) === turn) last.delete(key)
    }
  }
}
