// Recordings to a profile, and a whole recording to one score: the one place that knows which part of the engine judges which kind of
// recording. Sessions and repetitions of a secret have a profile each; both go through windows.

import { enoughToEnrol, materialOf, type Engine } from './engine.ts'
import { EventType } from './events.ts'
import {
  enrolFixedText,
  fewestRepetitions,
  fixedTextJudge,
  learnFixedText,
  repetitionOf,
  type FixedTextJudge,
  type FixedTextTemplate,
  type Repetition
} from './fixed-text/index.ts'
import { completed, type Ablatable, type EnrolledPerson, type Population } from './population/population.ts'
import { trainAblatable, type TrainOptions } from './population/train-networks.ts'
import { fusionOf, type Fusion } from './calibration/fusion.ts'
import type { Profile } from './profile.ts'
import { streamOf, type RecordedStream, type Recording, type RecordingKind } from './recording.ts'
import { createWindowBuilder, type Window } from './features/window.ts'

/** A recording as the browser agent would have sent it: what judges never sees a key. */
export interface RecordedInput extends RecordedStream {
  readonly kind: RecordingKind
}

export function inputOf(recording: Recording): RecordedInput {
  return { kind: recording.kind, ...streamOf(recording) }
}

/** What recordings said of a person; a part is undefined where they said nothing. */
export interface RecordedProfile {
  /** Learnt from free and pointer recordings. */
  readonly session: Profile | undefined
  /** Learnt from repetitions of a secret, as running text. */
  readonly secret: Profile | undefined
  /** The same repetitions, position by position. */
  readonly fixedText: FixedTextTemplate | undefined
}

/** Below both, a recording may have no score. */
export const leastInput = { keystrokes: 10, pointerEvents: 20 } as const

export interface LearnFromRecordingsOptions extends TrainOptions {
  /** Serves for what these people cannot teach: its sequence encoder, pointing, fixed text. */
  readonly shipped?: Population
}

/**
 * Learns a population from people given as their recordings in order. Throws `population_invalid` when they are too few. Deterministic
 * for a seed.
 */
export async function learnFromRecordings(
  people: Iterable<readonly RecordedInput[]>,
  seed: number,
  options: LearnFromRecordingsOptions = {}
): Promise<Population> {
  const { population } = await learnAblatableFromRecordings(people, seed, options)
  options.progress?.(1)
  return population
}

/** The same, with fusion that may be learnt anew. */
export async function learnAblatableFromRecordings(
  people: Iterable<readonly RecordedInput[]>,
  seed: number,
  { shipped, ...options }: LearnFromRecordingsOptions = {}
): Promise<Ablatable> {
  const materials: EnrolledPerson[] = []
  const typists: Repetition[][] = []
  for (const recordings of people) {
    materials.push(materialOf(windowsOfStreams(recordings)))
    typists.push(repetitionsIn(recordings))
  }
  const encoder = options.encoder ?? shipped?.sequence?.encoder
  const learnt = await trainAblatable(materials, seed, { ...options, ...(encoder === undefined ? {} : { encoder }) })
  const fixedText = learnFixedText(
    typists.filter(({ length }) => length > 0).map((repetitions) => [repetitions]),
    seed
  )
  const complete = (fusion: Fusion): Population =>
    completed({ ...learnt.population, ...fusion, ...(fixedText === undefined ? {} : { fixedText }) }, shipped)
  return {
    population: complete(learnt.population),
    fusionWithout: (parts) => fusionOf(complete(learnt.fusionWithout(parts)))
  }
}

function repetitionsIn(recordings: readonly RecordedInput[]): Repetition[] {
  return recordings.filter(({ kind }) => kind === 'fixed').map(({ events }) => repetitionOf(events))
}

/** Learns a person from their recordings, in order. */
export function enrolRecordings(engine: Engine, recordings: readonly RecordedInput[]): RecordedProfile {
  const learnt = (secret: boolean): Profile | undefined => {
    const windows = windowsOfStreams(recordings.filter(({ kind }) => (kind === 'fixed') === secret))
    return windows.length === 0 ? undefined : engine.enrol(windows)
  }
  const fixedText = enrolFixedText(repetitionsIn(recordings))
  return { session: learnt(false), secret: learnt(true), fixedText }
}

