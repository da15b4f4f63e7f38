// Counted attempts in SQL. One statement counts all that belong to an act; rows are taken in the order of their keys, so that two acts never wait
// for each other.

import { type AttemptStore, mostRounds } from '../provider/ports.ts'
import type { BigInteger, Database } from './database.ts'

export interface SqlAttemptStore extends AttemptStore {
  /** Writes what was given back and is not written yet. */
  settle(): Promise<void>
}

/** `now` gives seconds since the epoch. */
export function attemptStore(database: Database, now: () => number): SqlAttemptStore {
  // What was given back goes with the next statement that counts the same key, else with all others in one after a moment: a sign-in that succeeds
  // costs one statement and not two. Until then a count is too high and never too low.
  const owed = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined

  function owe(key: string, times: number): void {
    if (times > 0) owed.set(key, (owed.get(key) ?? 0) + times)
  }

  async function settle(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const debts = [...owed]
    owed.clear()
    if (debts.length === 0) return
    try {
      await database.query(giveBackText, [debts.map(([key]) => key), debts.map(([, times]) => times)])
    } catch (error) {
      for (const [key, times] of debts) owe(key, times)
      throw error
    }
  }

  function settleSoon(): void {
    // A database that does not answer is known to whoever needs it; what is owed waits for the next turn.
    timer ??= setTimeout(() => void settle().catch(settleSoon), settleAfterMs).unref()
  }

  return {
    async take(attempts) {
      // As the collation "C" orders them, whatever the database's own is: both statements must take the rows in one order.
      const inOrder = attempts
        .toSorted((one, other) => (one.key < other.key ? -1 : 1))
        .map((attempt) => ({ ...attempt, back: owed.get(attempt.key) ?? 0 }))
      for (const { key } of inOrder) owed.delete(key)
      const given = inOrder.flatMap(({ key, limit, seconds, grows, back }) => [
        key,
        seconds,
        grows ? limit : null,
        back
      ])
      try {
        const rows = await database.query<Row>(takeOf(attempts.length), [now(), ...given])
        const counted = new Map(rows.map((row) => [row.key, row]))
        return attempts.map(({ key }) => {
          const { count, expires_at: expiresAt } = counted.get(key)!
          return { count, expiresAt: Number(expiresAt) }
        })
      } catch (error) {
        for (const { key, back } of inOrder) owe(key, back)
        settleSoon()
        throw error
      }
    },

    async giveBack(keys) {
      for (const key of keys) owe(key, 1)
      settleSoon()
    },

    settle
  }
}

/** A count that is over stays for as long again, in case its key reaches the limit once more. */
export async function pruneAttempts(database: Database, now: number): Promise<void> {
  await database.query('delete from vigil_attempt where expires_at <= $1', [now - keptSeconds])
}

const keptSeconds = 24 * 3600
const settleAfterMs = 200

// One act counts a few at most; the same text for the same number spares the database the reading of lists.
const takeOf = remembered((attempts) => {
  const places = Array.from({ length: attempts }, (_, index) => 4 * index + 2)
  const rows = places.map((at) => `($${at}, 1, 0, $1::bigint + $${at + 1}::bigint)`)
  const limits = places.map((at) => `when $${at} then $${at + 2}::integer`)
  const backs = places.map((at) => `when $${at} then $${at + 3}::integer`)
  const left = `greatest(vigil_attempt.count - case excluded.key ${backs.join(' ')} end, 0)`
  // Whether the count that has ended had reached its limit, where that makes the next one longer.
  const grew = `${left} >= coalesce(case excluded.key ${limits.join(' ')} end, 2147483647)`
  return `insert into vigil_attempt (key, count, round, expires_at) values ${rows.join(', ')}
    on conflict (key) do update set
      count = case when vigil_attempt.expires_at > $1 then ${left} + 1 else 1 end,
      round = case
        when vigil_attempt.expires_at > $1 then vigil_attempt.round
        when ${grew} then least(vigil_attempt.round + 1, ${mostRounds})
        else 0 end,
      expires_at = case
        when vigil_attempt.expires_at > $1 then vigil_attempt.expires_at
        when ${grew} then $1 + (excluded.expires_at - $1) * (1 << least(vigil_attempt.round + 1, ${mostRounds}))
        else excluded.expires_at end
    returning key, count, expires_at`
})

const giveBackText = `with held as (
    select key from vigil_attempt where key = any($1::text[]) order by key collate "C" for update)
  update vigil_attempt set count = greatest(vigil_attempt.count - owed.times, 0)
  from held join unnest($1::text[], $2::integer[]) as owed (key, times) using (key)
  where vigil_attempt.key = held.key`

function remembered(textFor: (count: number) => string): (count: number) => string {
  const texts: string[] = []
  return (count) => (texts[count] ??= textFor(count))
}

interface Row {
  readonly key: string
  readonly count: number
  readonly expires_at: BigInteger
}
