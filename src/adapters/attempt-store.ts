// Counted attempts in SQL. One statement counts all that belong to an act; rows are taken in the order of their keys, so that two acts never wait
// for each other.

import { type AttemptStore, mostRounds } from '../provider/ports.ts'
import type { BigInteger, Database } from './database.ts'

/** `now` gives seconds since the epoch. */
export function attemptStore(database: Database, now: () => number): AttemptStore {
  return {
    async take(attempts) {
      // As the collation "C" orders them, whatever the database's own is: both statements must take the rows in one order.
      const inOrder = attempts.toSorted((one, other) => (one.key < other.key ? -1 : 1))
      const given = inOrder.flatMap(({ key, limit, seconds, grows }) => [key, seconds, grows ? limit : null])
      const rows = await database.query<Row>(takeOf(attempts.length), [now(), ...given])
      const counted = new Map(rows.map((row) => [row.key, row]))
      return attempts.map(({ key }) => {
        const { count, expires_at: expiresAt } = counted.get(key)!
        return { count, expiresAt: Number(expiresAt) }
      })
    },

    async giveBack(keys) {
      await database.query(giveBackOf(keys.length), keys)
    }
  }
}

/** A count that is over stays for as long again, in case its key reaches the limit once more. */
export async function pruneAttempts(database: Database, now: number): Promise<void> {
  await database.query('delete from vigil_attempt where expires_at <= $1', [now - keptSeconds])
}

const keptSeconds = 24 * 3600

// One act counts a few at most; the same text for the same number spares the database the reading of lists.
const takeOf = remembered((attempts) => {
  const places = Array.from({ length: attempts }, (_, index) => 3 * index + 2)
  const rows = places.map((at) => `($${at}, 1, 0, $1::bigint + $${at + 1}::bigint)`)
  const limits = places.map((at) => `when $${at} then $${at + 2}::integer`)
  // Whether the count that has ended had reached its limit, where that makes the next one longer.
  const grew = `vigil_attempt.count >= coalesce(case excluded.key ${limits.join(' ')} end, 2147483647)`
  return `insert into vigil_attempt (key, count, round, expires_at) values ${rows.join(', ')}
    on conflict (key) do update set
      count = case when vigil_attempt.expires_at > $1 then vigil_attempt.count + 1 else 1 end,
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

const giveBackOf = remembered((keys) => {
  // A single row has no order to keep.
  if (keys === 1) return 'update vigil_attempt set count = count - 1 where count > 0 and key = $1'
  const places = Array.from({ length: keys }, (_, index) => `$${index + 1}`)
  return `update vigil_attempt set count = count - 1 where count > 0 and key in (
    select key from vigil_attempt where key in (${places.join(', ')}) order by key collate "C" for update)`
})

function remembered(textFor: (count: number) => string): (count: number) => string {
  const texts: string[] = []
  return (count) => (texts[count] ??= textFor(count))
}

interface Row {
  readonly key: string
  readonly count: number
  readonly expires_at: BigInteger
}
