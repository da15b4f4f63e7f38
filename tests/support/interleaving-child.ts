// Another process at the same database, doing what requests do. Lines on standard input: `live FROM TO` begins the lives of these sessions;
// `over UID` says that another process has revoked one; `look FROM TO` asks what is left. Each answer is a line of JSON.

import { createInterface } from 'node:readline'
import { openStorage } from '../../src/adapters/index.ts'
import { actsOf, live, openHouse } from './interleaving.ts'

const storage = await openStorage({ database: process.argv[2]! })
const house = openHouse(storage)
const over = new Set<string>()
const say = (answer: unknown): void => void process.stdout.write(`${JSON.stringify(answer)}\n`)
say('open')

const people = (from: string, to: string) =>
  Array.from({ length: Number(to) - Number(from) }, (_, index) => {
    const number = Number(from) + index
    return { number, uid: `uid-${number}`, grantId: `grant-${number}` }
  })

for await (const line of createInterface({ input: process.stdin })) {
  const [what, first = '', second = ''] = line.split(' ')
  if (what === 'over') over.add(first)
  if (what === 'live') {
    void Promise.all(
      people(first, second).map((person) => live(house, person, actsOf(person.number + 7), () => over.has(person.uid)))
    ).then((allowed) => say({ allowed: allowed.flat() }))
  }
  if (what === 'look') {
    const left = await Promise.all(people(first, second).map((person) => house.left(person)))
    say({ left: left.flat() })
  }
}
await storage.close()
