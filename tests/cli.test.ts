// The command line as an operator meets it: help, refusals in one line, and a server that holds its port and its data, dies and comes back.
// Every command is a real process.

import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { createHeadlessPerson, type HeadlessPerson } from '../src/replay/person.ts'
import { runningClock } from '../src/replay/replay-stream.ts'
import { type Ended, endAll, type Env, freePorts, healthy, program, startPatienceMs, vigil } from './support/process.ts'

const SECRET_KEY = randomBytes(48).toString('base64url')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-cli-'))
})
afterAll(() => {
  endAll()
  rmSync(folder, { recursive: true, force: true })
})

function file(text: string): string {
  const path = join(folder, createHash('sha256').update(text).digest('hex').slice(0, 12))
  writeFileSync(path, text)
  return path
}

/** One line for a person, nothing for a program that reads the output. */
function expectRefusal(ended: Ended, code: number, words: RegExp): void {
  expect(ended.stderr).toMatch(words)
  expect(ended.stderr).toMatch(/^vigil: [^\n]+ \([a-z_]+\)\n$/)
  expect(ended).toMatchObject({ code, stdout: '' })
}

describe('help', () => {
  it.each([[], ['help'], ['--help'], ['-h']])('vigil %s lists the commands', async (...args) => {
    const { code, stdout, stderr } = await vigil(args).ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const command of ['serve', 'migrate', 'replay']) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'))
  })

  it.each([
    [['serve', '--help'], /SECRET_KEY .*required/],
    [['help', 'serve'], /VIGIL_PROXY_HOPS/],
    [['migrate', '--help'], /DATABASE_URL/],
    [['replay', '--help'], /--enrol FILE/],
    [['help', 'replay'], /--speed N/]
  ])('vigil %j says what the command reads', async (args, words) => {
    const { code, stdout, stderr } = await vigil(args).ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(words)
  })

  it('comes by npx, whichever Node is first on the PATH', async () => {
    const { code, stdout } = await program('npx', ['--no', 'vigil', 'help']).ended
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}serve /m)
  })
})

describe('a command line that cannot be understood', () => {
  const recording = (session: string, type: string): string =>
    `${JSON.stringify({ person: 'ana', session, kind: 'free', events: [{ t: 1, type, code: 'KeyA' }] })}\n`
  const good = (): string => file(recording('one', 'keydown'))

  it.each<[string, () => readonly string[], RegExp]>([
    ['an unknown command', () => ['observe'], /no command "observe"; "vigil help" lists them/],
    ['help on an unknown command', () => ['help', 'constructor'], /no command "constructor"/],
    ['an unknown option', () => ['serve', '--prot=80'], /'--prot'.*"vigil help"/],
    ['an unknown option of replay', () => ['replay', good(), '--sped', '2'], /'--sped'.*"vigil help replay"/],
    ['no file', () => ['replay'], /one file of recordings is expected/],
    ['two files', () => ['replay', good(), good()], /one file of recordings is expected/],
    ['a file that is not there', () => ['replay', '/nowhere/ana.jsonl'], /\/nowhere\/ana\.jsonl cannot be read/],
    [
      'lessons that are not there',
      () => ['replay', good(), '--enrol', '/nowhere/e.jsonl'],
      /\/nowhere\/e\.jsonl cannot/
    ],
    ['a file without a recording', () => ['replay', file('')], /line 1: expected a recording/],
    [
      'a line cut short',
      () => ['replay', file(`${recording('one', 'keydown')}{"person":"a`)],
      /line 2: expected a JSON object/
    ],
    [
      'an event of an unknown type',
      () => ['replay', file(recording('one', 'keydown') + recording('two', 'keypress'))],
      /line 2: expected events\[0\]\.type to be keydown, .*, got "keypress"/
    ],
    [
      'the same session twice',
      () => ['replay', file(recording('one', 'keydown') + recording('one', 'keydown'))],
      /line 2: .*"one"/
    ],
    [
      'a speed that is no number',
      () => ['replay', good(), '--speed', 'fast'],
      /--speed must be above 0 .*, got "fast"/
    ],
    ['a speed of nothing', () => ['replay', good(), '--speed', '0'], /--speed must be above 0 .*, got "0"/],
    ['an issuer that is no address', () => ['replay', good(), '--issuer', 'here'], /--issuer must be .*, got "here"/],
    [
      'an issuer that nobody serves',
      () => ['replay', good(), '--issuer', 'http://127.0.0.1:1'],
      /no provider answers at http:\/\/127\.0\.0\.1:1 /
    ],
    ['a name without its password', () => ['replay', good(), '--username', 'ana'], /--username needs .*VIGIL_PASSWORD/]
  ])('%s is exit 2 and one line', async (_, args, words) => {
    expectRefusal(await vigil(args()).ended, 2, words)
  })
})

