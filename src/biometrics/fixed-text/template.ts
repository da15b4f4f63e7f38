// What is kept of a person's way of typing one secret: a running mean and scatter per position, in which old repetitions fade. It needs no
// model, so that a better model serves old templates.

import { centred, medianOf, robustVariance } from './robust.ts'
import { fewestKeys, mostKeys, timingsOf, views, type Repetition, type Timings } from './repetition.ts'

/** Of one view; arrays have a value per position. */
export interface ViewStatistics {
  /** Effective number of repetitions. */
  readonly weight: Float64Array
  readonly mean: Float64Array
  /** Mean less the pace of each repetition. */
  readonly rhythm: Float64Array
  /** Weighted sum of squared deviations from `rhythm`. */
  readonly scatter: Float64Array
}

/** How other people type the same secret. */
export interface Company {
  readonly people: number
  /** Per view. */
  readonly mean: readonly Float64Array[]
  readonly variance: readonly Float64Array[]
}

export interface FixedTextTemplate {
  readonly version: number
  readonly keys: number
  /** How many it was learnt from. */
  readonly repetitions: number
  /** In the order of `views`. */
  readonly views: readonly ViewStatistics[]
  readonly company?: Company
}

export const templateVersion = 1

/** After this many repetitions an old one counts half. */
const halfLife = 20
const fade = 2 ** (-1 / halfLife)

/** From here on a value so many standard deviations away teaches no more than one at the limit. */
const settledAfter = 5
const farthest = 4.5
/** Nobody is steadier than this, on the scale of the timings. */
const steadiest = 0.05

/** Other people are heard when there are as many as the model learnt to listen to. */
export const fewestOthers = 10

/**
 * Learns a person's way of typing a secret. Repetitions of another length than most are left out (a slip was corrected). `others` are
 * other people's repetitions of the same secret. `undefined` when no repetition has between 4 and 128 keys.
 */
export function enrolFixedText(
  repetitions: readonly Repetition[],
  others: readonly (readonly Repetition[])[] = []
): FixedTextTemplate | undefined {
  const keys = usualLength(repetitions)
  if (keys === undefined) return undefined
  const company = companyOf(others, keys)
  const start: FixedTextTemplate = {
    version: templateVersion,
    keys,
    repetitions: 0,
    views: views.map((view) => emptyView(view === 'hold' ? keys : keys - 1)),
    ...(company === undefined ? {} : { company })
  }
  return repetitions.reduce(updateFixedText, start)
}

/**
 * Learns one more repetition; the caller answers for whose it is. One of another length changes nothing. A single repetition moves the mean
 * by at most 4.5 standard deviations divided by the effective number of repetitions, 29 at most.
 */
export function updateFixedText(template: FixedTextTemplate, repetition: Repetition): FixedTextTemplate {
  if (repetition.pressMs.length !== template.keys) return template
  const settled = template.repetitions >= settledAfter
  const timings = timingsOf(repetition)
  return {
    ...template,
    repetitions: template.repetitions + 1,
    views: template.views.map((view, i) => observed(view, timings[i]!, settled))
  }
}

/** Variance of a position about its rhythm. */
export function varianceAt({ weight, scatter }: ViewStatistics, position: number): number {
  return scatter[position]! / Math.max((weight[position]! - 1) / fade, 1)
}

function emptyView(positions: number): ViewStatistics {
  const zeros = (): Float64Array => new Float64Array(positions)
  return { weight: zeros(), mean: zeros(), rhythm: zeros(), scatter: zeros() }
}

/** Mean and scatter by the recurrence of West (1979), with older weights fading. */
function observed(view: ViewStatistics, values: Float64Array, settled: boolean): ViewStatistics {
  const near = settled ? values.map((value, i) => withinReach(view, value, i)) : values
  const paceFree = centred(near)
  const weight = view.weight.slice()
  const mean = view.mean.slice()
  const rhythm = view.rhythm.slice()
  const scatter = view.scatter.slice()
  near.forEach((value, i) => {
    if (Number.isNaN(value)) return
    const first = weight[i] === 0
    weight[i] = weight[i]! * fade + 1
    mean[i]! += (value - mean[i]!) / weight[i]
    const before = paceFree[i]! - rhythm[i]!
    rhythm[i]! += before / weight[i]
    if (!first) scatter[i] = scatter[i]! * fade + before * (paceFree[i]! - rhythm[i]!)
  })
  return { weight, mean, rhythm, scatter }
}

function withinReach(view: ViewStatistics, value: number, i: number): number {
  if (view.weight[i] === 0) return value
  const reach = farthest * Math.sqrt(varianceAt(view, i) + steadiest ** 2)
  return Math.min(Math.max(value, view.mean[i]! - reach), view.mean[i]! + reach)
}

/** The length of most repetitions; of several, the one that came last. */
function usualLength(repetitions: readonly Repetition[]): number | undefined {
  const counts = new Map<number, number>()
  let usual: number | undefined
  for (const { pressMs } of repetitions) {
    const keys = pressMs.length
    if (keys < fewestKeys || keys > mostKeys) continue
    const count = (counts.get(keys) ?? 0) + 1
    counts.set(keys, count)
    if (usual === undefined || count >= counts.get(usual)!) usual = keys
  }
  return usual
}

/** Both practised and not: the first five repetitions of somebody, and five spread over the others. */
export function sampleOf(repetitions: readonly Repetition[]): readonly Repetition[] {
  const first = 5
  const rest = repetitions.length - first
  const spread = Math.min(Math.max(rest, 0), first)
  const later = Array.from({ length: spread }, (_, i) => repetitions[first + Math.floor(((i + 0.5) * rest) / spread)]!)
  return [...repetitions.slice(0, first), ...later]
}

function companyOf(others: readonly (readonly Repetition[])[], keys: number): Company | undefined {
  const people = others
    .map((repetitions) => sampleOf(repetitions.filter(({ pressMs }) => pressMs.length === keys)).map(timingsOf))
    .filter((timings) => timings.length > 0)
  return people.length < fewestOthers ? undefined : companyFrom(people)
}

/** Typical values of people, and how repetitions of everybody vary about them when their pace is taken away. */
export function companyFrom(people: readonly (readonly Timings[])[]): Company {
  const perView = views.map((_, view) => {
    const values = people.map((timings) => timings.map((one) => one[view]!))
    const typical = values.map(medianPerPosition)
    const rhythms = values.flat().map(centred)
    const positions = Array.from(typical[0]!.keys())
    return {
      mean: Float64Array.from(positions, (i) => medianOf(typical.map((one) => one[i]!))),
      variance: Float64Array.from(positions, (i) => robustVariance(rhythms.map((one) => one[i]!)))
    }
  })
  return { people: people.length, mean: perView.map(({ mean }) => mean), variance: perView.map((one) => one.variance) }
}

export function medianPerPosition(repetitions: readonly Float64Array[]): Float64Array {
  return Float64Array.from(repetitions[0]!.keys(), (i) => medianOf(repetitions.map((one) => one[i]!)))
}
