// Another process at the same database, with the same secret, that redeems tickets for pages of `https://app.example`. Each line on standard input
// is tickets with spaces in between; the answer is a line of JSON with what became of each, in order.

import { createInterface } from 'node:readline'
import { openStorage } from '../../src/adapters/index.ts'
import { createTickets } from '../../src/channel/tickets.ts'
import { isVigilError } from '../../src/errors.ts'
import { keysFrom } from '../../src/secrets.ts'

const [database = '', secret = '', now = '0'] = process.argv.slice(2)
const storage = await openStorage({ database })
const tickets = createTickets({
  key: keysFrom(secret)('tickets'),
  used: storage.used,
  originsOf: () => Promise.resolve(['https://app.example']),
  now: () => Number(now)
})
const say = (answer: unknown): void => void process.stdout.write(`${JSON.stringify(answer)}\n`)
say('open')

for await (const line of createInterface({ input: process.stdin })) {
  const redeemed = line.split(' ').map(async (ticket) => {
    try {
      return (await tickets.redeem(ticket, 'https://app.example')).uid
    } catch (error) {
      return isVigilError(error) ? error.code : String(error)
    }
  })
  say(await Promise.all(redeemed))
}
await storage.close()
