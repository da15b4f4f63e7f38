// The product's side: a population, people enrolled under it, and their windows. Nobody is recorded; everybody is invented.

import {
  createEngine,
  materialOf,
  standardDetectors,
  streamOf,
  syntheticPopulation,
  syntheticRecordings,
  windowsOf,
  type EnrolledPerson,
  type Engine,
  type InputEvent,
  type Population,
  type Profile,
  type Window
} from '../../src/biometrics/index.ts'
import { createEncoder, encoderKeystrokes, type Encoder } from '../../src/biometrics/encoder/encoder.ts'
import { encoderInputs } from '../../src/biometrics/encoder/inputs.ts'
import type { GruWeights } from '../../src/biometrics/networks/gru-weights.ts'
import { normals, seededRandom } from '../../src/biometrics/random.ts'

export interface BenchPerson {
  readonly material: EnrolledPerson
  readonly profile: Profile
  /** Windows that the profile was not learnt from. */
  readonly windows: readonly Window[]
}

export interface Bench {
  readonly population: Population
  readonly engine: Engine
  readonly people: readonly BenchPerson[]
}

/** Learnt once a run. */
export function bench(): Bench {
  made ??= make()
  return made
}

let made: Bench | undefined

const peopleHere = 20
const recordingsEach = 24

function make(): Bench {
  const population = syntheticPopulation(1)
  const engine = createEngine(population)
  const recordings = syntheticRecordings(501, peopleHere, { sessions: recordingsEach, keystrokes: 100 })
  const people = Array.from({ length: peopleHere }, (_, n): BenchPerson => {
    const windows = windowsOf(recordings.slice(n * recordingsEach, (n + 1) * recordingsEach))
    const material = materialOf(windows.slice(0, 64))
    return { material, profile: engine.derive(material), windows: windows.slice(64) }
  })
  return { population, engine, people }
}

/** All models of one person on one window, calibration left out: the detectors, and the sequence encoder over the newest keystrokes. */
export function sixModels(encoder: Encoder): (person: BenchPerson, window: Window) => number {
  return ({ profile }, window) => {
    let sum = 0
    standardDetectors.forEach((detector, i) => {
      sum += detector.score(profile.models.detectors[i]?.state, window) ?? 0
    })
    return sum + (encoder.embed(window.sequence)?.[0] ?? 0)
  }
}

/** An encoder of the size that ships. What it says does not matter here, what it costs does, and that does not depend on the weights. */
export function anyEncoder(): Encoder {
  const draw = normals(seededRandom(7))
  const drawn = (length: number): Float32Array => Float32Array.from({ length }, () => 0.1 * draw())
  const units = 64
  const layer = (): GruWeights => ({
    inputs: encoderInputs,
    units,
    kernel: drawn(encoderInputs * 3 * units),
    recurrent: drawn(units * 3 * units),
    bias: drawn(3 * units),
    recurrentBias: drawn(units)
  })
  return createEncoder({
    version: 1,
    forward: layer(),
    backward: layer(),
    kernel: drawn(4 * units * units),
    bias: drawn(units)
  })
}

/** Windows that the encoder can fill. */
export function fullWindows({ windows }: BenchPerson): readonly Window[] {
  return windows.filter(({ sequence }) => sequence.length >= encoderKeystrokes)
}

/** Input of somebody who types and points for `forMs` milliseconds; times from 0. */
export function inputOf(seed: number, forMs: number): InputEvent[] {
  const { events } = streamOf(syntheticRecordings(seed, 1, { sessions: 1, keystrokes: 500, strokes: 20 })[0]!)
  const first = events[0]!.t
  return events.map((event) => ({ ...event, t: event.t - first })).filter(({ t }) => t <= forMs)
}
