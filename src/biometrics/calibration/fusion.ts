// Raw scores of one stretch to one calibrated likelihood ratio: logistic regression over the verifier, the sequence encoder and the
// detectors, learnt on people who were held out of all of them.

import { standardDetectors } from '../detectors/index.ts'
import { fitLogistic } from './logistic.ts'
import type { FusionWeights, Population, PopulationBase } from '../population/population-model.ts'
import {
  held,
  typingView,
  verify,
  verifyPointing,
  verifySequence,
  type DetectorScores,
  type PersonModels,
  type Seen,
  type SeenPointing
} from '../scoring.ts'
import type { Statistics } from '../features/statistics.ts'
import { trailHops } from '../features/hop.ts'

/** What fusion weighs, in its order. */
export const fusedParts: readonly string[] = [
  'population',
  'sequence-encoder',
  ...standardDetectors.map(({ id }) => id)
]

/** The first of them are verifiers, the others detectors. */
const verifierParts = 2

/** One piece of input: sums of statistics, and of embeddings where the population has an encoder. */
export interface Stretch {
  readonly statistics: Statistics
  readonly sequence: Statistics | undefined
}

/** What each view says of a stretch, before calibration. */
export interface StretchScores {
  readonly typed: Seen | undefined
  readonly sequence: Seen | undefined
  readonly pointed: SeenPointing | undefined
  readonly detectors: DetectorScores | undefined
}

export type Fusion = Pick<Population, 'typingFusion' | 'pointingFusion'>

/** That of a population, alone. */
export function fusionOf({ typingFusion, pointingFusion }: Fusion): Fusion {
  return { typingFusion, pointingFusion }
}

/** First entry of a trail that is as long as a window. */
export const detectorHorizon = 2

export function scoresOf(
  base: PopulationBase,
  models: PersonModels,
  { statistics, sequence }: Stretch,
  horizon: number,
  detectors: DetectorScores | undefined
): StretchScores {
  return {
    typed: verify(base.typing, typingView, models.typing, statistics),
    sequence: verifySequence(base.sequence, models.sequence, sequence),
    pointed: verifyPointing(base.pointing, models.pointing, statistics),
    // Detectors look back on a whole window; a shorter stretch is judged without them, or an old owner would speak for a new stranger.
    detectors: horizon >= detectorHorizon ? detectors : undefined
  }
}

/** Calibrated ratio of a stretch. */
export function fusedStretch(fusion: Fusion, horizon: number, scores: StretchScores): number | undefined {
  const { typed, sequence, pointed, detectors } = scores
  const amount = (typed ?? sequence)?.amount
  const typing = amount === undefined ? undefined : fuse(fusion.typingFusion, amount, typingParts(scores))
  const heard = typing === undefined ? detectors : undefined
  const pointing =
    pointed && fuse(fusion.pointingFusion, pointed.amount, pointingParts({ ...scores, detectors: heard }))
  const care = caution[horizon] ?? 1
  if (typing === undefined) return pointing === undefined ? undefined : care * pointing
  return care * (typing + (pointed && pointing !== undefined ? supported(pointing, pointed) : 0))
}

/**
 * Pointing speaks for a person, against what their typing says, only as far as there are people to be told from: of one who moves like nobody known
 * it is not seen how a stranger at the same machine would move.
 */
function supported(pointing: number, { peopleLike }: SeenPointing): number {
  return Math.max(pointing, -Math.log1p(peopleLike))
}

/** Parts of a calibrated ratio of typing, in the order of `fusedParts`; the first has what no other part has. */
export function typingShares(fusion: Fusion, scores: StretchScores, llr: number): number[] {
  const parts = scores.typed || scores.sequence ? typingParts(scores) : pointingParts(scores)
  const table = scores.typed || scores.sequence ? fusion.typingFusion : fusion.pointingFusion
  const weights = table[Math.min(detectorHorizon, table.length - 1)]
  const shares = fusedParts.map((_, i) => {
    const value = parts[i]
    return value === undefined || weights === undefined ? 0 : weights.weights[i]! * (value - weights.middles[i]!)
  })
  shares[0] = llr - shares.slice(1).reduce((sum, share) => sum + share, 0)
  return shares
}

/** Scores in the order of `fusedParts`; undefined = silent. */
type Parts = readonly (number | undefined)[]

function typingParts({ typed, sequence, detectors }: StretchScores): Parts {
  return [typed?.ratio, sequence?.ratio, ...(detectors ?? silent)]
}

function pointingParts({ pointed, detectors }: StretchScores): Parts {
  return [pointed?.ratio, undefined, ...(detectors ?? silent)]
}

const silent: Parts = standardDetectors.map(() => undefined)

