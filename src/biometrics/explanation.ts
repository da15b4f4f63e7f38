// Which features speak for a stranger. Each part that fusion weighs says what of its own score is due to which feature, and each counts as
// far as fusion hears it: who explains is who decides. Asked when somebody is to be told why, never while a stream is judged.

import type { FeatureShare } from './detector.ts'
import { standardDetectors } from './detectors/index.ts'
import { sharesByOcclusion } from './detectors/sequence-encoder.ts'
import { hopEncoderOf } from './encoder/hops.ts'
import { KeyClass } from './events.ts'
import { keystrokeFeatures, type FeatureName } from './features/features.ts'
import { detectorHorizon, type StretchScores } from './calibration/fusion.ts'
import type { Population } from './population/population-model.ts'
import { typingView, verifySequence, type PersonModels } from './scoring.ts'
import { cellFamilies, keyClasses, statisticsCells, sumStatistics, type Statistics } from './features/statistics.ts'
import { readingShares } from './verifiers/verifier-shares.ts'
import { trailHops } from './features/hop.ts'
import type { Window } from './features/window.ts'

const mostFeatures = 8

/**
 * Features of a window whose stretch of detectors' length has the `statistics` and the `scores`, in the unit of the calibrated ratio, loudest
 * first, at most eight. Parts that have no features to name (the pointer's verifier) are left out, so that they need not sum to the ratio.
 */
export function explain(
  population: Population,
  models: PersonModels,
  window: Window,
  statistics: Statistics,
  scores: StretchScores
): FeatureShare[] {
  const typing = scores.typed !== undefined || scores.sequence !== undefined
  const table = typing ? population.typingFusion : population.pointingFusion
  const weights = table[Math.min(detectorHorizon, table.length - 1)]?.weights ?? []
  const parts = [
    typing ? typedShares(population, models, statistics) : [],
    typing ? sequenceShares(population, models, window) : [],
    ...detectorShares(models, window, scores)
  ]
  return loudest(parts.flatMap((shares, i) => shares.map((one) => ({ ...one, share: (weights[i] ?? 0) * one.share }))))
}

/** Of the statistics' verifier: times of classes and pairs of keys. */
function typedShares({ typing }: Population, models: PersonModels, statistics: Statistics): FeatureShare[] {
  const amount = typingView.amountOf(statistics)
  if (typing === undefined || models.typing === undefined || amount < typingView.least) return []
  const shares = readingShares(typing, models.typing, statistics, amount)
  return Array.from(typing.cells, (reading, d) => ({ ...named(reading), share: shares[d]! }))
}

function sequenceShares(
  { sequence: model }: Population,
  { sequence: place }: PersonModels,
  { typed }: Window
): readonly FeatureShare[] {
  if (model === undefined || place === undefined) return []
  const encoder = hopEncoderOf(model.encoder)
  return sharesByOcclusion(
    typed,
    (recent) =>
      verifySequence(model, place, sumStatistics(encoder.statisticsOf(recent).slice(-trailHops[detectorHorizon])))
        ?.ratio
  )
}

/** One list a detector, in standard deviations of strangers' scores as fusion hears them. */
function detectorShares(
  { detectors, typed, pointed }: PersonModels,
  { features }: Window,
  scores: StretchScores
): (readonly FeatureShare[])[] {
  const comparable = {
    features: features.map((value, at) => ((at < keystrokeFeatures.length ? typed : pointed) ? value : Number.NaN))
  }
  return standardDetectors.map((detector, i) => {
    const trained = detectors[i]
    if (scores.detectors?.[i] === undefined || trained === undefined) return []
    const shares = detector.explain?.(trained.state, comparable) ?? []
    return shares.map((one) => ({ ...one, share: one.share / trained.strangerSpread }))
  })
}

/** What a reading of the statistics is a part of, and of which keys it tells. */
function named(reading: number): { feature: FeatureName; keys: string } {
  const spread = reading >= statisticsCells
  const cell = spread ? reading - statisticsCells : reading
  const { hold, holdAfter, pressToPress, releaseToPress } = cellFamilies
  if (cell < holdAfter.first)
    return { feature: spread ? 'holdSpread' : 'holdMean', keys: classNames[cell - hold.first]! }
  const pair = (cell - holdAfter.first) % (keyClasses * keyClasses)
  const [before, after] = [Math.floor(pair / keyClasses), pair % keyClasses]
  const keys = `${classNames[before]} ${classNames[after]}`
  if (cell < pressToPress.first) return { feature: 'holdMean', keys }
  if (cell >= releaseToPress.first) return { feature: 'releaseToPressMean', keys }
  if (spread) return { feature: 'typingRateSpread', keys }
  const letters = before <= KeyClass.right && after <= KeyClass.right
  if (!letters) return { feature: 'pressToPressMean', keys }
  return { feature: before === after ? 'digraphSameHand' : 'digraphOtherHand', keys }
}

const classNames: readonly string[] = Object.keys(KeyClass)

/** One entry a feature, with the keys in which it shows most. */
function loudest(shares: readonly FeatureShare[]): FeatureShare[] {
  const sums = new Map<string, { share: number; most: FeatureShare | undefined }>()
  for (const one of shares) {
    if (one.share === 0 || !Number.isFinite(one.share)) continue
    const sum = sums.get(one.feature) ?? { share: 0, most: undefined }
    sum.share += one.share
    if (one.keys !== undefined && Math.abs(one.share) > Math.abs(sum.most?.share ?? 0)) sum.most = one
    sums.set(one.feature, sum)
  }
  return [...sums]
    .map(([feature, { share, most }]) => ({ feature, share, ...(most?.keys !== undefined && { keys: most.keys }) }))
    .sort((a, b) => Math.abs(b.share) - Math.abs(a.share))
    .slice(0, mostFeatures)
}
