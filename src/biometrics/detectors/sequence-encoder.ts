// Sequence encoder: a network of gated recurrent units learnt on the population reads the times of fifty keystrokes as a point on a sphere,
// near the other points of the same person. Of a person it keeps the sums of those points, so that nobody new needs a network trained;
// probabilistic LDA says whose points the last ones are. Fusion does not ask it window by window: it hears the same two models over whole
// stretches (`verifySequence`).

import type { Detector, FeatureShare } from '../detector.ts'
import { hopEncoderOf, sequenceView } from '../encoder/hops.ts'
import { withoutTimes, type TimeColumn } from '../encoder/sequence.ts'
import type { FeatureName } from '../features/features.ts'
import type { TimingSequence } from '../features/timing-sequence.ts'
import type { SequenceModel } from '../population/population-model.ts'
import { sumStatistics, type Statistics } from '../features/statistics.ts'
import { enrolPlace, strangerRatio } from '../verifiers/verifier.ts'
import type { FeatureWindow } from '../features/window.ts'

export interface SequenceEncoderState {
  readonly version: 1
  /** Windows whose keystrokes were read. */
  readonly learnt: number
  /** Shared by everybody of one population; absent when the population has none. */
  readonly model?: SequenceModel
  /** Sums of embeddings in the layout of `Statistics`, `3 × size` numbers; empty until something is learnt. */
  readonly sums: Statistics
}

/** Hops that a score looks back on: as far as the features of a window do. */
const hopsScored = 4

export const sequenceEncoder: Detector<SequenceEncoderState> = {
  id: 'sequence-encoder',
  version: 1,
  warmUp: 4,

  init({ sequence }) {
    return { version: 1, learnt: 0, ...(sequence === undefined ? {} : { model: sequence }), sums: new Float32Array(0) }
  },

  score: (state, { typed }) => ratioOf(state, typed),

  learn(state, { typed = [] }) {
    if (state.model === undefined) return state
    const fresh = hopEncoderOf(state.model.encoder).statisticsOf(typed).at(-1)
    if (fresh === undefined || fresh[0] === 0) return state
    const sums = state.sums.length === 0 ? fresh.slice() : sumStatistics([state.sums, fresh])
    return { ...state, learnt: state.learnt + 1, sums }
  },

  explain(state: SequenceEncoderState, { typed }: FeatureWindow): readonly FeatureShare[] {
    return typed === undefined ? [] : sharesByOcclusion(typed, (recent) => ratioOf(state, recent))
  }
}

/**
 * By occlusion (Zeiler and Fergus, ECCV 2014): how much less the last keystrokes speak for a stranger when one kind of times is hidden in
 * them. `ratioOfHops` is given a hop of context and those that are scored.
 */
export function sharesByOcclusion(
  typed: readonly TimingSequence[],
  ratioOfHops: (typed: readonly TimingSequence[]) => number | undefined
): readonly FeatureShare[] {
  const recent = typed.slice(-1 - hopsScored)
  const score = ratioOfHops(recent)
  if (score === undefined) return []
  return columns.map(({ feature, column }) => {
    const occluded = ratioOfHops(recent.map((hop) => withoutTimes(hop, column)))
    return { feature, share: score - (occluded ?? score) }
  })
}

/** What can be hidden, under the name of the feature that reads the same times. */
const columns: readonly { readonly feature: FeatureName; readonly column: TimeColumn }[] = [
  { feature: 'holdMean', column: 'holdMs' },
  { feature: 'pressToPressMean', column: 'pressToPressMs' },
  { feature: 'releaseToPressMean', column: 'releaseToPressMs' }
]

/** Natural-log ratio "stranger : owner", before calibration. The first of more hops than are scored is only context. */
function ratioOf(
  { model, learnt, sums }: SequenceEncoderState,
  typed: readonly TimingSequence[] | undefined
): number | undefined {
  if (model === undefined || typed === undefined || typed.length === 0) return undefined
  if (learnt < sequenceEncoder.warmUp) return undefined
  const encoder = hopEncoderOf(model.encoder)
  const view = sequenceView(encoder.size)
  const seen = sumStatistics(encoder.statisticsOf(typed).slice(-hopsScored))
  const amount = view.amountOf(seen)
  if (amount < view.least) return undefined
  const place = enrolPlace(model.verifier, sums, view.amountOf(sums))
  return strangerRatio(model.verifier, place, seen, amount)
}
