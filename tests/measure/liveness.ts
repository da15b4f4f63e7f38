// Measures liveness at full size: attacks of THREATS.md 1, 2 and 7, and how often people are taken for a script or a copy. Run:
// `node --conditions=vigil-source tests/measure/liveness.ts [--part replay|jitter|scripts|people|same-text] [--trials 3000]`.

import { parseArgs } from 'node:util'
import { eventsOf, EventType, type InputEvent } from '../../src/biometrics/index.ts'
import { createLivenessWatch, createReplayMemory, type ReplayMemory } from '../../src/biometrics/liveness/index.ts'
import { seededRandom } from '../../src/biometrics/random.ts'
import { hasDataSet, readBalabitPeople, readPeople, readVisits } from '../../src/evaluation/readers/index.ts'
import { pointingPeople, pointingSessions } from '../threats/pointing-people.ts'
import { inWords, rateOf } from '../threats/rate.ts'
import { dayOf, replayAttack, typingOf, type Channels, type ReplayAttack } from '../threats/replay-attack.ts'
import { reordered, stretched } from '../threats/replaying.ts'
import { scriptedPointing, scriptedTyping, styles } from '../threats/scripts.ts'
import { aaltoPeople, argumentationPeople, datasets, type RecordedPerson } from '../support/recordings.ts'

const { values: options } = parseArgs({
  options: { part: { type: 'string' }, trials: { type: 'string', default: '3000' } }
})
const trials = Number(options.trials)

const parts: Readonly<Record<string, () => void | Promise<void>>> = {
  replay: () => replays('verbatim', { channels: 'both', sigmaMs: 0 }, trials),
  jitter: jitterCurve,
  scripts,
  people,
  'same-text': sameText
}
for (const [name, run] of Object.entries(parts)) if (options.part === undefined || options.part === name) await run()

function say(what: string, result: string): void {
  process.stdout.write(`${what.padEnd(58)}${result}\n`)
}

async function replays(name: string, attack: ReplayAttack, count: number): Promise<void> {
  const typists = aaltoPeople()
  const pointers = pointingPeople()
  const random = seededRandom(17 + attack.sigmaMs)
  let accepted = 0
  let audited = 0
  let until = 0
  for (let trial = 0; trial < count; trial++) {
    const typing = dayOf(typists[trial % typists.length]!.recordings.map(typingOf))
    const { attacker } = await replayAttack({ typing, pointing: pointers[trial % pointers.length]! }, attack, random)
    if (attacker.accepted) accepted++
    if (attacker.suspicions.includes('replay_suspected')) audited++
    until += attacker.keystrokes ?? 0
  }
  const after = attack.channels === 'pointing' ? '' : `, after ${Math.round(until / Math.max(audited, 1))} keystrokes`
  say(`replay ${name}, ${attack.channels}: accepted`, `${inWords(rateOf(accepted, count))}; audited ${audited}${after}`)
}

async function jitterCurve(): Promise<void> {
  const each = Math.ceil(trials / 3)
  for (const channels of ['both', 'typing', 'pointing'] satisfies Channels[]) {
    for (const sigmaMs of [0, 1, 2, 5, 10, 20]) await replays(`jitter ${sigmaMs} ms`, { channels, sigmaMs }, each)
  }
  const changes: Readonly<Record<string, NonNullable<ReplayAttack['change']>>> = {
    'in pieces of 20': (events, random) => reordered(events, 20, random),
    'in pieces of 10': (events, random) => reordered(events, 10, random),
    'stretched by 3 %': (events) => stretched(events, 1.03),
    'stretched by 10 %': (events) => stretched(events, 1.1)
  }
  for (const [name, change] of Object.entries(changes))
    await replays(name, { channels: 'typing', sigmaMs: 0, change }, each)
}