describe('a server that is told something wrong', () => {
  /** Were anything accepted, the server would start on a free port and this test would wait in vain. */
  const serve = (env: Env): Promise<Ended> => vigil(['serve'], { PORT: '0', DATABASE_URL: 'memory://', ...env }).ended

  it.each<[string, Env, RegExp]>([
    ['no secret', {}, /SECRET_KEY must be at least 32 random characters.*got nothing/],
    ['an empty secret', { SECRET_KEY: '' }, /SECRET_KEY must be .*got nothing/],
    ['a short secret', { SECRET_KEY: 'tr0ub4dor&3' }, /SECRET_KEY must have at least 32 characters, got 11/],
    ['a default secret', { SECRET_KEY: 'change-me-0123456789-abcdefghijkl' }, /SECRET_KEY must be random/],
    ['a secret that is one letter', { SECRET_KEY: 'a'.repeat(64) }, /SECRET_KEY must be random/]
  ])('%s: exit 2, SECRET_KEY is named', async (_, env, words) => {
    const ended = await serve(env)
    expectRefusal(ended, 2, words)
    if (env['SECRET_KEY']) expect(ended.stderr).not.toContain(env['SECRET_KEY'])
  })

  it.each<[string, string, RegExp]>([
    ['PORT', 'abc', /PORT must be a whole number, got "abc"/],
    ['PORT', '70000', /PORT must be from 0 to 65535, got "70000"/],
    ['VIGIL_BUDGET', 'nonsense', /VIGIL_BUDGET must look like 1\/40h.*, got "nonsense"/],
    ['VIGIL_ISSUER', 'ftp://x', /VIGIL_ISSUER must be an http or https address.*, got "ftp:\/\/x"/],
    ['LOG_LEVEL', 'loud', /LOG_LEVEL must be one of trace, .*silent, got "loud"/],
    ['DATABASE_URL', 'mysql://x/y', /DATABASE_URL must be postgres:\/\/…, a folder or memory:\/\/, got .*"mysql:\/\/"/]
  ])('%s=%s: exit 2 with the variable, what was expected and what came', async (name, value, words) => {
    expectRefusal(await serve({ SECRET_KEY, [name]: value }), 2, words)
  })

  const shop = { client_id: 'shop', redirect_uris: ['https://shop.example.test/cb'], client_secret: 'no guess' }
  it.each<[string, string, RegExp]>([
    ['no JSON', '[{', /VIGIL_CLIENTS: .* is not JSON: .*line 1/],
    ['no list', '{"client_id":"shop"}', /VIGIL_CLIENTS must be an array, got \{"client_id":"shop"\}/],
    [
      'a watch that does not exist',
      JSON.stringify([{ ...shop, vigil_watch: 'maybe' }]),
      /"shop": vigil_watch must be one of required, optional, none, got "maybe"/
    ],
    ['one client twice', JSON.stringify([shop, shop]), /VIGIL_CLIENTS\[1\]\.client_id must be unique, got "shop" again/]
  ])('clients that are %s: exit 2', async (_, text, words) => {
    const ended = await serve({ SECRET_KEY, VIGIL_CLIENTS: file(text) })
    expectRefusal(ended, 2, words)
    expect(ended.stderr).toContain('VIGIL_CLIENTS')
  })

  it.each<[string, string, RegExp]>([
    ['broken YAML', 'version: 1\nrules:\n  - when: { risk: [HIGH\n    then: allow\n', /line 4, column 5/],
    [
      'a risk that does not exist',
      'version: 1\nrules:\n  - { when: { risk: hgih }, then: allow }\n',
      /policy\.rules\[0\]\.when\.risk must be one of LOW, MEDIUM, HIGH, got "hgih"/
    ],
    [
      'a rule that can never decide',
      'version: 1\nrules:\n  - { then: allow }\n  - { when: { risk: HIGH }, then: revoke }\n',
      /policy\.rules\[1\] can never decide/
    ]
  ])('a policy with %s: exit 2 with the file and the place in it', async (_, text, words) => {
    const policy = file(text)
    const ended = await serve({ SECRET_KEY, VIGIL_POLICY: policy })
    expectRefusal(ended, 2, words)
    expect(ended.stderr).toContain(`VIGIL_POLICY ${policy}: `)
  })

  test('a port that somebody has: exit 3 with its number', async () => {
    const other = createServer().listen(0)
    await once(other, 'listening')
    const PORT = String((other.address() as AddressInfo).port)
    expectRefusal(await serve({ SECRET_KEY, PORT }), 3, new RegExp(`port ${PORT} is in use`))
    other.close()
  })

  test('a PostgreSQL that nobody serves: exit 1, at once', async () => {
    const [port] = await freePorts(1)
    const DATABASE_URL = `postgres://vigil:hunter2@127.0.0.1:${port}/vigil`
    for (const command of ['serve', 'migrate']) {
      const before = performance.now()
      const ended = await vigil([command], { SECRET_KEY, PORT: '0', DATABASE_URL }).ended
      expectRefusal(ended, 1, /the database does not answer: .*ECONNREFUSED/)
      expect(ended.stderr).not.toContain('hunter2')
      expect(performance.now() - before).toBeLessThan(15_000)
    }
  })
})

