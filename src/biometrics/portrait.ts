// What a profile says about a person in the terms of that person: a few habits, each beside how people differ in it. Coarse on purpose: five
// steps, so that whoever sees it learns nothing that would help to imitate the hands.

import { featureAt, type FeatureName } from './features/features.ts'
import type { Population } from './population/population-model.ts'
import type { Profile } from './profile.ts'

/** Features that can be said in words, in the order in which a person would hear of them. */
export const portrayed = [
  'typingRate',
  'holdMean',
  'overlapShare',
  'pauseShare',
  'correctionShare',
  'speed',
  'straightness',
  'clickHold'
] as const satisfies readonly FeatureName[]

export interface Trait {
  readonly feature: (typeof portrayed)[number]
  /** Among people: 0 = much less than most, 2 = like most, 4 = much more than most. */
  readonly step: 0 | 1 | 2 | 3 | 4
}

/** Habits that were observed often enough to be said. */
export function portraitOf(
  { scale }: Pick<Population, 'scale'>,
  { person }: Pick<Profile, 'person'>
): readonly Trait[] {
  return portrayed.flatMap((feature) => {
    const at = featureAt[feature]
    const seen = person.rows.map((row) => row[at]!).filter((value) => Number.isFinite(value))
    const between = scale.between[at]!
    if (seen.length < fewestWindows || !(between > 0)) return []
    const mean = seen.reduce((sum, value) => sum + value, 0) / seen.length
    return [{ feature, step: stepOf((mean - scale.mean[at]!) / between) }]
  })
}

const fewestWindows = 3

/** `deviations` in units of how people differ; of a normal spread some 13, 23, 28, 23 and 13 of a hundred people fall into the steps. */
function stepOf(deviations: number): Trait['step'] {
  if (deviations < -1.13) return 0
  if (deviations < -0.36) return 1
  if (deviations <= 0.36) return 2
  return deviations <= 1.13 ? 3 : 4
}
