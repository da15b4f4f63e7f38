import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTickets, type Tickets } from '../../src/channel/tickets.ts'
import { isVigilError } from '../../src/errors.ts'
import { keysFrom } from '../../src/secrets.ts'
import { databases, freshPostgres } from '../support/databases.ts'
import { secret } from '../support/server.ts'

const subject = { uid: 'session-1', accountId: 'ana', clientId: 'app' }
const origin = 'https://app.example'
const key = keysFrom(secret)('tickets')
let clock = 1_800_000_000

const ticketsOn = (used: { useUp(id: string, until: number): Promise<boolean> }, its = key): Tickets =>
  createTickets({
    key: its,
    used,
    originsOf: (clientId) => Promise.resolve(clientId === 'app' ? [origin] : []),
    now: () => clock
  })

async function outcome(redeemed: Promise<{ readonly uid: string }>): Promise<string> {
  return redeemed.then(
    ({ uid }) => uid,
    (error: unknown) => (isVigilError(error) ? error.code : String(error))
  )
}

describe.each(databases().filter(({ name }) => name !== 'PGlite on a folder'))('a ticket on $name', ({ open }) => {
  let one: Tickets
  let other: Tickets
  let cleanup: (() => Promise<void>) | undefined
  beforeAll(async () => {
    const opened = await open({ now: () => clock })
    ;[one, other, cleanup] = [ticketsOn(opened.storage.used), ticketsOn(opened.storage.used), opened.cleanup]
  })
  afterAll(() => cleanup?.())

  test('opens one socket, at whichever node, and says whose it is', async () => {
    const { ticket } = one.issue(subject)
    expect(await other.redeem(ticket, origin)).toEqual(subject)
    expect(await outcome(other.redeem(ticket, origin))).toBe('ticket_invalid')
    expect(await outcome(one.redeem(ticket, origin))).toBe('ticket_invalid')
  })

  test('is gone after one try, also from the wrong Origin or for a client that is gone', async () => {
    const { ticket } = one.issue(subject)
    expect(await outcome(one.redeem(ticket, 'https://evil.example'))).toBe('origin_not_allowed')
    expect(await outcome(one.redeem(ticket, origin))).toBe('ticket_invalid')
    expect(await outcome(one.redeem(one.issue({ ...subject, clientId: 'gone' }).ticket, origin))).toBe(
      'origin_not_allowed'
    )
  })

  test('lives half a minute, and a clock that is set back within the hour revives none that was used', async () => {
    const [early, late] = [one.issue(subject), one.issue(subject)]
    expect(early.expiresIn).toBe(30)
    clock += 29
    expect(await outcome(other.redeem(early.ticket, origin))).toBe('session-1')
    clock += 1
    expect(await outcome(other.redeem(late.ticket, origin))).toBe('ticket_invalid')
    clock += 3000
    // Memory is swept whenever something is used up.
    await one.redeem(one.issue(subject).ticket, origin)
    clock -= 3010
    expect(await outcome(other.redeem(early.ticket, origin))).toBe('ticket_invalid')
  })
})

describe('a ticket', () => {
  const usedUp = new Set<string>()
  const used = { useUp: async (id: string) => !usedUp.has(id) && Boolean(usedUp.add(id)) }

  test('is another each time, fits into a subprotocol value, and shows nobody whose it is', () => {
    const tickets = ticketsOn(used)
    const made = new Set(Array.from({ length: 1_000 }, () => tickets.issue(subject).ticket))
    expect(made.size).toBe(1_000)
    for (const ticket of made) {
      expect(ticket).toMatch(/^[\w-]{60,200}$/)
      expect(Buffer.from(ticket, 'base64url').toString('latin1')).not.toContain('session-1')
    }
  })

  test('in other letters for the same bytes is the same ticket', async () => {
    const tickets = ticketsOn(used)
    const { ticket } = tickets.issue({ ...subject, uid: 'session-12' })
    const spellings = [
      ticket,
      `${ticket}=`,
      `${ticket}==`,
      ticket.replaceAll('-', '+').replaceAll('_', '/'),
      `${ticket}!`
    ]
    const outcomes = await Promise.all(spellings.map((one) => outcome(tickets.redeem(one, origin))))
    expect(outcomes.filter((one) => one !== 'ticket_invalid')).toEqual(['session-12'])
  })

  test('with any bit changed, cut, of another key or of another kind opens nothing and is not written down', async () => {
    const tickets = ticketsOn(used)
    const before = usedUp.size
    const bytes = Buffer.from(tickets.issue(subject).ticket, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(await outcome(tickets.redeem(changed.toString('base64url'), origin))).toBe('ticket_invalid')
    }
    for (const forged of [
      '',
      'AAAA',
      bytes.subarray(1).toString('base64url'),
      ticketsOn(used, keysFrom(secret)('forms')).issue(subject).ticket
    ])
      expect(await outcome(tickets.redeem(forged, origin))).toBe('ticket_invalid')
    expect(usedUp.size).toBe(before)
  })
})

describe.each(databases().filter(({ name }) => name === 'PostgreSQL'))('on $name, in two processes', () => {
  test('of two that race for the same ticket exactly one wins, two hundred times', async () => {
    const { url, drop } = await freshPostgres()
    const [one, other] = await Promise.all([otherProcess(url), otherProcess(url)])
    let lost: [boolean, boolean] = [false, false]
    // Unless each has lost, one of them was ahead all the way and there was no race: on a busy machine that happens.
    for (let round = 0; round < 10 && !(lost[0] && lost[1]); round++) {
      const many = Array.from(
        { length: 200 },
        (_, n) => ticketsOn({ useUp: async () => true }).issue({ ...subject, uid: `s${round} ${n}` }).ticket
      )
      const both = await Promise.all([one.ask(many), other.ask(many)])
      for (const n of many.keys())
        expect(new Set(both.map((outcomes) => outcomes[n]))).toEqual(new Set([`s${round} ${n}`, 'ticket_invalid']))
      lost = [lost[0] || both[0].includes('ticket_invalid'), lost[1] || both[1].includes('ticket_invalid')]
    }
    expect(lost).toEqual([true, true])
    one.stop()
    other.stop()
    await drop()
  })
})

async function otherProcess(url: string) {
  const script = fileURLToPath(new URL('../support/ticket-child.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=vigil-source', script, url, secret, String(clock)], {
    stdio: ['pipe', 'pipe', 'inherit']
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const said = async () => JSON.parse((await lines.next()).value ?? 'null') as string[]
  await said()
  return {
    ask(tickets: readonly string[]): Promise<string[]> {
      child.stdin.write(`${tickets.join(' ')}\n`)
      return said()
    },
    stop: () => child.stdin.end()
  }
}
