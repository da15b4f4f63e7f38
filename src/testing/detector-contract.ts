// What every detector promises, whoever wrote it. Each promise is a named check that throws an AssertionError; any test runner will do:
// `for (const { name, check } of detectorContract(mine)) it(name, check)`.

import assert from 'node:assert/strict'
import {
  featureNames,
  learnPopulation,
  materialOf,
  syntheticRecordings,
  windowsOf,
  type Detector,
  type FeatureName,
  type Window
} from '../biometrics/index.ts'
import type { FeatureScale } from '../biometrics/features/feature-scale.ts'
import { featureAt } from '../biometrics/features/features.ts'
import type { TimingSequence } from '../biometrics/features/timing-sequence.ts'
import type { PopulationBase } from '../biometrics/population/population-model.ts'
import { seededRandom } from '../biometrics/random.ts'

export interface Check {
  readonly name: string
  check(): void
}

export interface DetectorContractOptions {
  /** Whom the detector starts from. Default: twenty-four invented people. */
  readonly population?: () => PopulationBase
}

/** The promises, in order. Nothing is computed before the first check runs. */
export function detectorContract(
  detector: Detector,
  { population = inventedPopulation }: DetectorContractOptions = {}
): readonly Check[] {
  const fresh = (): unknown => detector.init(population(), seededRandom(5))
  const learnt = (state: unknown, windows: readonly Window[]): unknown =>
    windows.reduce((before, window) => detector.learn(before, window), state)
  const taught = (): unknown => learnt(fresh(), ana().slice(3, 23))
  const score = (state: unknown, window: Window | undefined): number | undefined => {
    assert.ok(window, 'a window')
    return detector.score(state, window)
  }

  return [
    {
      name: 'has a stable name, a version and a warm-up',
      check() {
        assert.match(detector.id, /^[a-z][a-z0-9-]*$/)
        assert.ok(Number.isInteger(detector.version) && detector.version >= 1, 'the version is 1 or more')
        assert.ok(Number.isInteger(detector.warmUp) && detector.warmUp >= 0, 'the warm-up is 0 or more')
      }
    },
    {
      name: 'says nothing, rather than 0, until it has learnt enough',
      check() {
        let state = fresh()
        for (const window of ana().slice(3, 3 + detector.warmUp)) {
          assert.equal(score(state, ana()[10]), undefined)
          state = detector.learn(state, window)
        }
        assert.equal(typeof score(state, ana()[10]), 'number')
      }
    },
    {
      name: 'scores strangers above the owner',
      check() {
        const state = taught()
        const own = ana().slice(23)
        const other = ben().slice(23)
        const mean = (windows: readonly Window[]): number =>
          windows.reduce((sum, window) => sum + (score(state, window) ?? Number.NaN), 0) / windows.length
        assert.ok(mean(other) > mean(own), `a stranger has ${mean(other)}, the owner ${mean(own)}`)
      }
    },
    {
      name: 'does not change when it scores',
      check() {
        const state = taught()
        const before = structuredClone(state)
        const first = score(state, ben()[12])
        assert.equal(score(state, ben()[12]), first)
        assert.deepEqual(state, before)
      }
    },
    {
      name: 'returns what it learnt and leaves the state that it was given as it was',
      check() {
        const state = taught()
        const before = structuredClone(state)
        assert.notDeepEqual(learnt(state, ana().slice(25, 26)), before)
        assert.deepEqual(state, before)
      }
    },
    {
      name: 'is the same for the same seed',
      check: () => assert.deepEqual(taught(), taught())
    },
    {
      name: 'survives being stored: a clone scores the same',
      check() {
        const state = taught()
        assert.equal(score(structuredClone(state), ben()[9]), score(state, ben()[9]))
      }
    },
    {
      name: 'has no opinion on a window in which nothing was observed',
      check() {
        const nothing = { ...ana()[0]!, features: new Float64Array(featureNames.length).fill(Number.NaN), typed: [] }
        const state = taught()
        assert.equal(detector.score(state, nothing), undefined)
        assert.deepEqual(detector.learn(state, nothing), state)
      }
    },
    {
      name: 'gives a finite score to any numbers at all',
      check() {
        const state = taught()
        for (const value of [0, -1e9, 1e300, Number.MAX_VALUE, Number.MIN_VALUE]) {
          const features = new Float64Array(featureNames.length).fill(value)
          const given = detector.score(state, { ...ana()[0]!, features, typed: [sequenceOf(value)] })
          assert.ok(Number.isFinite(given), `windows of ${value} score ${given}`)
        }
      }
    },
    {
      name: 'keeps its state small, however long somebody types: what it shares with the population apart',
      check() {
        const windows = Array.from({ length: 300 }, (_, i) => ana()[i % ana().length]!)
        const bytes = bytesOf(learnt(fresh(), windows), arraysIn(population()))
        assert.ok(bytes < mostStateBytes, `a state of ${bytes} bytes`)
      }
    },
    {
      name: 'explains, if it does, with features that exist and finite shares',
      check() {
        for (const { feature, share } of detector.explain?.(taught(), ben()[12]!) ?? []) {
          assert.ok(
            featureNames.some((name) => name === feature),
            `no feature ${feature}`
          )
          assert.ok(Number.isFinite(share), `a share of ${share}`)
        }
      }
    },
    {
      name: 'explains, if it does, by nothing that was not observed',
      check() {
        if (detector.explain === undefined) return
        const hidden = { ...ben()[12]!, features: ben()[12]!.features.with(featureAt.speed, Number.NaN) }
        const share = detector.explain(taught(), hidden).find(({ feature }) => feature === 'speed')?.share ?? 0
        assert.ok(share === 0, `a share of ${share} for a speed that nobody saw`)
      }
    },
    {
      name: 'explains, if it does, a window of the owner in which one thing changed by naming that first',
      check() {
        if (detector.explain === undefined) return
        const state = taught()
        const usual = ana()
          .slice(23)
          .reduce((most, window) => (score(state, window)! < score(state, most)! ? window : most))
        const changes = changesOf(usual, population().scale)
          .map(({ feature, windows }) => {
            const [window] = windows.toSorted((a, b) => score(state, b)! - score(state, a)!)
            return { feature, window: window!, rise: score(state, window)! - score(state, usual)! }
          })
          .sort((a, b) => b.rise - a.rise)
        const most = changes[0]!.rise
        assert.ok(most > 0, 'no feature makes the owner look like a stranger')
        // What hardly moves the score need not be named.
        for (const { feature, window } of changes.filter(({ rise }) => rise > most / 2)) {
          const [first] = detector.explain(state, window).toSorted((a, b) => b.share - a.share)
          assert.equal(first?.feature, feature, `${feature} changed, and ${first?.feature} is named first`)
        }
      }
    }
  ]
}

