// One repetition against a template: the calibrated likelihood ratio.

import {
  expectationOf,
  partsOf,
  partsPerView,
  type FixedTextModel,
  type SizeModel,
  type ViewExpectation,
  type ViewModel
} from './model.ts'
import { timingsOf, views, type Repetition } from './repetition.ts'
import type { FixedTextTemplate } from './template.ts'

/** Fewer repetitions do not show how a person varies. */
export const fewestRepetitions = 3

/** Judges one repetition: natural-log likelihood ratio "stranger : owner", comparable between people and secrets. */
export type FixedTextJudge = (repetition: Repetition) => number | undefined

/**
 * `undefined` = no evidence: another number of keys, fewer than three repetitions learnt, or fewer than three times between presses seen.
 */
export function fixedTextRatio(
  model: FixedTextModel,
  template: FixedTextTemplate,
  repetition: Repetition
): number | undefined {
  return fixedTextJudge(model, template)(repetition)
}

/** The same for many repetitions: what the template foresees is worked out once. */
export function fixedTextJudge(model: FixedTextModel, template: FixedTextTemplate): FixedTextJudge {
  if (template.repetitions < fewestRepetitions) return () => undefined
  const { expectations, weights } = foreseen(model, template)
  return (repetition) => {
    if (repetition.pressMs.length !== template.keys) return undefined
    return weighed(expectations, weights, repetition)
  }
}

/** What one view adds to the ratio. */
export interface ViewShare {
  readonly view: (typeof views)[number]
  readonly share: number
}

export interface ExplainedRatio {
  readonly llr: number
  /** With the bias of the calibration they add up to the ratio. */
  readonly shares: readonly ViewShare[]
}

/** The ratio taken apart. `undefined` = no evidence. */
export function explainedRatio(
  model: FixedTextModel,
  template: FixedTextTemplate,
  repetition: Repetition
): ExplainedRatio | undefined {
  if (template.repetitions < fewestRepetitions || repetition.pressMs.length !== template.keys) return undefined
  const { expectations, weights } = foreseen(model, template)
  const parts = partsOf(expectations, timingsOf(repetition))
  if (parts === undefined) return undefined
  const shares = views.map((view, number) => {
    let share = 0
    for (let i = number * partsPerView; i < (number + 1) * partsPerView; i++) share += weights[i + 1]! * parts[i]!
    return { view, share }
  })
  return { llr: shares.reduce((sum, { share }) => sum + share, weights[0]!), shares }
}

function foreseen(
  model: FixedTextModel,
  template: FixedTextTemplate
): { readonly expectations: readonly ViewExpectation[]; readonly weights: Float64Array } {
  const heard = template.company !== undefined && model.company.length > 0
  const seen = heard ? template : alone(template)
  const size = sizeFor(heard ? model.company : model.alone, template.repetitions)
  return { expectations: size.views.map((view, i) => expectationOf(view, seen, i)), weights: size.weights }
}

function weighed(
  expectations: readonly ViewExpectation[],
  weights: Float64Array,
  repetition: Repetition
): number | undefined {
  const parts = partsOf(expectations, timingsOf(repetition))
  return parts?.reduce((sum, part, i) => sum + weights[i + 1]! * part, weights[0]!)
}

function alone({ company: _company, ...template }: FixedTextTemplate): FixedTextTemplate {
  return template
}

/** Between two sizes, their mean weighted by the logarithm of the number of repetitions. */
function sizeFor(sizes: readonly SizeModel[], repetitions: number): SizeModel {
  const above = sizes.findIndex((size) => size.repetitions >= repetitions)
  if (above === 0) return sizes[0]!
  if (above < 0) return sizes.at(-1)!
  const low = sizes[above - 1]!
  const high = sizes[above]!
  const share = Math.log(repetitions / low.repetitions) / Math.log(high.repetitions / low.repetitions)
  return {
    repetitions,
    views: low.views.map((view, i) => blended(view, high.views[i]!, share)),
    weights: between(low.weights, high.weights, share)
  }
}

function blended(low: ViewModel, high: ViewModel, share: number): ViewModel {
  return {
    owner: between(low.owner, high.owner, share),
    ownerSpread: between(low.ownerSpread, high.ownerSpread, share),
    drift: low.drift + share * (high.drift - low.drift),
    stranger: between(low.stranger, high.stranger, share),
    strangerSpread: between(low.strangerSpread, high.strangerSpread, share),
    pace: between(low.pace, high.pace, share)
  }
}

function between(low: Float64Array, high: Float64Array, share: number): Float64Array {
  return low.map((value, i) => value + share * (high[i]! - value))
}