/** First keystroke or click at which a stream is taken for a script; undefined = never. */
function knownAsScript(events: readonly InputEvent[]): number | undefined {
  const watch = createLivenessWatch()
  let done = 0
  for (const event of events) {
    watch.push(event)
    if (event.type !== EventType.keyUp && event.type !== EventType.pointerUp) continue
    done++
    if (watch.assess()?.kind === 'automation') return done
  }
  return undefined
}

function scripts(): void {
  const runs = 1000
  for (const keystrokes of [100, 200]) {
    for (const delays of ['constant', 'uniform', 'normal', 'log-normal'] as const) {
      const known = Array.from({ length: runs }, (_, run) => {
        const style = styles[run % styles.length]!
        return knownAsScript(scriptedTyping({ delays, style, keystrokes }, seededRandom(1000 * keystrokes + run)))
      })
      const count = known.filter((one) => one !== undefined).length
      say(`script, ${delays} delays, ${keystrokes} keystrokes: known`, inWords(rateOf(count, runs)))
    }
  }
  for (const pointing of ['lines', 'curves', 'jumps'] as const) {
    const count = Array.from({ length: runs }, (_, run) =>
      knownAsScript(scriptedPointing(pointing, 20, seededRandom(run)))
    ).filter((one) => one !== undefined).length
    say(`script, pointing along ${pointing}, 20 clicks: known`, inWords(rateOf(count, runs)))
  }
  if (!hasDataSet(datasets, 'web-pointer-human-bot')) return
  const bots = readVisits(datasets).bots.flatMap(({ recordings }) => recordings)
  say(
    'Selenium on a page (13 short visits): known',
    inWords(rateOf(alarmsOf(bots.map((one) => eventsOf(one))).automation, bots.length))
  )
}

interface Alarms {
  readonly automation: number
  readonly replay: number
}

/** Streams that gave each alarm, each against what came before it of the same person (`memoryOf`). */
function alarmsOf(
  streams: readonly (readonly InputEvent[])[],
  memoryOf: (index: number) => ReplayMemory = () => createReplayMemory()
): Alarms {
  const alarms = { automation: 0, replay: 0 }
  streams.forEach((events, i) => {
    const watch = createLivenessWatch(memoryOf(i))
    const found = new Set<keyof Alarms>()
    for (const event of events) {
      watch.push(event)
      if (event.type === EventType.pointerMove) continue
      const finding = watch.assess()
      if (finding) found.add(finding.kind)
    }
    for (const kind of found) alarms[kind]++
  })
  return alarms
}

function remembered(streams: readonly (readonly InputEvent[])[]): ReplayMemory {
  const memory = createReplayMemory()
  for (const events of streams) {
    const watch = createLivenessWatch()
    for (const event of events) {
      watch.push(event)
      const sketch = watch.takeSketch()
      if (sketch) memory.add(sketch)
    }
    const rest = watch.takeSketch(true)
    if (rest) memory.add(rest)
  }
  return memory
}

function keystrokesIn(streams: readonly (readonly InputEvent[])[]): number {
  return streams.reduce((sum, events) => sum + events.filter(({ type }) => type === EventType.keyDown).length, 0)
}

/** Hours with input: pauses over a minute are left out. */
function hoursIn(streams: readonly (readonly InputEvent[])[]): number {
  let ms = 0
  for (const events of streams) {
    for (let i = 1; i < events.length; i++) {
      const gap = events[i]!.t - events[i - 1]!.t
      if (gap <= 60_000) ms += gap
    }
  }
  return ms / 3_600_000
}