/** Calibrated ratio, with the weights interpolated between the amounts they were learnt at. */
function fuse(fusion: readonly FusionWeights[], amount: number, parts: Parts): number | undefined {
  const last = fusion.at(-1)
  if (last === undefined) return undefined
  const above = fusion.findIndex((weights) => amount < weights.amount)
  if (above === 0) return claimed(fusedBy(fusion[0]!, parts))
  if (above < 0) return claimed(fusedBy(last, parts))
  const low = fusion[above - 1]!
  const high = fusion[above]!
  const share = Math.log(amount / low.amount) / Math.log(high.amount / low.amount)
  return claimed((1 - share) * fusedBy(low, parts) + share * fusedBy(high, parts))
}

function fusedBy({ bias, weights, middles }: FusionWeights, parts: Parts): number {
  let sum = bias
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * (parts[i] ?? middles[i]!)
  return sum
}

function claimed(ratio: number): number {
  return held(ratio, mostClaimed)
}

/**
 * Beyond this a calibrated ratio grows with its logarithm only. It must lie above what a sparing budget asks of a whole stretch, or the alarm would
 * wait for what nobody can claim.
 */
const mostClaimed = 12

/**
 * What the shortest stretches say counts less: calibration fits the bulk of their scores, while the tail, where an innocent person looks
 * like a stranger for 25 keystrokes, is longer than the bulk tells. Chosen on recorded people that teach nothing that ships.
 */
const caution = [0.4, 0.6] as const

/** Scores of many stretches, by horizon, of owners and of strangers. */
export interface FusionTrials {
  readonly owner: readonly (readonly StretchScores[])[]
  readonly stranger: readonly (readonly StretchScores[])[]
}

const fewestTrials = 30
const ridge = 0.01

/** `heard`: which of `fusedParts` may have a weight. */
export function fitFusion(trials: FusionTrials, heard: readonly boolean[]): Fusion {
  return {
    typingFusion: fitView(trials, heard, ({ typed, sequence }) => (typed ?? sequence)?.amount, typingParts),
    pointingFusion: fitView(trials, heard, ({ pointed }) => pointed?.amount, pointingParts)
  }
}

function fitView(
  { owner, stranger }: FusionTrials,
  heard: readonly boolean[],
  amountOf: (scores: StretchScores) => number | undefined,
  partsOf: (scores: StretchScores) => Parts
): FusionWeights[] {
  const table: FusionWeights[] = []
  trailHops.forEach((_, horizon) => {
    const [owners, strangers] = [owner, stranger].map((side) =>
      side[horizon]!.filter((scores) => amountOf(scores) !== undefined)
    ) as [StretchScores[], StretchScores[]]
    if (owners.length < fewestTrials || strangers.length < fewestTrials) return
    const amount = strangers.reduce((sum, scores) => sum + amountOf(scores)!, 0) / strangers.length
    if (amount <= (table.at(-1)?.amount ?? 0)) return
    const sides = [strangers, owners].map((side) => side.map(partsOf)) as [Parts[], Parts[]]
    const middles = fusedParts.map((__, part) => {
      const means = sides.map((side) => meanOf(side.map((parts) => parts[part])))
      return means[0] === undefined || means[1] === undefined ? 0 : (means[0] + means[1]) / 2
    })
    const rows = sides.map((side) =>
      side.map((parts) =>
        parts.map((value, part) => (heard[part] === true ? (value ?? middles[part]!) : middles[part]!) - middles[part]!)
      )
    ) as [number[][], number[][]]
    // Weights of detectors start from nothing and those of verifiers from one: what a calibrated verifier alone would be.
    const verifiers = heard.slice(0, verifierParts).filter(Boolean).length
    const prior = fusedParts.map((__, part) => (part < verifierParts && heard[part] === true ? 1 / verifiers : 0))
    const [bias = 0, ...weights] = fitTowardsStrangers(rows, prior)
    const shift = weights.reduce((sum, weight, part) => sum + weight * middles[part]!, 0)
    table.push({ amount, bias: bias - shift, weights, middles })
  })
  return table
}

/**
 * Weights of detectors are not below 0: what one holds against a person must never speak for them. Those that would are left out one by
 * one, the worst first, and the others fitted anew.
 */
function fitTowardsStrangers(sides: readonly [number[][], number[][]], prior: readonly number[]): number[] {
  const rows = sides.map((side) => side.map((row) => row.slice())) as [number[][], number[][]]
  let fitted = fitLogistic(rows[0], rows[1], ridge, prior)
  for (let part = verifierParts; part < fusedParts.length; part++) {
    const weights = fitted.slice(1)
    const lowest = Math.min(...weights.slice(verifierParts))
    if (lowest >= 0) break
    // What never moves has the weight of its prior, and that of a detector is nothing.
    for (const side of rows) for (const row of side) row[weights.lastIndexOf(lowest)] = 0
    fitted = fitLogistic(rows[0], rows[1], ridge, prior)
  }
  return fitted
}

function meanOf(values: readonly (number | undefined)[]): number | undefined {
  let sum = 0
  let count = 0
  for (const value of values) {
    if (value === undefined) continue
    sum += value
    count++
  }
  return count === 0 ? undefined : sum / count
}
