// `vigil load`: many people at once on a running provider, over real sockets, and how it bears them.

import { parseArgs } from 'node:util'
import { isVigilError, VigilError } from '../errors.ts'
import { loadInput, naturalRate } from '../load/input.ts'
import { type Hands, inventedPeople, signInAll } from '../load/people.ts'
import { linesOf, lossOf, reportOf } from '../load/report.ts'
import { runLoad } from '../load/run.ts'
import { probeServer } from '../load/server-probe.ts'
import { seedOf, usage } from './options.ts'
import { progressBar } from './progress.ts'
import { streamsByPerson } from './recordings-file.ts'

/** What `vigil load --help` prints. */
export const loadHelp = `vigil load [RECORDINGS.jsonl] [options]

  --issuer URL          the provider (http://localhost:3000); only on this machine, unless --remote
  --remote              the provider may be on another machine
  --sessions N          sessions, each in a browser of its own (100)
  --people N            new accounts among which they are (50); a provider takes 600 an hour from one address
  --username NAME       an account that exists, for all of them; its password stands in VIGIL_PASSWORD
  --client-id ID        the application to sign in at (replay); its secret, if any, stands in VIGIL_CLIENT_SECRET
  --redirect-uri URI    one of that application's (http://127.0.0.1/replay)
  --ramp S              seconds in which the channels open, evenly (10)
  --duration S          seconds from then on (60)
  --rate N              events a second of all sessions together; default: as fast as it was recorded
  --reconnect           cut all connections at half time
  --pid N               the server's process on this machine, for its memory and CPU time
  --seed N              decides everything that is drawn at random (1)
  --json                one JSON object instead of a table

Without recordings the hands are invented. Exit code 1 when a frame was not judged or a session had no channel at the end.
`

export async function load(args: readonly string[]): Promise<void> {
  const options = optionsFrom(args)
  const hands = options.file === undefined ? inventedPeople(options.seed) : await streamsByPerson(options.file)
  const probe = await probeServer(options.issuer, options.pid)
  const stopping = new AbortController()
  const stop = (): void => stopping.abort()
  process.once('SIGINT', stop)
  try {
    const ways = await signedIn(options, stopping.signal)
    const tempo = tempoOf(options.rate, ways.length, hands)
    const total = Math.ceil(options.ramp + options.duration)
    const bar = progressBar('load', total)
    const outcome = await runLoad({
      ways,
      input: (n, startAt) => {
        // Sessions of one person have different hands as long as there are enough: the same hands twice would be a replay.
        const streams = hands[Math.floor(n / options.people) % hands.length]!
        return loadInput({ streams, first: n, startAt, tempo })
      },
      rampSeconds: options.ramp,
      durationSeconds: options.duration,
      reconnect: options.reconnect,
      seed: options.seed,
      signal: stopping.signal,
      onFull: () => probe.begin(),
      onSecond: (seconds) => bar.update(Math.min(total, Math.round(seconds)))
    }).finally(() => bar.stop())
    const report = reportOf(outcome, await probe.stop())
    process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : linesOf(report, outcome.tally.decision))
    const loss = lossOf(report)
    if (loss !== undefined) throw new VigilError('load_failed', loss)
  } finally {
    process.off('SIGINT', stop)
    await probe.stop()
  }
}

async function signedIn(options: LoadOptions, signal: AbortSignal): ReturnType<typeof signInAll> {
  const bar = progressBar('signing in', options.sessions)
  try {
    return await signInAll({ ...options, signal, onSession: (done) => bar.update(done) })
  } catch (cause) {
    if (isVigilError(cause, 'config_invalid')) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new VigilError('load_failed', `nobody can sign in at ${options.issuer}: ${why}`, { cause })
  } finally {
    bar.stop()
  }
}

