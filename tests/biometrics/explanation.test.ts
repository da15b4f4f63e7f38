// What an administrator reads: which features made the engine take somebody for a stranger, and in which keys they show.

import { describe, expect, it } from 'vitest'
import { detectorHorizon } from '../../src/biometrics/calibration/fusion.ts'
import { createEngine, windowsOf, type EnrolledPerson, type Window } from '../../src/biometrics/index.ts'
import type { VerifierModel } from '../../src/biometrics/verifiers/verifier.ts'
import { enrolPlace, expectedPlace, strangerParts, strangerRatio } from '../../src/biometrics/verifiers/verifier.ts'
import { readingShares } from '../../src/biometrics/verifiers/verifier-shares.ts'
import {
  cellFamilies,
  keyClasses,
  keystrokesIn,
  statisticsCells,
  sumStatistics
} from '../../src/biometrics/features/statistics.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { inventedDay } from '../support/invented.ts'
import { retimed } from '../support/retimed.ts'

const { people } = inventedDay()
const [ana] = people
const engine = createEngine(shippedPopulation())
const enrolled = windowsOf(ana.recordings.slice(0, 10))
const profile = engine.enrol(enrolled)
const later = ana.recordings.slice(10)
const usual = windowsOf(later).at(-1)!

/** Ana, who does one thing otherwise. */
function otherwise(change: { readonly hold?: number; readonly gap?: number }): Window {
  return windowsOf(later.map((one) => retimed(one, { hold: change.hold ?? 0, gap: change.gap ?? 0 }))).at(-1)!
}

const ofHolds = ['holdMean', 'holdSpread']

describe('an explanation', () => {
  it('of holds twice as long names the holds first, and in which keys', () => {
    const [first] = engine.explain(profile, otherwise({ hold: Math.log(2) }))
    expect(first).toMatchObject({ feature: 'holdMean', keys: expect.stringMatching(/left|right|space/) as unknown })
    expect(first!.share).toBeGreaterThan(0)
  })

  it('of another pace names times between keys first', () => {
    const [first] = engine.explain(profile, otherwise({ gap: Math.log(2.2) }))
    expect(first!.share).toBeGreaterThan(0)
    expect(ofHolds).not.toContain(first!.feature)
  })

  it('has at most eight features, each once, the loudest first', () => {
    const explained = engine.explain(profile, otherwise({ hold: -0.5, gap: 0.5 }))
    const sizes = explained.map(({ share }) => Math.abs(share))
    expect(explained.length).toBeGreaterThan(3)
    expect(explained.length).toBeLessThanOrEqual(8)
    expect(new Set(explained.map(({ feature }) => feature)).size).toBe(explained.length)
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
  })

  it('of the owner as usual speaks against a stranger', () => {
    const sum = engine.explain(profile, usual).reduce((total, { share }) => total + share, 0)
    const strange = engine
      .explain(profile, otherwise({ hold: Math.log(2) }))
      .reduce((total, { share }) => total + share, 0)
    expect(sum).toBeLessThan(strange)
  })

  it('needs no material, only models', () => {
    expect(engine.explain(engine.modelsAlone(profile), usual)).toEqual(engine.explain(profile, usual))
  })

  it('names nothing where nothing was typed', () => {
    const empty = { ...usual, trail: [new Float32Array(usual.fresh.length)], typed: [] }
    const features = new Float64Array(usual.features.length).fill(Number.NaN)
    expect(engine.explain(profile, { ...empty, features })).toEqual([])
  })
})

describe('the statistics’ verifier', () => {
  const model = engine.population.typing!
  const total = sumOf(profile.person)
  const owner = enrolPlace(model, total, keystrokesIn(total))

  it('shares out what the ratio loses on the way to where the owner is expected', () => {
    for (const window of [usual, otherwise({ hold: 0.4 })]) {
      const statistics = window.trail[detectorHorizon]!
      const amount = keystrokesIn(statistics)
      const there = sumOfNumbers(strangerParts(model, owner, expectedPlace(model, owner, amount), amount))
      const lost = strangerRatio(model, owner, statistics, amount) - there
      const shared = sumOfNumbers(readingShares(model, owner, statistics, amount))
      // In a hundred keystrokes not every direction has a reading that could change.
      expect(Math.abs(shared - lost)).toBeLessThan(0.2 * Math.max(Math.abs(lost), 1))
    }
  })

  it('lays nothing on keys that were not pressed', () => {
    const statistics = usual.trail[detectorHorizon]!
    const shares = readingShares(model, owner, statistics, keystrokesIn(statistics))
    model.cells.forEach((reading, d) => {
      const cell = reading < statisticsCells ? reading : reading - statisticsCells
      if (statistics[3 * cell] === 0) expect(Math.abs(shares[d]!)).toBe(0)
    })
  })

  it('names the holds of the one class of keys that is held longer', () => {
    const statistics = usual.trail[detectorHorizon]!.slice()
    const { hold, holdAfter } = cellFamilies
    const left = Array.from({ length: keyClasses }, (_, before) => holdAfter.first + before * keyClasses)
    for (const cell of [hold.first, ...left]) statistics[3 * cell + 1]! += 0.8 * statistics[3 * cell]!
    const shares = readingShares(model, owner, statistics, keystrokesIn(statistics))
    expect(firstOf(model, shares)).toSatisfy((reading: number) => [hold.first, ...left].includes(reading))
  })
})

function firstOf({ cells }: VerifierModel, shares: Float64Array): number {
  return cells[shares.indexOf(Math.max(...shares))]!
}

function sumOf({ hops }: EnrolledPerson): Float32Array {
  return sumStatistics(hops)
}

function sumOfNumbers(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0)
}
