// `vigil load` at a real provider: people sign up, sign in and are watched; what is asked for wrongly is refused in one line.

import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest'
import { load } from '../../src/commands/load.ts'
import type { LoadReport } from '../../src/load/report.ts'
import { startServer, type VigilServer } from '../../src/server.ts'
import { nobody, secret, silent } from '../support/server.ts'
import { jsonLines, peopleFiles, targets } from './people-files.ts'

const replay = {
  client_id: 'replay',
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/replay'],
  token_endpoint_auth_method: 'none'
}
const files = peopleFiles()
let house: VigilServer

beforeAll(async () => {
  house = await startServer({
    secret,
    database: 'memory://',
    port: 0,
    population: nobody,
    logger: silent,
    clients: [replay]
  })
})
afterAll(async () => {
  files.remove()
  await house.close()
})

async function printed(...args: readonly string[]): Promise<string> {
  const lines: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text))
    return true
  })
  try {
    await load(args)
  } finally {
    write.mockRestore()
  }
  return lines.join('')
}

async function expectRefusal(args: readonly string[], code: string, words: RegExp): Promise<void> {
  const refused: unknown = await printed(...args).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code })
  expect((refused as Error).message).toMatch(words)
}

describe('vigil load', () => {
  const patience = { timeout: 120_000 }

  test('signs people in, watches all their sessions, and reports what became of their frames', patience, async () => {
    const wanted = '--sessions 5 --people 2 --ramp 1 --duration 3 --json'
    const text = await printed('--issuer', house.issuer, '--pid', String(process.pid), ...wanted.split(' '))
    const report = JSON.parse(text) as LoadReport
    expect(report).toMatchObject({ sessions: 5, open: 5, over: 0, refusals: {}, closed: {}, reconnected: null })
    expect(report.frames.acknowledged).toBe(report.frames.sent)
    expect(report.frames.sent).toBeGreaterThanOrEqual(10)
    expect(report.frames.bytes).toBeGreaterThanOrEqual(64 * report.frames.sent)
    expect(report.eventsPerSecond).toBeGreaterThan(5)
    expect(report.decisionMs!.p99).toBeGreaterThan(0)
    expect(report.server.memory!.end).toBeGreaterThan(20)
    expect(report.server.core).toBeGreaterThan(0)
  })

  test('plays recordings at the rate that is asked for', patience, async () => {
    const people = targets(51, 2)
    const recordings = files.file('R.jsonl', jsonLines(people.flatMap(({ later }) => later)))
    const wanted = '--sessions 2 --ramp 0 --duration 8 --rate 60 --json'
    const text = await printed(recordings, '--issuer', house.issuer, ...wanted.split(' '))
    const { eventsPerSecond } = JSON.parse(text) as LoadReport
    // A busy machine plays less; nothing makes it play more.
    expect(eventsPerSecond).toBeGreaterThan(0)
    expect(eventsPerSecond).toBeLessThan(120)
  })

  it.each([
    [['--sessions', '0'], /--sessions must be a whole number from 1 to 20000, got "0"/],
    [['--sessions', 'many'], /--sessions must be/],
    [['--people', '601'], /--people must be a whole number from 1 to 600/],
    [['--duration', ''], /--duration must be 1 to 3600 seconds, got ""/],
    [['--ramp', '-1'], /--ramp/],
    [['--rate', '0'], /--rate must be above 0/],
    [['--rate', '1e6', '--sessions', '1'], /--rate must be \S+ to \S+ for 1 sessions/],
    [['--pid', '4194305'], /--pid: there is no process 4194305/],
    [['--issuer', 'https://login.example.com'], /login\.example\.com is another machine; --remote/],
    [['--issuer', 'http://127.0.0.1.example.com'], /is another machine/],
    [['--issuer', 'ftp://localhost'], /--issuer must be an http or https address/],
    [['--redirect-uri', 'nowhere'], /--redirect-uri must be an address/],
    [['--username', 'ana'], /VIGIL_PASSWORD/],
    [['--seed', '-1'], /--seed/],
    [['--speed', '2'], /--speed/],
    [['a.jsonl', 'b.jsonl'], /at most one file/]
  ])('%j is a usage error', async (args, words) => {
    const given = args.includes('--issuer') ? args : ['--issuer', house.issuer, ...args]
    await expectRefusal(given, 'usage', words)
  })

  test('a file without events names itself', async () => {
    const file = files.file('empty.jsonl', '{"person":"ana","session":"1","kind":"free","events":[]}\n')
    await expectRefusal([file, '--issuer', house.issuer], 'recording_invalid', /empty\.jsonl: expected a recording/)
  })

  test('a provider that is not there is said so before anything is measured', async () => {
    await expectRefusal(
      ['--issuer', 'http://127.0.0.1:9', '--sessions', '1'],
      'load_failed',
      /at http:\/\/127\.0\.0\.1:9:/
    )
  })
})
