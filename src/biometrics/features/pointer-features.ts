// The 20 pointing features of a window, from the sums over its last hops.

import { featureAt, type FeatureName } from './features.ts'
import type { Hop } from './hop.ts'
import { pointerQuantities, type PointerQuantity } from './pointer.ts'

/** Fills positions 20–39. */
export function pointerFeaturesOf(hops: readonly Hop[], features: Float64Array): void {
  for (const { feature, at } of means) {
    let count = 0
    let sum = 0
    for (const { pointing } of hops) {
      if (pointing === undefined) continue
      count += pointing[at]!
      sum += pointing[at + 1]!
    }
    if (count > 0) features[feature] = sum / count
  }
  let clicks = 0
  let wheels = 0
  let activeMs = 0
  let idleMs = 0
  for (const { counts } of hops) {
    clicks += counts.clicks
    wheels += counts.wheels
    activeMs += counts.activeMs
    idleMs += counts.idleMs
  }
  // In less than a second nothing has a rate.
  if (!(activeMs >= 1000)) return
  features[featureAt.clickRate] = Math.log1p((clicks / activeMs) * 60_000)
  features[featureAt.scrollRate] = Math.log1p((wheels / activeMs) * 60_000)
  features[featureAt.idleShare] = idleMs / activeMs
}

const meanOf: readonly (readonly [FeatureName, PointerQuantity])[] = [
  ['speed', 'speed'],
  ['acceleration', 'acceleration'],
  ['jerk', 'jerk'],
  ['curvature', 'curvature'],
  ['straightness', 'straightness'],
  ['angle', 'angle'],
  ['jitter', 'jitter'],
  ['clickHold', 'clickHold'],
  ['doubleClickGap', 'doubleClickGap'],
  ['wheelRhythm', 'wheelGap'],
  ['dragShare', 'dragged'],
  ['strokeDuration', 'strokeDuration'],
  ['strokeLength', 'strokeLength'],
  ['timeToPeak', 'timeToPeak'],
  ['pointerPause', 'pause'],
  ['hoverBeforeClick', 'hoverBeforeClick'],
  ['overshoot', 'overshoot']
]

/** Position of the feature, and where the cell of its quantity begins. */
const means = meanOf.map(([feature, quantity]) => ({
  feature: featureAt[feature],
  at: 3 * pointerQuantities.indexOf(quantity)
}))
