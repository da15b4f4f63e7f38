// `vigil replay`: plays recordings to a running provider over the real socket, as a person who signs in through real OpenID Connect, and prints
// how the session's risk goes. `--speed` is for a server whose clock runs as fast (`VIGIL_CLOCK_SPEED` of the demo).

import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import { type Recording, parseRecordingStream, streamOf } from '../biometrics/index.ts'
import { EventType, type InputEvent } from '../biometrics/events.ts'
import { VigilError } from '../errors.ts'
import { createHeadlessPerson, type HeadlessPerson, type Tokens } from './person.ts'
import { type ReplayStream, runningClock } from './replay-stream.ts'

/** What `vigil replay --help` prints. */
export const replayHelp = `vigil replay RECORDINGS.jsonl [options]

  --issuer URL          the provider (http://localhost:3000)
  --enrol FILE          recordings with which the person teaches the provider first
  --username NAME       an account that exists; its password stands in VIGIL_PASSWORD. Default: a new one
  --client-id ID        the application to sign in at (replay); its secret, if any, stands in VIGIL_CLIENT_SECRET
  --redirect-uri URI    one of that application's (http://127.0.0.1/replay)
  --speed N             how many times faster than life; the server's clock must run as fast (1)
  --json                one JSON object a line
`

/** What is printed of a moment. */
interface Moment {
  readonly session: string
  readonly seconds: number
  readonly keystrokes: number
  readonly state: string
  readonly risk: string
  readonly event?: string
}

/** Seconds of the stream between two looks at the risk. */
const lookEverySeconds = 10

export async function replay(args: readonly string[]): Promise<void> {
  const options = optionsFrom(args)
  const recordings = await readRecordings(options.file)
  const lessons = options.enrol === undefined ? [] : await readRecordings(options.enrol)
  const person = await createHeadlessPerson({
    ...options,
    username: options.username ?? `replay-${randomBytes(4).toString('hex')}`,
    password: options.password ?? randomBytes(18).toString('base64url'),
    clock: runningClock(options.speed)
  }).catch((cause: unknown) => {
    throw new VigilError('config_invalid', `no provider answers at ${options.issuer}`, { cause })
  })
  if (options.username === undefined) await person.signUp()
  if (lessons.length > 0) await enrol(person, lessons)
  await playSession(person, recordings, reporter(options.json))
}

async function enrol(person: HeadlessPerson, lessons: readonly Recording[]): Promise<void> {
  const stream = await person.calibrate()
  const bar = progress('learning', lessons)
  for (const lesson of lessons) {
    const { events, counters } = streamOf(lesson)
    await stream.play(events, { counters, onBeat: ({ events: sent }) => bar.within(sent) })
    refuseClosed(stream)
    bar.done(events.length)
  }
  bar.stop()
  await stream.close()
  process.stderr.write(`profile: ${profileWords(await person.trainingStatus())}\n`)
}

/** Lessons that are too short make no profile, and without one a stranger can only be told from the beginning of the session. */
export function profileWords({
  state,
  keystrokes,
  keystrokesNeeded
}: Awaited<ReturnType<HeadlessPerson['trainingStatus']>>) {
  if (state === 'ready') return state
  return `${state}, ${keystrokes} of ${keystrokesNeeded} keystrokes: the session is held against its own beginning alone`
}

async function playSession(
  person: HeadlessPerson,
  recordings: readonly Recording[],
  report: (moment: Moment) => void
): Promise<void> {
  let tokens = await person.signIn()
  let stream = await person.watch(tokens.accessToken)
  const bar = progress('playing', recordings)
  let keystrokes = 0
  let seconds = 0
  for (const recording of recordings) {
    const { events, counters } = streamOf(recording)
    let looked = -lookEverySeconds
    let state = ''
    let challenged = false
    let played = { events: 0, seconds: 0 }
    await stream.play(events, {
      counters,
      async onBeat(sent) {
        played = sent
        bar.within(sent.events)
        const now = stateOf(stream)
        challenged = wasChallenged(stream)
        if (now !== state || challenged || sent.seconds - looked >= lookEverySeconds) {
          looked = sent.seconds
          state = now
          report({
            session: recording.session,
            seconds: seconds + sent.seconds,
            keystrokes: keystrokes + keystrokesOf(events.slice(0, sent.events)),
            state,
            risk: await riskOf(person, tokens)
          })
        }
        return !challenged
      }
    })
    refuseClosed(stream)
    // What is left of a recording that was interrupted by a challenge is not played.
    keystrokes += keystrokesOf(events.slice(0, played.events))
    seconds += played.seconds
    bar.done(events.length)
    if (challenged) {
      const moment = { session: recording.session, seconds, keystrokes, state: 'doubt' }
      const silent = await silently(person)
      report({ ...moment, risk: await riskOf(person, tokens), event: `challenged; prompt=none answers ${silent}` })
      await stream.close()
      tokens = await person.signIn()
      const { acr, auth_time: authTime, amr } = tokens.idToken
      report({
        ...moment,
        risk: await riskOf(person, tokens),
        event: `proved: ${JSON.stringify({ acr, auth_time: authTime, amr })}`
      })
      stream = await person.watch(tokens.accessToken)
    }
  }
  bar.stop()
  await stream.close()
}

