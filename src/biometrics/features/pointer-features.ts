// The 20 pointing features of a window, from the sums over its last hops.

import { featureAt, type FeatureName } from './features.ts'
import { pointerQuantities, type PointerQuantity } from './pointer.ts'
import { cellFamilies, type Statistics } from './statistics.ts'

/** What one hop says of the pointer. */
export interface PointerHop {
  readonly statistics: Statistics
  readonly clicks: number
  readonly wheels: number
  readonly activeMs: number
  readonly idleMs: number
}

/** Fills positions 20–39. */
export function pointerFeaturesOf(hops: readonly PointerHop[], features: Float64Array): void {
  for (const [feature, quantity] of means) {
    const at = 3 * (cellFamilies.pointer.first + pointerQuantities.indexOf(quantity))
    let count = 0
    let sum = 0
    for (const { statistics } of hops) {
      count += statistics[at]!
      sum += statistics[at + 1]!
    }
    if (count > 0) features[featureAt[feature]] = sum / count
  }
  let clicks = 0
  let wheels = 0
  let activeMs = 0
  let idleMs = 0
  for (const hop of hops) {
    clicks += hop.clicks
    wheels += hop.wheels
    activeMs += hop.activeMs
    idleMs += hop.idleMs
  }
  // In less than a second nothing has a rate.
  if (!(activeMs >= 1000)) return
  features[featureAt.clickRate] = Math.log1p((clicks / activeMs) * 60_000)
  features[featureAt.scrollRate] = Math.log1p((wheels / activeMs) * 60_000)
  features[featureAt.idleShare] = idleMs / activeMs
}

const means: readonly (readonly [FeatureName, PointerQuantity])[] = [
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
