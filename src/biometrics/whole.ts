// Recordings to a profile, and a whole recording to one score: the one place that knows which part of the engine judges which kind of
// recording. Sessions and repetitions of a secret have a profile each; both go through windows.

import { enoughToEnrol, materialOf, type Engine } from './engine.ts'
import { EventType } from './events.ts'
import { learnPopulation, type LearnOptions, type Population } from './population.ts'
import type { Profile } from './profile.ts'
import { streamOf, type RecordedStream, type Recording, type RecordingKind } from './recording.ts'
import { createWindowBuilder, type Window } from './window.ts'

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
  /** Learnt from repetitions of a secret. */
  readonly secret: Profile | undefined
}

/** Below both, a recording may have no score. */
export const leastInput = { keystrokes: 10, pointerEvents: 20 } as const

/**
 * Learns a population from people given as their recordings in order. Throws `population_invalid` when they are too few. Deterministic
 * for a seed.
 */
export async function learnFromRecordings(
  people: Iterable<readonly RecordedInput[]>,
  seed: number,
  options: LearnOptions = {}
): Promise<Population> {
  const materials = Array.from(people, (recordings) => materialOf(windowsOfStreams(recordings)))
  return learnPopulation(materials, seed, options)
}

/** Learns a person from their recordings, in order. */
export function enrolRecordings(engine: Engine, recordings: readonly RecordedInput[]): RecordedProfile {
  const learnt = (secret: boolean): Profile | undefined => {
    const windows = windowsOfStreams(recordings.filter(({ kind }) => (kind === 'fixed') === secret))
    return windows.length === 0 ? undefined : engine.enrol(windows)
  }
  return { session: learnt(false), secret: learnt(true) }
}

/** What a recording is held against: its own kind, or what else there is. */
export function profileFor(kind: RecordingKind, { session, secret }: RecordedProfile): Profile | undefined {
  return kind === 'fixed' ? (secret ?? session) : (session ?? secret)
}

/** Whether there is enough in a profile to tell its owner from others. */
export function worthJudging({ session, secret }: RecordedProfile): boolean {
  return [session, secret].some((profile) => profile !== undefined && enoughToEnrol(profile))
}

/** A recording made ready to be held against any number of profiles. */
export interface Probe {
  readonly kind: RecordingKind
  readonly windows: readonly Window[]
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
    owed: keystrokes >= leastInput.keystrokes || pointerEvents >= leastInput.pointerEvents
  }
}

/**
 * Natural-log likelihood ratio "stranger : owner" of a whole recording, comparable between people. Undefined = no evidence, which only a
 * recording below `leastInput` may be: of more input that the profile has nothing to say about, the ratio is 1 and its logarithm 0.
 */
export function scoreProbe(engine: Engine, profile: RecordedProfile, probe: Probe): number | undefined {
  const known = profileFor(probe.kind, profile)
  const llr =
    known === undefined || probe.windows.length === 0 ? undefined : engine.assessWhole(known, probe.windows).llr
  return llr ?? (probe.owed ? 0 : undefined)
}

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
