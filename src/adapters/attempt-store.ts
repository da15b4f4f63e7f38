// Counted attempts in SQL. One statement counts all that belong to an act; rows are taken in the order of their keys, so that two acts never wait
// for each other.

import { type AttemptStore, type CountedAttempt, mostRounds } from '../provider/ports.ts'
import type { BigInteger, Database } from './database.ts'

/** `now` gives seconds since the epoch. */
export function attemptStore(database: Database, now: () => number): AttemptStore {
  return {
    async take(attempts) {
      const rows = await database.query<Row>(
        `insert into vigil_attempt (key, count, round, expires_at)
         select given.key, 1, 0, $1 + given.seconds from ${given} order by given.key
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
         returning key, count, expires_at`,
        [now(), textOf(attempts)]
      )
      const counted = new Map(rows.map((row) => [row.key, row]))
      return attempts.map(({ key }) => {
        const { count, expires_at: expiresAt } = counted.get(key)!
        return { count, expiresAt: Number(expiresAt) }
      })
    },

    async giveBack(keys) {
      await database.query(
        `update vigil_attempt set count = count - 1
         where count > 0 and key in (
           select key from vigil_attempt where key in (select json_array_elements_text($1::json)) order by key for update)`,
        [JSON.stringify(keys)]
      )
    }
  }
}

/** A count that is over stays for as long again, in case its key reaches the limit once more. */
export async function pruneAttempts(database: Database, now: number): Promise<void> {
  await database.query('delete from vigil_attempt where expires_at <= $1', [now - keptSeconds])
}

const keptSeconds = 24 * 3600

// As JSON: PGlite and PostgreSQL do not agree on arrays as parameters.
const given = `(select element->>'key' as key, (element->>'seconds')::bigint as seconds
   from json_array_elements($2::json) as element) as given`

/** Whether the count that has ended had reached its limit, where that makes the next one longer. */
const grew = `vigil_attempt.count >= coalesce((select (element->>'limit')::integer
   from json_array_elements($2::json) as element
   where element->>'key' = excluded.key and (element->>'grows')::boolean), 2147483647)`

function textOf(attempts: readonly CountedAttempt[]): string {
  return JSON.stringify(attempts)
}

interface Row {
  readonly key: string
  readonly count: number
  readonly expires_at: BigInteger
}