/** Slower or faster than recorded, so that all sessions together make so many events a second. */
function tempoOf(rate: number | undefined, sessions: number, hands: Hands): number {
  if (rate === undefined) return 1
  const natural = naturalRate(hands.flat())
  const tempo = rate / sessions / natural
  if (tempo >= 0.01 && tempo <= 100) return tempo
  const [least, most] = [0.01, 100].map((times) => (times * natural * sessions).toPrecision(2))
  throw usage('load', `--rate must be ${least} to ${most} for ${sessions} sessions of these people, got ${rate}`)
}

interface LoadOptions {
  readonly file: string | undefined
  readonly issuer: string
  readonly sessions: number
  readonly people: number
  readonly account?: { readonly username: string; readonly password: string }
  readonly clientId: string
  readonly clientSecret?: string
  readonly redirectUri: string
  readonly ramp: number
  readonly duration: number
  readonly rate: number | undefined
  readonly reconnect: boolean
  readonly pid?: number
  readonly seed: number
  readonly json: boolean
}

function optionsFrom(args: readonly string[]): LoadOptions {
  const { values, positionals } = parsed(args)
  if (positionals.length > 1) throw usage('load', 'at most one file of recordings is expected')
  const password = process.env['VIGIL_PASSWORD']
  const { username } = values
  if (username !== undefined && !password) throw usage('load', '--username needs its password in VIGIL_PASSWORD')
  const clientSecret = process.env['VIGIL_CLIENT_SECRET']
  return {
    file: positionals[0],
    issuer: issuerFrom(values.issuer, values.remote),
    sessions: whole('sessions', values.sessions, 1, 20_000),
    people: username === undefined ? whole('people', values.people, 1, 600) : 1,
    ...(username !== undefined && { account: { username, password: password! } }),
    clientId: values['client-id'],
    ...(clientSecret !== undefined && { clientSecret }),
    redirectUri: redirectFrom(values['redirect-uri']),
    ramp: secondsFrom('ramp', values.ramp, 0),
    duration: secondsFrom('duration', values.duration, 1),
    rate: values.rate === undefined ? undefined : rateFrom(values.rate),
    reconnect: values.reconnect,
    ...(values.pid !== undefined && { pid: whole('pid', values.pid, 1, 2 ** 31 - 1) }),
    seed: seedOf('load', values.seed),
    json: values.json
  }
}

function issuerFrom(text: string, remote: boolean): string {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol))
    throw usage('load', `--issuer must be an http or https address, got ${JSON.stringify(text)}`)
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (!isHere && !remote)
    throw usage('load', `--issuer ${url.host} is another machine; --remote says that you may load it`)
  return text.replace(/\/$/, '')
}

function redirectFrom(text: string): string {
  if (!URL.canParse(text)) throw usage('load', `--redirect-uri must be an address, got ${JSON.stringify(text)}`)
  return text
}

function rateFrom(text: string): number {
  const rate = Number(text)
  if (!(rate > 0 && rate <= 1e6)) throw usage('load', `--rate must be above 0 and at most 1000000, got ${quoted(text)}`)
  return rate
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw usage('load', `--${name} must be a whole number from ${least} to ${most}, got ${quoted(text)}`)
}

/** At most an hour: so long an access token buys tickets. */
function secondsFrom(name: string, text: string, least: number): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= least && value <= 3600) return value
  throw usage('load', `--${name} must be ${least} to 3600 seconds, got ${quoted(text)}`)
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        issuer: { type: 'string', default: 'http://localhost:3000' },
        remote: { type: 'boolean', default: false },
        sessions: { type: 'string', default: '100' },
        people: { type: 'string', default: '50' },
        username: { type: 'string' },
        'client-id': { type: 'string', default: 'replay' },
        'redirect-uri': { type: 'string', default: 'http://127.0.0.1/replay' },
        ramp: { type: 'string', default: '10' },
        duration: { type: 'string', default: '60' },
        rate: { type: 'string' },
        reconnect: { type: 'boolean', default: false },
        pid: { type: 'string' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false }
      }
    })
  } catch (cause) {
    throw usage('load', (cause as Error).message.split('\n')[0]!, cause)
  }
}