function people(): void {
  const typists = (name: string, all: readonly RecordedPerson[], split: number): void => {
    const days = all.map(({ recordings }) => {
      const whole = dayOf(recordings.map(typingOf))
      const cut = Math.floor(split * whole.length)
      return { before: whole.slice(0, cut), after: whole.slice(cut), whole }
    })
    const whole = days.map((day) => day.whole)
    say(
      `${name}: taken for a script (${keystrokesIn(whole)} keystrokes, ${hoursIn(whole).toFixed(0)} h)`,
      inWords(rateOf(alarmsOf(whole).automation, days.length))
    )
    const copies = alarmsOf(
      days.map(({ after }) => after),
      (i) => remembered([days[i]!.before])
    ).replay
    say(`${name}: going on, taken for a copy`, inWords(rateOf(copies, days.length)))
  }
  typists('aalto-free-text', aaltoPeople(), 2 / 3)
  typists('argumentation-l2', argumentationPeople(), 2 / 3)
  if (hasDataSet(datasets, 'sapimouse')) {
    const sessions = pointingSessions()
    const alarms = alarmsOf(
      sessions.map((own) => own[0]!),
      (i) => remembered(sessions[i]!.slice(1))
    )
    const all = sessions.flat()
    say(
      `sapimouse: taken for a script (${hoursIn(all).toFixed(1)} h)`,
      inWords(rateOf(alarmsOf(all).automation, all.length))
    )
    say('sapimouse: another session, taken for a copy', inWords(rateOf(alarms.replay, sessions.length)))
  }
  if (hasDataSet(datasets, 'web-pointer-human-bot')) {
    const visits = readVisits(datasets).people.flatMap(({ recordings }) => recordings.map((one) => eventsOf(one)))
    say('web-pointer people: visit taken for a script', inWords(rateOf(alarmsOf(visits).automation, visits.length)))
  }
  if (hasDataSet(datasets, 'balabit-mouse')) {
    const { training, tests } = readBalabitPeople(datasets)
    const memories = new Map(
      training.map(({ person, recordings }) => [person, remembered(recordings.map((one) => eventsOf(one)))])
    )
    const alarms = alarmsOf(
      tests.map(({ recording }) => eventsOf(recording)),
      (i) => memories.get(tests[i]!.owner)!
    )
    say('balabit (remote desktop): session taken for a script', inWords(rateOf(alarms.automation, tests.length)))
    say('balabit: session taken for a copy of the training', inWords(rateOf(alarms.replay, tests.length)))
  }
}

/** The hardest case: the same person types the same password fifty times more. */
function sameText(): void {
  const measure = (
    name: string,
    all: readonly RecordedPerson[],
    before: number,
    after: number,
    keep: (events: InputEvent[]) => InputEvent[]
  ): void => {
    const days = all
      .filter(({ recordings }) => recordings.length >= before + after)
      .map(({ recordings }) => ({
        before: dayOf(recordings.slice(0, before).map((one) => keep(typingOf(one)))),
        after: dayOf(recordings.slice(before, before + after).map((one) => keep(typingOf(one))))
      }))
    const alarms = alarmsOf(
      days.map((day) => day.after),
      (i) => remembered([days[i]!.before])
    )
    say(`${name}: ${after} more after ${before}, taken for a copy`, inWords(rateOf(alarms.replay, days.length)))
  }
  if (hasDataSet(datasets, 'cmu-fixed-text')) {
    const cmu = readPeople(datasets, 'cmu-fixed-text')
    for (const before of [50, 100, 200, 350]) measure('cmu password', cmu, before, 50, (events) => events)
  }
  if (hasDataSet(datasets, 'trainable/bksd')) {
    const bksd = readPeople(datasets, 'trainable/bksd')
    for (const before of [100, 300]) measure('bksd password or phrase', bksd, before, 60, withClasses)
  }
}

/** The set names no keys: classes of a phrase that could have been typed, so that the same place has the same class each time. */
function withClasses(events: readonly InputEvent[]): InputEvent[] {
  const phrase = [0, 1, 1, 0, 2, 0, 1, 0, 0, 1, 1, 1, 0, 2, 1, 0]
  const held = new Map<number, number>()
  let place = 0
  return events.map((event) => {
    if (event.type === EventType.keyDown) held.set(event.slot, phrase[place++ % phrase.length]!)
    return { ...event, cls: held.get(event.slot) ?? 0 }
  })
}