/** One thing that somebody does otherwise: much more of it, and much less. */
interface Change {
  readonly feature: FeatureName
  readonly windows: readonly Window[]
}

const standardDeviations = 4

/** Each feature that a window shows and that tells people apart; holds and pace in the keystrokes themselves, too. */
function changesOf(window: Window, { weight, within, between }: FeatureScale): Change[] {
  return featureNames.flatMap((feature, at): Change[] => {
    if (!(weight[at]! > 0) || Number.isNaN(window.features[at]!)) return []
    const column = timeColumns[feature]
    const windows = [-1, 1].map((direction) => ({
      ...window,
      features: window.features.with(
        at,
        window.features[at]! + direction * standardDeviations * Math.hypot(within[at]!, between[at]!)
      ),
      typed: column === undefined ? window.typed : window.typed.map((hop) => slowed(hop, column, 2 ** direction))
    }))
    return [{ feature, windows }]
  })
}

/** Where the times stand in a sequence that a feature is the mean of. */
const timeColumns: Partial<Record<FeatureName, number>> = { holdMean: 0, pressToPressMean: 1 }

function slowed({ length, values }: TimingSequence, column: number, factor: number): TimingSequence {
  const columns = values.length / Math.max(length, 1)
  return { length, values: values.map((value, i) => (i % columns === column ? factor * value : value)) }
}

const mostStateBytes = 80_000

const inventedPopulation = once(() =>
  learnPopulation(
    Array.from({ length: 24 }, (_, n) => materialOf(windowsOfPerson(21, n))),
    3
  )
)
const ana = once(() => windowsOfPerson(77, 0))
const ben = once(() => windowsOfPerson(77, 1))

const recordings = once(() => new Map([21, 77].map((seed) => [seed, syntheticRecordings(seed, 24)])))

function windowsOfPerson(seed: number, n: number): Window[] {
  return windowsOf((recordings().get(seed) ?? []).slice(n * 15, (n + 1) * 15))
}

/** Thirty keystrokes of every class whose times are all `value`. */
function sequenceOf(value: number): TimingSequence {
  const rows = Array.from({ length: 30 }, (_, row) => [value, value, value, 1, row % 8])
  return { length: rows.length, values: Float32Array.from(rows.flat()) }
}

/** Bytes of all typed arrays in a state, without those that somebody else keeps. */
function bytesOf(value: unknown, elsewhere: ReadonlySet<unknown>): number {
  if (elsewhere.has(value)) return 0
  if (ArrayBuffer.isView(value)) return value.byteLength
  if (typeof value !== 'object' || value === null) return 8
  return Object.values(value).reduce<number>((sum, part) => sum + bytesOf(part, elsewhere), 0)
}

function arraysIn(value: unknown): Set<unknown> {
  if (ArrayBuffer.isView(value)) return new Set([value])
  if (typeof value !== 'object' || value === null) return new Set()
  return new Set(Object.values(value).flatMap((part) => [...arraysIn(part)]))
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}
