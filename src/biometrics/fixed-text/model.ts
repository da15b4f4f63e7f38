// How people in general vary when they type a secret, whatever the secret: enough to say what its owner and what a stranger would do next.

import { centred, commonShift, freedom, logStudent, meanOf } from './robust.ts'
import type { Timings } from './repetition.ts'
import { varianceAt, type FixedTextTemplate } from './template.ts'

/** Of one view. Coefficients are of the regressors named beside them. */
export interface ViewModel {
  /** Owner's later mean at a position: of `regressorsAt`. */
  readonly owner: Float64Array
  /** Logarithm of the owner's variance: of `spreadRegressorsAt`. */
  readonly ownerSpread: Float64Array
  /** Variance of what a position moves by later, beside what `owner` foresees. */
  readonly drift: number
  /** A stranger's mean at a position: of `regressorsAt`. */
  readonly stranger: Float64Array
  /** Logarithm of a stranger's variance: of 1 and the stranger's mean. */
  readonly strangerSpread: Float64Array
  /** Pace of whole repetitions: mean and variance of the owner's, then of a stranger's. */
  readonly pace: Float64Array
}

/** For templates of about so many repetitions. */
export interface SizeModel {
  readonly repetitions: number
  /** In the order of `views`. */
  readonly views: readonly ViewModel[]
  /** Calibration: bias, then a weight for each part. */
  readonly weights: Float64Array
}

export interface FixedTextModel {
  readonly version: number
  /** For secrets that nobody else types, by rising size. */
  readonly alone: readonly SizeModel[]
  /** For secrets that others type too; may be empty. */
  readonly company: readonly SizeModel[]
}

export const modelVersion = 1
export const regressors = { alone: 3, company: 5 } as const
export const spreadRegressors = 4
/** For each view: residuals, pace, residuals with heavy tails, shape. */
export const partsPerView = 4

/** Variance of a clock's grain, added before a logarithm is taken. */
export const grainVariance = 2e-3
/** As many people are needed for their spread at a position to count as much as what the model foresees. */
const spreadTrust = 8
/** Tails so heavy that positions are almost counted: near or far. */
const heavyTails = 1.5
/** Positions of a view that must be seen in template and probe. */
const fewestPositions = 3
/** A position was learnt from about as many repetitions. */
const fewestSeen = 2.5
/** The number of keys at which a mean over positions counts as it is; it grows with the root. */
const usualKeys = 10

/** What is expected of the next repetition. NaN = nothing at this position. */
export interface ViewExpectation {
  readonly owner: Float64Array
  readonly ownerVariance: Float64Array
  readonly stranger: Float64Array
  readonly strangerVariance: Float64Array
  readonly pace: Float64Array
}

/** Regressors of the means at a position: the template here and on average, the same of others who type this secret. */
export function regressorsAt(template: FixedTextTemplate, view: number): readonly (readonly number[])[] {
  const { weight, mean } = template.views[view]!
  const seen = mean.map((value, i) => (weight[i]! >= fewestSeen ? value : Number.NaN))
  const average = meanOf(seen)
  const others = template.company?.mean[view]
  if (others === undefined) return Array.from(seen, (value) => [1, value, average])
  const othersAverage = meanOf(others)
  return Array.from(seen, (value, i) => [1, value, average, others[i]!, othersAverage])
}

/** Regressors of the logarithm of the owner's variance: mean, own logarithm here and on average. */
export function spreadRegressorsAt(template: FixedTextTemplate, view: number): readonly (readonly number[])[] {
  const statistics = template.views[view]!
  const logs = statistics.mean.map((_, i) => Math.log(varianceAt(statistics, i) + grainVariance))
  const average = meanOf(logs)
  return Array.from(logs, (log, i) => [1, statistics.mean[i]!, log, average])
}

