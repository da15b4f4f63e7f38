// A seventh detector: how often does this person correct, cut short and pause, against how often they usually do? It reads four of the
// forty features, keeps their running mean and variance, and compares with people in general.
//
// Try it: `import { detectorContract } from 'oidc-vigil/testing'` and, in a test file,
// `for (const { name, check } of detectorContract(workingStyle)) it(name, check)`.

import {
  featureNames,
  type Detector,
  type FeatureName,
  type FeatureShare,
  type FeatureWindow
} from 'oidc-vigil/biometrics'

interface WorkingStyleState {
  readonly version: 1
  readonly learnt: number
  /** Of each feature that is read, in people in general: mean and variance. */
  readonly usual: readonly { readonly mean: number; readonly variance: number }[]
  /** Of each, in the owner: how often observed, sum and sum of squares of the standardised values. */
  readonly counts: readonly number[]
  readonly sums: readonly number[]
  readonly squares: readonly number[]
}

const read = ['correctionShare', 'overlapShare', 'pauseShare', 'burstKeys'] as const satisfies readonly FeatureName[]
const places = read.map((name) => featureNames.indexOf(name))
/** The owner's variance counts this many windows of ordinary variance from the start, so that it is never 0. */
const prior = 4

export const workingStyle: Detector<WorkingStyleState> = {
  id: 'working-style',
  version: 1,
  warmUp: 5,

  init({ scale }) {
    return {
      version: 1,
      learnt: 0,
      usual: places.map((at) => ({
        mean: scale.mean[at]!,
        variance: scale.within[at]! ** 2 + scale.between[at]! ** 2
      })),
      counts: read.map(() => 0),
      sums: read.map(() => 0),
      squares: read.map(() => 0)
    }
  },

  score(state, window) {
    if (state.learnt < workingStyle.warmUp) return undefined
    const shares = sharesOf(state, window)
    return shares.length === 0 ? undefined : shares.reduce((sum, { share }) => sum + share, 0)
  },

  learn(state, window) {
    const values = standardised(state, window)
    if (values.every((value) => value === undefined)) return state
    const added = (to: readonly number[], of: (value: number) => number): number[] =>
      to.map((sum, i) => sum + (values[i] === undefined ? 0 : of(values[i])))
    return {
      ...state,
      learnt: state.learnt + 1,
      counts: added(state.counts, () => 1),
      sums: added(state.sums, (value) => value),
      squares: added(state.squares, (value) => value ** 2)
    }
  },

  explain: (state, window) => sharesOf(state, window)
}

/** Log-likelihood ratio "anybody : owner" of each feature that is observed, both taken as normal. */
function sharesOf(state: WorkingStyleState, window: FeatureWindow): FeatureShare[] {
  return standardised(state, window).flatMap((value, i) => {
    const count = state.counts[i]!
    if (value === undefined || count === 0) return []
    const mean = state.sums[i]! / (count + 1)
    const deviations = state.squares[i]! - 2 * mean * state.sums[i]! + count * mean ** 2
    const variance = (prior + deviations) / (prior + count)
    const owner = (value - mean) ** 2 / variance + Math.log(variance)
    return [{ feature: read[i]!, share: (owner - value ** 2) / 2 }]
  })
}

/** In standard deviations of everybody, at most five of them; undefined = not observed. */
function standardised({ usual }: WorkingStyleState, { features }: FeatureWindow): (number | undefined)[] {
  return usual.map(({ mean, variance }, i) => {
    const value = (features[places[i]!]! - mean) / Math.sqrt(variance)
    return Number.isNaN(value) ? undefined : Math.min(Math.max(value, -5), 5)
  })
}
