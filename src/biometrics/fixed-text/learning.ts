// Learns from people who each typed some secrets many times how people in general vary. Nothing of a single secret stays in the model.

import { fitLogistic } from '../calibration/logistic.ts'
import { seededRandom, shuffled } from '../random.ts'
import {
  expectationOf,
  grainVariance,
  modelVersion,
  partsOf,
  partsPerView,
  regressors,
  regressorsAt,
  spreadRegressors,
  spreadRegressorsAt,
  type FixedTextModel,
  type SizeModel,
  type ViewModel
} from './model.ts'
import { fewestKeys, mostKeys, timingsOf, views, type Repetition, type Timings } from './repetition.ts'
import { centred, commonShift, leastSquares, meanOf, medianOf, robustVariance } from './robust.ts'
import {
  companyFrom,
  enrolFixedText,
  fewestOthers,
  medianPerPosition,
  sampleOf,
  type Company,
  type FixedTextTemplate
} from './template.ts'

/** Sizes of enrolment that the model is learnt for. */
const sizes = [3, 5, 10, 30, 100, 200]
/** Repetitions after enrolment that show how a person goes on. */
const fewestLater = 20
/** Calibration is learnt from a fifth of the people at a time, with a model of the others. */
const folds = 5
const foldNumbers = [0, 1, 2, 3, 4]
/** Owners, secret by secret, without whom nothing is learnt about a size. */
const fewestOwners = 12
/** Calibration takes one in so many of an owner's later repetitions. */
const laterStride = 3
const calibrationRidge = 1e-3

/**
 * `people[person][secret]` are repetitions in the order in which they were typed; a secret has the same number for everybody who typed it,
 * and is an empty list for the others. `undefined` when fewer than twelve owners, or fewer than two people in a fifth, typed at least 23
 * repetitions. The seed decides which fifth a person is in.
 */
export function learnFixedText(
  people: readonly (readonly (readonly Repetition[])[])[],
  seed: number
): FixedTextModel | undefined {
  const secrets = secretsOf(people, seed)
  const alone = sizes.flatMap((size) => learnSize(secrets, size, false) ?? [])
  const company = sizes.flatMap((size) => learnSize(secrets, size, true) ?? [])
  return alone.length === 0 ? undefined : { version: modelVersion, alone, company }
}

interface Typist {
  readonly repetitions: readonly Repetition[]
  readonly timings: readonly Timings[]
  /** As a stranger. */
  readonly sample: readonly Timings[]
  /** Median of the sample, per view. */
  readonly typical: Timings
}

/** The people who typed one secret, in folds; a person is in the same fold for every secret. */
type Secret = readonly (readonly Typist[])[]

function secretsOf(people: readonly (readonly (readonly Repetition[])[])[], seed: number): readonly Secret[] {
  const order = shuffled(Array.from(people.keys()), seededRandom(seed))
  const count = Math.max(0, ...people.map((secrets) => secrets.length))
  return Array.from({ length: count }, (_, secret): Secret => {
    const keys = medianOf(people.flatMap((secrets) => (secrets[secret] ?? []).map(({ pressMs }) => pressMs.length)))
    if (!(keys >= fewestKeys && keys <= mostKeys)) return []
    return foldNumbers.map((fold) =>
      order
        .filter((_person, i) => i % folds === fold)
        .map((person) => (people[person]![secret] ?? []).filter(({ pressMs }) => pressMs.length === keys))
        .filter((repetitions) => repetitions.length > 0)
        .map(typistOf)
    )
  })
}

function typistOf(repetitions: readonly Repetition[]): Typist {
  const sample = sampleOf(repetitions).map(timingsOf)
  return {
    repetitions,
    timings: repetitions.map(timingsOf),
    sample,
    typical: views.map((_, view) => medianPerPosition(sample.map((one) => one[view]!)))
  }
}

/** One owner of one secret, what came later, and the others of the fold as strangers. */
interface Case {
  readonly template: FixedTextTemplate
  readonly later: readonly Timings[]
  /** Per view: median of what came later. */
  readonly laterTypical: Timings
  /** Per view: variance of what came later, less its pace. */
  readonly laterVariance: Timings
  readonly strangers: readonly Timings[]
  /** Medians of each of them. */
  readonly typicalStrangers: readonly Timings[]
}

function learnSize(secrets: readonly Secret[], size: number, together: boolean): SizeModel | undefined {
  const cases = foldNumbers.map((fold) => secrets.flatMap((secret) => casesOf(secret, fold, size, together)))
  if (cases.flat().length < fewestOwners || cases.some((fold) => fold.length === 0)) return undefined
  const width = together ? regressors.company : regressors.alone
  const heldOut = cases.map((fold) => scored(learnViews(cases.filter((one) => one !== fold).flat(), width), fold))
  const weights = fitLogistic(
    heldOut.flatMap(({ strangers }) => strangers),
    heldOut.flatMap(({ owners }) => owners),
    calibrationRidge,
    Array.from({ length: views.length * partsPerView }, () => 0)
  )
  return { repetitions: size, views: learnViews(cases.flat(), width), weights: Float64Array.from(weights) }
}

function casesOf(secret: Secret, fold: number, size: number, together: boolean): readonly Case[] {
  const typists = secret[fold] ?? []
  const others = secret.flatMap((one, i) => (i === fold ? [] : one))
  if (typists.length < 2 || (together && others.length < fewestOthers)) return []
  const company = together ? companyFrom(others.map(({ sample }) => sample)) : undefined
  return typists
    .filter(({ repetitions }) => repetitions.length >= size + fewestLater)
    .map((typist) => {
      const later = typist.timings.slice(size)
      const strangers = typists.filter((stranger) => stranger !== typist)
      return {
        template: templateOf(typist, size, company),
        later,
        laterTypical: views.map((_, view) => medianPerPosition(later.map((one) => one[view]!))),
        laterVariance: views.map((_, view) => variancePerPosition(later.map((one) => centred(one[view]!)))),
        strangers: strangers.flatMap(({ sample }) => sample),
        typicalStrangers: strangers.map(({ typical }) => typical)
      }
    })
}