export function expectationOf(model: ViewModel, template: FixedTextTemplate, view: number): ViewExpectation {
  const rows = regressorsAt(template, view)
  const spreadRows = spreadRegressorsAt(template, view)
  const owner = Float64Array.from(rows, (row) => inner(model.owner, row))
  const ownerVariance = Float64Array.from(spreadRows, (row) => Math.exp(inner(model.ownerSpread, row)) + model.drift)
  const stranger = Float64Array.from(rows, (row) => inner(model.stranger, row))
  const strangerVariance = stranger.map((mean, i) => {
    const foreseen = inner(model.strangerSpread, [1, mean])
    const { company } = template
    if (company === undefined) return Math.exp(foreseen)
    const seen = Math.log(company.variance[view]![i]! + grainVariance)
    return Math.exp((spreadTrust * foreseen + company.people * seen) / (spreadTrust + company.people))
  })
  return { owner, ownerVariance, stranger, strangerVariance, pace: model.pace }
}

/**
 * The parts of the ratio, four per view; 0 where a view was not observed. `undefined` when the times between presses were not. A
 * repetition is a pace that all positions share, and a residual at each, with the tails of a t distribution.
 */
export function partsOf(expectations: readonly ViewExpectation[], timings: Timings): number[] | undefined {
  const parts: number[] = []
  for (const [view, expectation] of expectations.entries()) {
    const own = viewParts(expectation, timings[view]!)
    if (own === undefined && view === 1) return undefined
    parts.push(...(own ?? [0, 0, 0, 0]))
  }
  return parts
}

function viewParts(expectation: ViewExpectation, values: Float64Array): readonly number[] | undefined {
  const { owner, ownerVariance, stranger, strangerVariance, pace } = expectation
  const positions = Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]! - owner[i]! - stranger[i]!))
  if (positions.length < fewestPositions) return undefined
  const pick = (value: (i: number) => number): Float64Array => Float64Array.from(positions, value)
  const ofOwner = paceAndResiduals(
    pick((i) => values[i]! - owner[i]!),
    pick((i) => ownerVariance[i]!)
  )
  const ofStranger = paceAndResiduals(
    pick((i) => values[i]! - stranger[i]!),
    pick((i) => strangerVariance[i]!)
  )
  const growth = Math.sqrt((positions.length + 0.5) / usualKeys)
  return [
    growth * (ofStranger.fit - ofOwner.fit),
    logStudent(ofStranger.pace - pace[2]!, pace[3]!, freedom) - logStudent(ofOwner.pace - pace[0]!, pace[1]!, freedom),
    growth * (ofStranger.heavyFit - ofOwner.heavyFit),
    -likeness(
      ofStranger.standard,
      pick((i) => owner[i]! - stranger[i]!)
    )
  ]
}

interface PaceAndResiduals {
  readonly pace: number
  /** Residuals in standard deviations. */
  readonly standard: Float64Array
  /** Mean log density of the residuals. */
  readonly fit: number
  /** The same of the residuals in standard deviations, with heavier tails. */
  readonly heavyFit: number
}

function paceAndResiduals(residuals: Float64Array, variances: Float64Array): PaceAndResiduals {
  const pace = commonShift(residuals, variances)
  const standard = new Float64Array(residuals.length)
  let fit = 0
  let heavyFit = 0
  for (let i = 0; i < residuals.length; i++) {
    const residual = residuals[i]! - pace
    standard[i] = residual / Math.sqrt(variances[i]!)
    fit += logStudent(residual, variances[i]!, freedom)
    heavyFit += logStudent(standard[i]!, 1, heavyTails)
  }
  return { pace, standard, fit: fit / residuals.length, heavyFit: heavyFit / residuals.length }
}

/** Cosine between what is special about a repetition and what is special about the owner, slips bounded: −1 to 1. */
function likeness(special: Float64Array, owner: Float64Array): number {
  const seen = centred(special).map((value) => Math.tanh(value / 2))
  const expected = centred(owner)
  let product = 0
  let seenSquares = 0
  let expectedSquares = 0
  for (let i = 0; i < seen.length; i++) {
    product += seen[i]! * expected[i]!
    seenSquares += seen[i]! ** 2
    expectedSquares += expected[i]! ** 2
  }
  return product / Math.sqrt(seenSquares * expectedSquares + 1e-6)
}

function inner(weights: Float64Array, row: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * row[i]!
  return sum
}
