// How far scores can be taken at their word as natural-log likelihood ratios "stranger : owner" (Brümmer and du Preez,
// "Application-independent evaluation of speaker detection", Computer Speech and Language 20, 2006).

import type { Curve, RankedTrials, Weights } from './trials.ts'

/** Bits that each trial loses by its ratio, in the order of the trials: what `ratioCost` averages. */
export function ratioLosses({ target, prober, score }: RankedTrials): Float64Array {
  return score.map((ratio, i) => bitsLost(target[i] === prober[i] ? ratio : -ratio))
}

/** Cost of the ratios in bits (Cllr): 0 = perfect, 1 = as good as no score. */
export function ratioCost({ target, prober }: RankedTrials, losses: Float64Array, weights: Weights): number {
  let ownerLoss = 0
  let owners = 0
  let strangerLoss = 0
  let strangers = 0
  for (let i = 0; i < losses.length; i++) {
    const own = weights[target[i]!]!
    const other = prober[i]!
    if (other === target[i]!) {
      ownerLoss += own * losses[i]!
      owners += own
    } else {
      const weight = other < 0 ? own : own * weights[other]!
      strangerLoss += weight * losses[i]!
      strangers += weight
    }
  }
  return (ownerLoss / owners + strangerLoss / strangers) / 2
}

/**
 * The cost that is left when the ratios are recalibrated as well as anything monotone could (min Cllr): pool adjacent violators. The difference
 * to `ratioCost` is what calibration loses.
 */
export function leastRatioCost({ owner, stranger, owners, strangers }: Curve): number {
  // Blocks of rising share of strangers.
  const ownerIn: number[] = []
  const strangerIn: number[] = []
  for (let i = 0; i < owner.length; i++) {
    let own = owner[i]! / owners
    let other = stranger[i]! / strangers
    if (own === 0 && other === 0) continue
    while (ownerIn.length > 0 && strangerIn.at(-1)! * own >= other * ownerIn.at(-1)!) {
      own += ownerIn.pop()!
      other += strangerIn.pop()!
    }
    ownerIn.push(own)
    strangerIn.push(other)
  }
  let cost = 0
  ownerIn.forEach((own, i) => {
    const other = strangerIn[i]!
    if (own > 0) cost += own * Math.log2(1 + other / own)
    if (other > 0) cost += other * Math.log2(1 + own / other)
  })
  return cost / 2
}

/** One point of a reliability diagram: what the scores claim, and what is true. */
export interface ReliabilityBin {
  /** Mean claimed probability of a stranger, at even odds. */
  readonly claimed: number
  /** Share of strangers when owners and strangers count alike in all. */
  readonly observed: number
  readonly owners: number
  readonly strangers: number
}

/**
 * Bins of equal width on the scale of claimed probability; neighbours are joined until each weighs as much as `least` owners, a stranger
 * weighing less where there are more of them.
 */
export function reliability({ target, prober, score }: RankedTrials, bins = 10, least = 8): ReliabilityBin[] {
  const claims = Float64Array.from(score, (ratio) => 1 / (1 + Math.exp(-ratio)))
  const own = claims.map((_, i) => (target[i] === prober[i] ? 1 : 0))
  const owners = own.reduce((sum, one) => sum + one, 0)
  const strangers = own.length - owners
  const found: ReliabilityBin[] = []
  let bin = { owners: 0, strangers: 0, claimed: 0, weight: 0 }
  claims.forEach((claimed, i) => {
    const weight = own[i] === 1 ? 1 / owners : 1 / strangers
    if (own[i] === 1) bin.owners++
    else bin.strangers++
    bin.claimed += weight * claimed
    bin.weight += weight
    const ends = i + 1 === claims.length || Math.floor(claims[i + 1]! * bins) > Math.floor(claimed * bins)
    if (!ends || (bin.weight * owners < least && i + 1 < claims.length)) return
    found.push({
      claimed: bin.claimed / bin.weight,
      observed: bin.strangers / strangers / bin.weight,
      owners: bin.owners,
      strangers: bin.strangers
    })
    bin = { owners: 0, strangers: 0, claimed: 0, weight: 0 }
  })
  return found
}

function bitsLost(z: number): number {
  return (z > 30 ? z : Math.log1p(Math.exp(z))) / Math.LN2
}
