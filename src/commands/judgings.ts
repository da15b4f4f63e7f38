// What is found out about a recording and a target: the cells that a row of the table gets.

import {
  createWindowBuilder,
  type Engine,
  EventType,
  noCounters,
  probeOf,
  profileFor,
  type RecordedProfile,
  scoreProbe,
  type Window
} from '../biometrics/index.ts'
import { type Judge, judgeAgainst, type Judgement } from '../watch/judge.ts'
import { atLeast, type RiskLevel } from '../risk/levels.ts'
import { type PackedRecording, stepsIn, unpacked } from './packed-recording.ts'

/** Prepares a recording once, for any number of targets. */
export type Judging = (recording: PackedRecording) => (profile: RecordedProfile) => string

export const scoreColumns = ['score'] as const

/** The score of the whole recording; no cell text = no evidence. */
export function scoring(engine: Engine): Judging {
  return (recording) => {
    const probe = probeOf(unpacked(recording))
    return (profile) => {
      const score = scoreProbe(engine, profile, probe)
      return score === undefined ? '' : String(score)
    }
  }
}

export const watchColumns = [
  'events',
  'keystrokes',
  'watched_seconds',
  'first_challenge_event',
  'first_challenge_keystroke',
  'first_challenge_second',
  'max_risk'
] as const

/** Plays the stream as the live engine would see it, to its end. */
export function watching(judgement: Judgement): Judging {
  return (recording) => {
    const windows = windowsOnTheWay(recording)
    const amounts = [recording.recorded, keystrokesIn(recording), seconds(watchedMsOf(recording.t))]
    return (profile) => {
      const judge = judgeAgainst(judgement, profileFor(recording.kind, profile))
      const { challenge, worst } = played(recording, windows, judge)
      return [...amounts, ...(challenge ?? ['', '', '']), worst].join(',')
    }
  }
}

interface Outcome {
  /** Event, keystroke (both from 1) and second of the first challenge. */
  readonly challenge: readonly number[] | undefined
  readonly worst: RiskLevel
}

function played(recording: PackedRecording, windows: ReadonlyMap<number, Window>, judge: Judge): Outcome {
  let challenge: readonly number[] | undefined
  let worst: RiskLevel = 'LOW'
  let keystrokes = 0
  for (const { event, position } of stepsIn(recording)) {
    if (event.type === EventType.keyDown) keystrokes++
    const risk = judge.push(event, windows.get(position))
    if (atLeast(risk, worst)) worst = risk
    if (risk === 'HIGH') challenge ??= [position + 1, keystrokes, seconds(event.t - recording.startedAt)]
  }
  return { challenge, worst }
}

/** Windows by the position of the event that closed them. Counters come with their events: nobody knows those of tomorrow. */
function windowsOnTheWay(recording: PackedRecording): Map<number, Window> {
  const builder = createWindowBuilder()
  const windows = new Map<number, Window>()
  for (const { event, position, counter } of stepsIn(recording)) {
    if (counter !== undefined) builder.count({ ...noCounters, [counter]: 1 })
    const window = builder.push(event)
    if (window !== undefined) windows.set(position, window)
  }
  return windows
}

function keystrokesIn(recording: PackedRecording): number {
  let keystrokes = 0
  for (const { event } of stepsIn(recording)) if (event.type === EventType.keyDown) keystrokes++
  return keystrokes
}

/** A longer pause is not watched time. */
const longestPauseMs = 60_000

function watchedMsOf(t: Float64Array): number {
  let ms = 0
  for (let i = 1; i < t.length; i++) {
    const gap = t[i]! - t[i - 1]!
    if (gap <= longestPauseMs) ms += gap
  }
  return ms
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000
}
