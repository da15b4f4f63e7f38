import { describe, expect, test } from 'vitest'
import { createTickets, ticketsOfPerson } from '../../src/channel/tickets.ts'
import { isVigilError } from '../../src/errors.ts'

const request = { uid: 'session-1', accountId: 'ana', clientId: 'app', origins: ['https://app.example'] }

function codeOf(act: () => unknown): string {
  try {
    act()
    return 'done'
  } catch (error) {
    return isVigilError(error) ? error.code : String(error)
  }
}

describe('a ticket', () => {
  test('lives half a minute', () => {
    let now = 0
    const tickets = createTickets({ now: () => now })
    const early = tickets.issue(request)
    const late = tickets.issue(request)
    expect(early.expiresIn).toBe(30)
    now = 29_999
    expect(tickets.redeem(early.ticket, 'https://app.example')).toEqual({
      uid: 'session-1',
      accountId: 'ana',
      clientId: 'app'
    })
    now = 30_000
    expect(codeOf(() => tickets.redeem(late.ticket, 'https://app.example'))).toBe('ticket_invalid')
  })

  test('has 256 bits of chance and fits into a subprotocol value', () => {
    const tickets = createTickets()
    const made = new Set(Array.from({ length: 1_000 }, () => tickets.issue(request).ticket))
    expect(made.size).toBe(1_000)
    for (const ticket of made) expect(ticket).toMatch(/^[\w-]{43}$/)
  })

  test('is gone after one try, also from the wrong Origin', () => {
    const tickets = createTickets()
    const { ticket } = tickets.issue(request)
    expect(codeOf(() => tickets.redeem(ticket, 'https://evil.example'))).toBe('origin_not_allowed')
    expect(codeOf(() => tickets.redeem(ticket, 'https://app.example'))).toBe('ticket_invalid')
  })

  test('is there for everybody, however many one person buys; of theirs the newest serve', () => {
    const tickets = createTickets({ capacity: 2 * ticketsOfPerson })
    const { ticket: owner } = tickets.issue({ ...request, accountId: 'ben', uid: 'session-2' })
    const bought = Array.from({ length: 5 * ticketsOfPerson }, () => tickets.issue(request).ticket)
    expect(tickets.redeem(owner, 'https://app.example').accountId).toBe('ben')
    expect(codeOf(() => tickets.issue({ ...request, accountId: 'cleo' }))).toBe('done')
    const good = bought.filter((ticket) => codeOf(() => tickets.redeem(ticket, 'https://app.example')) === 'done')
    expect(good).toEqual(bought.slice(-ticketsOfPerson))
  })

  test('cannot be bought without end, and room comes back with time', () => {
    let now = 0
    const tickets = createTickets({ now: () => now, capacity: 3 })
    for (let i = 0; i < 3; i++) tickets.issue(request)
    expect(codeOf(() => tickets.issue(request))).toBe('overloaded')
    now = 30_000
    expect(codeOf(() => tickets.issue(request))).toBe('done')
  })
})
