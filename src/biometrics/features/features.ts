// The 40 features of a window: their names, their order and the version of both. Stored profiles carry the version; a change
// of meaning or order raises it and profiles are learnt anew.

export const featureVersion = 2

/** Positions 0–19: typing. Times are natural logarithms of milliseconds unless the name says otherwise. */
export const keystrokeFeatures = [
  'holdMean',
  'holdSpread',
  'pressToPressMean',
  'releaseToPressMean',
  'typingRate',
  'typingRateSpread',
  'digraphSameHand',
  'digraphOtherHand',
  'trigraph',
  'rhythm',
  'overlapShare',
  'specialShare',
  'correctionShare',
  'shiftRightShare',
  'capsLockShare',
  'density',
  'burstKeys',
  'pauseShare',
  'minutesIntoSession',
  'numpadShare'
] as const

/** Positions 20–39: pointing. */
export const pointerFeatures = [
  'speed',
  'acceleration',
  'jerk',
  'curvature',
  'straightness',
  'angle',
  'jitter',
  'clickRate',
  'clickHold',
  'doubleClickGap',
  'scrollRate',
  'wheelRhythm',
  'dragShare',
  'strokeDuration',
  'strokeLength',
  'timeToPeak',
  'pointerPause',
  'hoverBeforeClick',
  'idleShare',
  'overshoot'
] as const

export const featureNames = [...keystrokeFeatures, ...pointerFeatures] as const
export type FeatureName = (typeof featureNames)[number]

/** Features that say something about the moment rather than the person; kept for explanations, no detector weighs them. */
export const contextFeatures: ReadonlySet<FeatureName> = new Set<FeatureName>(['minutesIntoSession'])

/** The position of a feature in `Window.features`. */
export const featureAt = Object.freeze(
  Object.fromEntries(featureNames.map((name, position) => [name, position]))
) as Readonly<Record<FeatureName, number>>