async function riskOf(person: HeadlessPerson, tokens: Tokens): Promise<string> {
  const claims = await person.userinfo(tokens)
  return typeof claims['risk_level'] === 'string' ? claims['risk_level'] : 'unknown'
}

async function silently(person: HeadlessPerson): Promise<string> {
  try {
    await person.signIn({ prompt: 'none' })
    return 'with tokens'
  } catch (error) {
    return String((error as { error?: string }).error ?? error)
  }
}

function stateOf(stream: ReplayStream): string {
  const last = stream.messages.findLast((message) => message.type === 'analysis_result')
  return last?.state ?? 'connecting'
}

function wasChallenged(stream: ReplayStream): boolean {
  return stream.messages.some(({ type }) => type === 'challenge_required')
}

function refuseClosed(stream: ReplayStream): void {
  if (stream.closed) throw new VigilError('session_ended', closedWords(stream.closed))
}

/** Where time runs twenty times as fast, a machine that stalls for a quarter of a second has lost five. */
export function closedWords({ code, reason }: NonNullable<ReplayStream['closed']>): string {
  const hint = reason === 'frame_implausible' ? '; on a busy machine play at a lower --speed' : ''
  return `the server closed the channel: ${code} ${reason}${hint}`
}

function keystrokesOf(events: readonly InputEvent[]): number {
  return events.reduce((count, { type }) => count + (type === EventType.keyDown ? 1 : 0), 0)
}

/** A bar on standard error; cli-progress draws it on a terminal only. */
function progress(what: string, recordings: readonly Recording[]) {
  const total = recordings.reduce((sum, recording) => sum + streamOf(recording).events.length, 0)
  const bar = new SingleBar({
    format: `${what} {bar} {percentage}% | {value}/{total} events | {eta_formatted} left`,
    stream: process.stderr,
    clearOnComplete: true
  })
  bar.start(total, 0)
  let before = 0
  return {
    within(sent: number): true {
      bar.update(before + sent)
      return true
    },
    done(events: number): void {
      bar.update((before += events))
    },
    stop: () => bar.stop()
  }
}

function reporter(json: boolean): (moment: Moment) => void {
  if (json) return (moment) => void process.stdout.write(`${JSON.stringify(moment)}\n`)
  process.stdout.write('  seconds  keystrokes  state       risk    \n')
  return ({ seconds, keystrokes, state, risk, event }) => {
    const cells = [
      seconds.toFixed(0).padStart(9),
      String(keystrokes).padStart(10),
      state.padEnd(10),
      risk.padEnd(6),
      event ?? ''
    ]
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`)
  }
}

async function readRecordings(file: string): Promise<Recording[]> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
  try {
    const recordings: Recording[] = []
    for await (const recording of parseRecordingStream(lines)) recordings.push(recording)
    if (recordings.length === 0) throw new VigilError('recording_invalid', 'line 1: expected a recording, got nothing')
    return recordings
  } catch (cause) {
    if (cause instanceof VigilError) throw new VigilError(cause.code, `${file}: ${cause.message}`, { cause })
    throw new VigilError('recording_invalid', `${file} cannot be read`, { cause })
  }
}

function optionsFrom(args: readonly string[]) {
  const { values, positionals } = parsed(args)
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0)
    throw new VigilError('usage', 'one file of recordings is expected; see "vigil help replay"')
  const speed = Number(values.speed)
  if (!(speed > 0 && speed <= 1000))
    throw new VigilError('usage', `--speed must be above 0 and at most 1000, got ${JSON.stringify(values.speed)}`)
  if (!/^https?:$/.test(URL.parse(values.issuer)?.protocol ?? ''))
    throw new VigilError('usage', `--issuer must be an http or https address, got ${JSON.stringify(values.issuer)}`)
  const password = process.env['VIGIL_PASSWORD']
  if (values.username !== undefined && !password)
    throw new VigilError('usage', '--username needs its password in VIGIL_PASSWORD')
  const clientSecret = process.env['VIGIL_CLIENT_SECRET']
  return {
    file,
    enrol: values.enrol,
    issuer: values.issuer,
    username: values.username,
    password: values.username === undefined ? undefined : password,
    clientId: values['client-id'],
    redirectUri: values['redirect-uri'],
    ...(clientSecret !== undefined && { clientSecret }),
    speed,
    json: values.json
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        issuer: { type: 'string', default: 'http://localhost:3000' },
        enrol: { type: 'string' },
        username: { type: 'string' },
        'client-id': { type: 'string', default: 'replay' },
        'redirect-uri': { type: 'string', default: 'http://127.0.0.1/replay' },
        speed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false }
      }
    })
  } catch (cause) {
    throw new VigilError('usage', `${(cause as Error).message.split('\n')[0]}; see "vigil help replay"`, { cause })
  }
}