/** What a recording is held against: its own kind, or what else there is. */
export function profileFor(kind: RecordingKind, { session, secret }: RecordedProfile): Profile | undefined {
  return kind === 'fixed' ? (secret ?? session) : (session ?? secret)
}

/** Whether there is enough in a profile to tell its owner from others. */
export function worthJudging({ session, secret, fixedText }: RecordedProfile): boolean {
  if (fixedText !== undefined && fixedText.repetitions >= fewestRepetitions) return true
  return [session, secret].some((profile) => profile !== undefined && enoughToEnrol(profile))
}

/** A recording made ready to be held against any number of profiles. */
export interface Probe {
  readonly kind: RecordingKind
  readonly windows: readonly Window[]
  /** One typing of a secret. */
  readonly repetition: Repetition | undefined
  /** Whether there is so much input that a score is owed. */
  readonly owed: boolean
}

export function probeOf(recording: RecordedInput): Probe {
  let keystrokes = 0
  let pointerEvents = 0
  for (const { type } of recording.events) {
    if (type === EventType.keyDown) keystrokes++
    else if (type !== EventType.keyUp) pointerEvents++
  }
  return {
    kind: recording.kind,
    windows: windowsOfStreams([recording]),
    repetition: recording.kind === 'fixed' ? repetitionOf(recording.events) : undefined,
    owed: keystrokes >= leastInput.keystrokes || pointerEvents >= leastInput.pointerEvents
  }
}

/**
 * Natural-log likelihood ratio "stranger : owner" of a whole recording, comparable between people. Undefined = no evidence, which only a
 * recording below `leastInput` may be: of more input that the profile has nothing to say about, the ratio is 1 and its logarithm 0.
 */
export function scoreProbe(engine: Engine, profile: RecordedProfile, probe: Probe): number | undefined {
  return scoreProbeUnder(engine, [engine.population], profile, probe)[0]
}

/** The same as each of several fusions has it: all else is scored once. */
export function scoreProbeUnder(
  engine: Engine,
  fusions: readonly Fusion[],
  profile: RecordedProfile,
  probe: Probe
): (number | undefined)[] {
  const position = positionRatio(engine, profile, probe)
  if (position !== undefined) return fusions.map(() => position)
  const known = profileFor(probe.kind, profile)
  const ratios =
    known === undefined || probe.windows.length === 0
      ? fusions.map(() => undefined)
      : engine.wholeUnder(fusions, known, probe.windows)
  return ratios.map((ratio) => ratio ?? (probe.owed ? 0 : undefined))
}

/** Of a secret, position by position; undefined when it was never enrolled or has another length. */
function positionRatio(engine: Engine, { fixedText }: RecordedProfile, { repetition }: Probe): number | undefined {
  const { fixedText: model } = engine.population
  if (model === undefined || fixedText === undefined || repetition === undefined) return undefined
  let judge = judges.get(fixedText)
  if (judge === undefined) judges.set(fixedText, (judge = fixedTextJudge(model, fixedText)))
  return judge(repetition)
}

/** A template is made ready once for all that is held against it. */
const judges = new WeakMap<FixedTextTemplate, FixedTextJudge>()

/** The same for a single trial. */
export function scoreRecording(engine: Engine, profile: RecordedProfile, recording: RecordedInput): number | undefined {
  return scoreProbe(engine, profile, probeOf(recording))
}

/** The windows of streams played one after the other on one clock, a second apart. */
export function windowsOfStreams(streams: Iterable<RecordedStream>): Window[] {
  const builder = createWindowBuilder()
  const windows: Window[] = []
  let origin = 0
  let end = 0
  for (const { events, counters } of streams) {
    builder.count(counters)
    const first = events[0]?.t ?? 0
    for (const event of events) {
      end = origin + event.t - first
      const window = builder.push({ ...event, t: end })
      if (window !== undefined) windows.push(window)
    }
    origin = end + 1000
  }
  const rest = builder.flush()
  if (rest !== undefined) windows.push(rest)
  return windows
}
