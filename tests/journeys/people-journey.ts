// The journey that Vigil exists for, on real people: Ana signs up, teaches the provider how she types, works at an application; then somebody
// else sits down at her session. Everything goes through real forms, real OpenID Connect and the real socket; only time is played
// faster, by one clock that the server and the players share.

import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { learnPopulation, materialOf, type Population, streamOf, windowsOf } from '../../src/biometrics/index.ts'
import type { InputEvent } from '../../src/biometrics/events.ts'
import { EventType } from '../../src/biometrics/events.ts'
import { createHeadlessPerson, type HeadlessPerson, type Tokens } from '../../src/replay/person.ts'
import { jumpingClock, type PlayClock, type ReplayStream } from '../../src/replay/replay-stream.ts'
import { startServer } from '../../src/server.ts'
import { type RecordedPerson, samplePeople } from '../support/recordings.ts'

export interface PairResult {
  readonly owner: string
  readonly stranger: string
  readonly enrolledKeystrokes: number
  /** Keystroke of the owner's own work at which she was challenged, if she was. */
  readonly ownerChallengedAt?: number
  /** Keystroke of the stranger at which the session was challenged, if it was. */
  readonly strangerChallengedAt?: number
  /** What `prompt=none` answered afterwards. */
  readonly silent?: string
  readonly authTime?: { readonly before: number; readonly after: number }
  readonly acr?: { readonly before: string; readonly silenced: string; readonly after: string }
  readonly amr?: readonly string[]
}

export interface Journey {
  readonly results: readonly PairResult[]
  readonly table: string
}

/** A provider to play on; it must live by `clock` and have `client`. */
export type OpenProvider = (options: {
  readonly clock: () => number
  readonly population: Population
  readonly budget: string
  readonly calibrationKeystrokes: number
}) => Promise<{ readonly issuer: string; close(): Promise<void> }>

export interface JourneyOptions {
  readonly open: OpenProvider
  readonly pairs?: number
  readonly seed?: number
  readonly budget?: string
  readonly background?: number
  readonly onPair?: (result: PairResult, index: number) => void
}

