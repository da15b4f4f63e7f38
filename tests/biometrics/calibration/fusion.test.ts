// Fusion: several raw scores to one ratio. One that is silent silences nobody, and one that is left out has no weight.

import { describe, expect, it } from 'vitest'
import { standardDetectors } from '../../../src/biometrics/detectors/index.ts'
import {
  detectorHorizon,
  fitFusion,
  fusedParts,
  fusionOf,
  fusedStretch,
  typingShares,
  type Fusion,
  type StretchScores
} from '../../../src/biometrics/calibration/fusion.ts'
import { materialOf } from '../../../src/biometrics/index.ts'
import { learnAblatable } from '../../../src/biometrics/population/population.ts'
import { normals, seededRandom } from '../../../src/biometrics/random.ts'
import { trailHops } from '../../../src/biometrics/features/hop.ts'
import { inventedPeople } from '../../support/invented.ts'

const everybody = fusedParts.map(() => true)
const normal = normals(seededRandom(4))
const trials = {
  owner: trailHops.map((hops) => Array.from({ length: 300 }, () => drawnScores(-1, hops))),
  stranger: trailHops.map((hops) => Array.from({ length: 300 }, () => drawnScores(1, hops)))
}
const fusion = fitFusion(trials, everybody)
const everything: StretchScores = {
  typed: { ratio: 2, amount: 100 },
  sequence: { ratio: 2, amount: 100 },
  pointed: undefined,
  detectors: standardDetectors.map(() => 1)
}

describe('fusion', () => {
  it('weighs every part that tells strangers from owners', () => {
    for (const { weights } of fusion.typingFusion) {
      expect(weights).toHaveLength(fusedParts.length)
      for (const weight of weights) expect(weight).toBeGreaterThan(0)
    }
    expect(fusion.typingFusion.map(({ amount }) => amount)).toEqual(trailHops.map((hops) => 25 * hops))
  })

  it('hears more of what errs less, and errs itself as little as can be', () => {
    for (const { weights } of fusion.typingFusion) {
      expect(Math.min(...weights.slice(0, 2))).toBeGreaterThan(Math.max(...weights.slice(2)))
    }
    const wrong = trials.stranger[detectorHorizon]!.filter(
      (scores) => fusedStretch(fusion, detectorHorizon, scores)! < 0
    )
    // Together the means lie √13 standard deviations apart: 3.6 % of strangers are nearer to owners.
    expect(wrong.length / 300).toBeGreaterThan(0.01)
    expect(wrong.length / 300).toBeLessThan(0.07)
  })

  it('lets no detector speak for a person that it should hold things against', () => {
    const turned = (scores: readonly StretchScores[][]): StretchScores[][] =>
      scores.map((side) =>
        side.map((one) => ({ ...one, detectors: one.detectors?.map((score, i) => (i < 2 ? -score! : score)) }))
      )
    const { typingFusion } = fitFusion({ owner: turned(trials.owner), stranger: turned(trials.stranger) }, everybody)
    for (const { weights } of typingFusion) {
      expect(weights.slice(2, 4)).toEqual([0, 0])
      expect(Math.min(...weights.toSpliced(2, 2))).toBeGreaterThan(0)
    }
  })

  it.each(standardDetectors.map(({ id }, i) => [id, i] as const))('goes on when %s is silent', (_, silent) => {
    const detectors = everything.detectors!.with(silent, undefined)
    const without = ratioOf({ detectors })!
    expect(without).toBeLessThan(ratioOf({})!)
    expect(without).toBeGreaterThan(0)
    const surer = detectors.map((score) => (score === undefined ? undefined : score + 1))
    expect(ratioOf({ detectors: surer })).toBeGreaterThan(without)
  })

  it('goes on when the verifier, the sequence encoder or all detectors are silent', () => {
    for (const silent of [{ typed: undefined }, { sequence: undefined }, { detectors: undefined }]) {
      const without = ratioOf(silent)!
      expect(without).toBeGreaterThan(0)
      expect(without).toBeLessThan(ratioOf({})!)
    }
    expect(ratioOf({ typed: undefined, detectors: undefined })).toBeGreaterThan(0)
    expect(ratioOf({ typed: undefined, sequence: undefined })).toBeUndefined()
  })

  it('lets pointing speak for a person, against their typing, as far as there are people to tell them from', () => {
    const pointingFusion = fusion.typingFusion
    const said = (ratio: number, peopleLike: number): number =>
      fusedStretch({ ...fusion, pointingFusion }, detectorHorizon, {
        ...everything,
        pointed: { ratio, amount: 100, peopleLike }
      })!
    const typing = ratioOf({})!
    expect(said(-9, 0)).toBe(typing)
    expect(said(-9, 6)).toBeCloseTo(typing - Math.log(7), 9)
    expect(said(-9, 1e6)).toBeLessThan(typing - 3)
    expect(said(9, 0)).toBeGreaterThan(typing + 3)
    const alone = { typed: undefined, sequence: undefined, detectors: undefined }
    const pointed = { ratio: -9, amount: 100, peopleLike: 0 }
    const pointing = fusedStretch({ ...fusion, pointingFusion }, detectorHorizon, { ...alone, pointed })!
    expect(pointing).toBeLessThan(-3)
  })

  it('takes silence for what lies between owners and strangers', () => {
    const { middles } = fusion.typingFusion[detectorHorizon]!
    const middle = middles[fusedParts.indexOf('local-outlier')]!
    expect(Math.abs(middle)).toBeLessThan(0.2)
    const at = standardDetectors.findIndex(({ id }) => id === 'local-outlier')
    const said = ratioOf({ detectors: everything.detectors!.with(at, middle) })!
    expect(ratioOf({ detectors: everything.detectors!.with(at, undefined) })).toBeCloseTo(said, 9)
  })

  it('claims less of the shortest stretches', () => {
    const short = { ...everything, typed: { ratio: 2, amount: 25 }, sequence: { ratio: 2, amount: 25 } }
    const [first, second, third] = [0, 1, 2].map((horizon) => fusedStretch(fusion, horizon, short)!)
    expect(first! / third!).toBeCloseTo(0.4, 9)
    expect(second! / third!).toBeCloseTo(0.6, 9)
  })

  it('says what each part adds, and the parts add up', () => {
    const llr = ratioOf({})!
    const shares = typingShares(fusion, everything, llr)
    expect(shares).toHaveLength(fusedParts.length)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(llr, 9)
    expect(Math.min(...shares)).toBeGreaterThan(0)
    const at = fusedParts.indexOf('one-class-svm')
    const detectors = everything.detectors!.with(at - 2, undefined)
    expect(typingShares(fusion, { ...everything, detectors }, ratioOf({ detectors })!)[at]).toBe(0)
  })
})