describe('a server and its data', () => {
  const redirectUri = 'https://notes.example.test/callback'
  const clients = [{ client_id: 'notes', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }]

  const ana = (issuer: string): Promise<HeadlessPerson> =>
    createHeadlessPerson({
      issuer,
      username: 'ana',
      password: 'seven green bottles',
      clientId: 'notes',
      redirectUri,
      clock: runningClock()
    })

  test(
    'a second process is refused, kill -9 loses nothing, SIGTERM says goodbye',
    { timeout: 3 * startPatienceMs },
    async () => {
      const [first = 0, second = 0] = await freePorts(2)
      const VIGIL_DATA = join(folder, 'data')
      const env = { SECRET_KEY, VIGIL_DATA, VIGIL_CLIENTS: file(JSON.stringify(clients)), LOG_LEVEL: 'warn' }
      const issuer = `http://localhost:${first}`

      const holder = vigil(['serve'], { ...env, PORT: String(first) })
      await healthy(holder, issuer)
      const person = await ana(issuer)
      await person.signUp()
      const before = await person.signIn()
      expect((await fetch(`${issuer}/demo/risk`, { method: 'POST' })).status).toBe(404)

      // Asked of a process that has nothing to do, what a start of Node and of the modules costs is known.
      const bare = await timed(() => vigil(['help']).ended)
      const refused = await timed(() => vigil(['serve'], { ...env, PORT: String(second) }).ended)
      expectRefusal(refused.value, 3, /the data directory .* is in use by process \d+; stop that process/)
      expect(refused.value.stderr).toContain(VIGIL_DATA)
      expect(refused.value.stderr).toContain(`process ${holder.process.pid} `.trim())
      expect(refused.ms - bare.ms).toBeLessThan(3000)
      const migrating = await vigil(['migrate'], env).ended
      expectRefusal(migrating, 3, /the data directory .* is in use/)

      // The first one noticed nothing.
      expect(await person.userinfo(before)).toMatchObject({ preferred_username: 'ana' })
      await person.signIn()

      expect(await holder.stop('SIGKILL')).toMatchObject({ code: null, signal: 'SIGKILL' })

      const heir = vigil(['serve'], { ...env, PORT: String(first) })
      await healthy(heir, issuer)
      const again = await ana(issuer)
      const tokens = await again.signIn()
      expect(tokens.idToken['sub']).toBe(before.idToken['sub'])
      const stream = await again.watch(tokens.accessToken)

      const leaving = await timed(() => heir.stop('SIGTERM'))
      expect(leaving.value).toMatchObject({ code: 0, signal: null, stderr: '' })
      expect(leaving.ms).toBeLessThan(10_000)
      expect(stream.closed).toMatchObject({ code: 1001 })
    }
  )
})

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const start = performance.now()
  const value = await work()
  return { value, ms: performance.now() - start }
}
