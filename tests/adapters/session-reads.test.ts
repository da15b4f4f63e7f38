// A session's record and its end are asked for together, and answered together.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Database, openPglite } from '../../src/adapters/database.ts'
import { sessionReads } from '../../src/adapters/session-reads.ts'
import { sessionStore } from '../../src/adapters/session-store.ts'
import { tombstoneStore } from '../../src/adapters/tombstone-store.ts'
import { newSession } from '../../src/risk/session-risk.ts'

let database: Database
let statements = 0
let house: ReturnType<typeof houseOn>

beforeAll(async () => {
  database = await openPglite('memory://')
  house = houseOn({
    ...database,
    query(sql, parameters) {
      statements++
      return database.query(sql, parameters)
    }
  })
  for (const uid of ['live', 'ended']) await house.sessions.update(uid, () => newSession(uid, 'ana', 2_000_000_000))
  for (const uid of ['ended', 'forgotten']) await house.tombstones.add(uid, 2_000_000_000)
})

afterAll(() => database.close())

function houseOn(counted: Database) {
  const reads = sessionReads(counted)
  return { sessions: sessionStore(counted, reads, () => 1_900_000_000), tombstones: tombstoneStore(counted, reads) }
}

it.each([
  { uid: 'live', there: true, ended: false },
  { uid: 'ended', there: true, ended: true },
  { uid: 'forgotten', there: false, ended: true },
  { uid: 'nobody', there: false, ended: false }
])('$uid: both in one statement say what each says alone', async ({ uid, there, ended }) => {
  const { sessions, tombstones } = house
  statements = 0
  const [record, isEnded] = await Promise.all([sessions.find(uid), tombstones.has(uid)])
  expect(statements).toBe(1)
  expect([record?.uid === uid, isEnded]).toEqual([there, ended])
  expect(await sessions.find(uid)).toEqual(record)
  expect(await tombstones.has(uid)).toBe(ended)
  expect(statements).toBe(3)
})

it('a session that ends while it is read has ended for whoever asks next', async () => {
  const { sessions, tombstones } = house
  await sessions.update('ending', () => newSession('ending', 'ana', 2_000_000_000))
  const early = Promise.all([sessions.find('ending'), tombstones.has('ending')])
  await Promise.resolve()
  await Promise.resolve()
  const buried = tombstones.add('ending', 2_000_000_000)
  const late = buried.then(() => Promise.all([sessions.find('ending'), tombstones.has('ending')]))
  expect((await early)[1]).toBe(false)
  expect((await late)[1]).toBe(true)
})

it('what the database cannot hold as a key is of no session', async () => {
  const { sessions, tombstones } = house
  expect(await Promise.all([sessions.find('\0'), tombstones.has('\0')])).toEqual([undefined, false])
})