function templateOf({ repetitions }: Typist, size: number, company: Company | undefined): FixedTextTemplate {
  const template = enrolFixedText(repetitions.slice(0, size))!
  return company === undefined ? template : { ...template, company }
}

function variancePerPosition(repetitions: readonly Float64Array[]): Float64Array {
  return Float64Array.from(repetitions[0]!.keys(), (i) => robustVariance(repetitions.map((one) => one[i]!)))
}

function learnViews(cases: readonly Case[], width: number): readonly ViewModel[] {
  return views.map((_, view) => learnView(cases, view, width))
}

function learnView(cases: readonly Case[], view: number, width: number): ViewModel {
  const means = learnMeans(cases, view, width)
  const model: ViewModel = {
    ...means,
    ownerSpread: learnOwnerSpread(cases, view),
    drift: learnDrift(cases, view, means),
    strangerSpread: learnStrangerSpread(cases, view, means),
    pace: new Float64Array([0, 1, 0, 1])
  }
  return { ...model, pace: learnPace(cases, view, model) }
}

type Means = Pick<ViewModel, 'owner' | 'stranger'>

function learnMeans(cases: readonly Case[], view: number, width: number): Means {
  const owner = leastSquares(width)
  const stranger = leastSquares(width)
  for (const { template, laterTypical, typicalStrangers } of cases) {
    for (const [i, row] of regressorsAt(template, view).entries()) {
      owner.add(row, laterTypical[view]![i]!)
      for (const typical of typicalStrangers) stranger.add(row, typical[view]![i]!)
    }
  }
  return { owner: owner.solve(), stranger: stranger.solve() }
}

function learnOwnerSpread(cases: readonly Case[], view: number): Float64Array {
  const spread = leastSquares(spreadRegressors)
  for (const { template, laterVariance } of cases) {
    for (const [i, row] of spreadRegressorsAt(template, view).entries()) {
      spread.add(row, Math.log(laterVariance[view]![i]! + grainVariance))
    }
  }
  return spread.solve()
}

/** What a position moved by, beside what was foreseen and beside what all positions moved by. */
function learnDrift(cases: readonly Case[], view: number, means: Means): number {
  const squares = cases.flatMap(({ template, laterTypical }) => {
    const foreseen = Float64Array.from(regressorsAt(template, view), (row) => foretell(means.owner, row))
    return Array.from(
      centred(laterTypical[view]!.map((value, i) => value - foreseen[i]!)),
      (deviation) => deviation * deviation
    )
  })
  return meanOf(squares)
}

/** The median distance of strangers from what was foreseen tells their spread at a position, slips aside. */
function learnStrangerSpread(cases: readonly Case[], view: number, means: Means): Float64Array {
  const spread = leastSquares(2)
  for (const { template, strangers } of cases) {
    const foreseen = Float64Array.from(regressorsAt(template, view), (row) => foretell(means.stranger, row))
    const level = new Float64Array(foreseen.length).fill(1)
    const distances = strangers.map((timings) => {
      const residuals = timings[view]!.map((value, i) => value - foreseen[i]!)
      const pace = commonShift(residuals, level)
      return residuals.map((residual) => Math.abs(residual - pace))
    })
    medianPerPosition(distances).forEach((distance, i) => {
      spread.add([1, foreseen[i]!], Math.log((1.4826 * distance) ** 2 + grainVariance))
    })
  }
  return spread.solve()
}

function learnPace(cases: readonly Case[], view: number, model: ViewModel): Float64Array {
  const owners: number[] = []
  const strangers: number[] = []
  for (const one of cases) {
    const expected = expectationOf(model, one.template, view)
    const note = (paces: number[], timings: Timings, mean: Float64Array, variance: Float64Array): void => {
      const pace = commonShift(
        timings[view]!.map((value, i) => value - mean[i]!),
        variance
      )
      if (!Number.isNaN(pace)) paces.push(pace)
    }
    one.later.forEach((timings, i) => {
      if (i % laterStride === 0) note(owners, timings, expected.owner, expected.ownerVariance)
    })
    for (const timings of one.strangers) note(strangers, timings, expected.stranger, expected.strangerVariance)
  }
  return new Float64Array([medianOf(owners), robustVariance(owners), medianOf(strangers), robustVariance(strangers)])
}

interface Scores {
  readonly owners: readonly (readonly number[])[]
  readonly strangers: readonly (readonly number[])[]
}

/** Parts of the ratio for people whom the model has not seen. */
function scored(models: readonly ViewModel[], cases: readonly Case[]): Scores {
  const owners: number[][] = []
  const strangers: number[][] = []
  for (const one of cases) {
    const expectations = models.map((model, view) => expectationOf(model, one.template, view))
    for (let i = 0; i < one.later.length; i += laterStride) {
      const parts = partsOf(expectations, one.later[i]!)
      if (parts !== undefined) owners.push(parts)
    }
    for (const timings of one.strangers) {
      const parts = partsOf(expectations, timings)
      if (parts !== undefined) strangers.push(parts)
    }
  }
  return { owners, strangers }
}

function foretell(coefficients: Float64Array, row: readonly number[]): number {
  return coefficients.reduce((sum, coefficient, i) => sum + coefficient * row[i]!, 0)
}