describe('a part that is left out', () => {
  it.each(fusedParts.map((part, at) => [part, at] as const))('has no weight at all: %s', (_, at) => {
    const { typingFusion } = fitFusion(trials, everybody.with(at, false))
    expect(typingFusion).toHaveLength(trailHops.length)
    for (const { weights } of typingFusion) {
      expect(Math.abs(weights[at]!)).toBe(0)
      weights.forEach((weight, part) => {
        if (part !== at) expect(weight).toBeGreaterThan(0)
      })
    }
  })

  it('is asked for by name when a population is learnt', () => {
    const people = inventedPeople(21, 20).map(({ windows }) => materialOf(windows))
    const without = ['population', 'isolation-forest']
    const { population, fusionWithout } = learnAblatable(people, 1)
    expect(fusionWithout([])).toEqual(fusionOf(population))
    const whole = weightsOf(population)
    const partial = weightsOf(fusionWithout(without))
    for (const part of without) {
      expect(whole.some((weights) => weights.get(part) !== 0)).toBe(true)
      expect(partial.every((weights) => weights.get(part) === 0)).toBe(true)
    }
    expect(partial.some((weights) => weights.get('one-class-svm') !== 0)).toBe(true)
  })
})

function ratioOf(changed: Partial<StretchScores>): number | undefined {
  return fusedStretch(fusion, detectorHorizon, { ...everything, ...changed })
}

/** Every part errs on its own; owners and strangers lie 2 apart for verifiers, 1 for detectors. */
function drawnScores(side: number, hops: number): StretchScores {
  return {
    typed: { ratio: side + normal(), amount: 25 * hops },
    sequence: { ratio: side + normal(), amount: 25 * hops },
    pointed: undefined,
    detectors: standardDetectors.map(() => 0.5 * side + normal())
  }
}

function weightsOf({ typingFusion, pointingFusion }: Fusion): Map<string, number>[] {
  return [...typingFusion, ...pointingFusion].map(
    ({ weights }) => new Map(fusedParts.map((part, i) => [part, weights[i] === 0 ? 0 : weights[i]!]))
  )
}