/** The application of the journey: nobody is behind its address, the headless browser stops there. */
export const client = {
  client_id: 'notes',
  client_name: 'Notes',
  redirect_uris: ['https://notes.example.test/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none'
} as const

/** Keystrokes of the stranger within which a challenge counts. */
const strangerKeystrokes = 250

export async function playJourney(options: JourneyOptions): Promise<Journey> {
  const { pairs = 20, seed = 1, budget = '1/2h', background = 100 } = options
  const people = samplePeople(seed, 2 * pairs)
  const population = populationOf(samplePeople(seed + 1000, background, people))
  const clock = jumpingClock()
  const server = await options.open({
    clock: clock.now,
    population,
    budget,
    // The tersest of these people press 290 keys in ten sentences; whoever types more is learnt from all of it.
    calibrationKeystrokes: 250
  })
  try {
    const results: PairResult[] = []
    for (let index = 0; index < pairs; index++) {
      const result = await playPair(server.issuer, clock, people[2 * index]!, people[2 * index + 1]!)
      results.push(result)
      options.onPair?.(result, index)
    }
    return { results, table: tableOf(results) }
  } finally {
    await server.close()
  }
}

/** The stand-alone server on a database. */
export function standAlone(database: string): OpenProvider {
  return (options) =>
    startServer({
      ...options,
      port: 0,
      secret: randomBytes(48).toString('base64url'),
      database,
      clients: [client],
      logger: pino({ level: 'silent' })
    })
}

function populationOf(people: readonly RecordedPerson[]): Population {
  return learnPopulation(
    people.map(({ recordings }) => materialOf(windowsOf(recordings))),
    1
  )
}

async function playPair(
  issuer: string,
  clock: PlayClock,
  owner: RecordedPerson,
  stranger: RecordedPerson
): Promise<PairResult> {
  const ana = await createHeadlessPerson({
    issuer,
    username: `person-${owner.person}`,
    password: randomBytes(12).toString('base64url'),
    clientId: client.client_id,
    redirectUri: client.redirect_uris[0],
    clock
  })
  await ana.signUp()
  const enrolled = await enrol(ana, owner)
  const before = await ana.signIn()
  const work = await ana.watch(before.accessToken)
  const who = { owner: owner.person, stranger: stranger.person, enrolledKeystrokes: enrolled }
  const ownerChallengedAt = await playUntilChallenged(work, owner, 11, 15)
  if (ownerChallengedAt !== undefined) {
    await work.close()
    // She proves who she is, as she would; the stranger then comes to a session that has just been answered for.
    const again = await ana.signIn()
    const resumed = await ana.watch(again.accessToken)
    const rest = await afterTakeover(ana, resumed, again, stranger)
    return { ...who, ownerChallengedAt, ...rest }
  }
  return { ...who, ...(await afterTakeover(ana, work, before, stranger)) }
}

async function enrol(ana: HeadlessPerson, owner: RecordedPerson): Promise<number> {
  const lesson = await ana.calibrate()
  let keystrokes = 0
  for (const recording of owner.recordings.slice(0, 10)) {
    const { events, counters } = streamOf(recording)
    keystrokes += keystrokesOf(events)
    await lesson.play(events, { counters })
  }
  const { state } = await ana.trainingStatus()
  if (state !== 'ready') throw new Error(`${owner.person} is ${state} after ${keystrokes} keystrokes`)
  await lesson.close()
  return keystrokes
}

/** Plays sentences `from`..`to` (from 1); the keystroke at which the page was told to prove it, or undefined. */
async function playUntilChallenged(
  stream: ReplayStream,
  person: RecordedPerson,
  from: number,
  to: number,
  limit = Number.POSITIVE_INFINITY
): Promise<number | undefined> {
  let done = 0
  for (const recording of person.recordings.slice(from - 1, to)) {
    const { events, counters } = streamOf(recording)
    let challenged: number | undefined
    await stream.play(events, {
      counters,
      onBeat: ({ events: sent }) => {
        if (!wasChallenged(stream)) return true
        challenged = done + keystrokesOf(events.slice(0, sent))
        return false
      }
    })
    if (challenged !== undefined) return challenged <= limit ? challenged : undefined
    done += keystrokesOf(events)
    if (done >= limit) return undefined
  }
  return undefined
}

async function afterTakeover(
  ana: HeadlessPerson,
  stream: ReplayStream,
  before: Tokens,
  stranger: RecordedPerson
): Promise<Partial<PairResult>> {
  const strangerChallengedAt = await playUntilChallenged(stream, stranger, 1, 10, strangerKeystrokes)
  await stream.close()
  if (strangerChallengedAt === undefined) return {}
  const silent = await ana.signIn({ prompt: 'none' }).then(
    () => 'granted',
    (error: { error?: string; message?: string }) => error.error ?? error.message ?? 'no reason'
  )
  const silenced = await ana.userinfo(before)
  await nextSecond()
  const after = await ana.signIn()
  return {
    strangerChallengedAt,
    silent,
    authTime: { before: Number(before.idToken['auth_time']), after: Number(after.idToken['auth_time']) },
    acr: {
      before: String(before.idToken['acr']),
      silenced: String(silenced['acr']),
      after: String(after.idToken['acr'])
    },
    amr: after.idToken['amr'] as string[]
  }
}

function wasChallenged(stream: ReplayStream): boolean {
  return stream.messages.some(({ type }) => type === 'challenge_required')
}

function keystrokesOf(events: readonly InputEvent[]): number {
  return events.filter(({ type }) => type === EventType.keyDown).length
}

/** `auth_time` counts whole seconds: a later one needs a later second. */
function nextSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000) + 5))
}

function tableOf(results: readonly PairResult[]): string {
  const rows = results.map((one) => [
    one.owner,
    one.stranger,
    String(one.enrolledKeystrokes),
    one.ownerChallengedAt === undefined ? '-' : `key ${one.ownerChallengedAt}`,
    one.strangerChallengedAt === undefined ? 'missed' : `key ${one.strangerChallengedAt}`,
    one.silent ?? '',
    one.authTime ? `+${one.authTime.after - one.authTime.before} s` : '',
    one.acr ? `${short(one.acr.before)} > ${short(one.acr.silenced)} > ${short(one.acr.after)}` : '',
    one.amr?.join(' ') ?? ''
  ])
  const head = [
    'owner',
    'stranger',
    'enrolled',
    'owner challenged',
    'stranger challenged',
    'prompt=none',
    'auth_time',
    'acr',
    'amr'
  ]
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd()
  const owners = results.filter(({ ownerChallengedAt }) => ownerChallengedAt !== undefined).length
  const caught = results.flatMap(({ strangerChallengedAt }) => strangerChallengedAt ?? [])
  const mean = caught.reduce((sum, key) => sum + key, 0) / Math.max(1, caught.length)
  return [
    line(head),
    ...rows.map(line),
    `owners challenged: ${owners} of ${results.length}; strangers challenged within ${strangerKeystrokes} keystrokes: ${caught.length} of ${results.length}, mean ${mean.toFixed(0)} keystrokes`
  ].join('\n')
}

function short(acr: string): string {
  return acr.replace('urn:vigil:loa:', '')
}
