// The plug point for anything that can say how unlike its owner a window is. Raw scores need no scale: calibration and thresholds live
// outside. `tests/contracts/detector.ts` holds every detector to what stands here.

import type { PopulationBase } from './population/population-model.ts'
import type { FeatureWindow } from './features/window.ts'

export interface FeatureShare {
  readonly feature: string
  /** Part of the score and in its unit, positive towards "stranger"; 0 = says nothing, e.g. because it was not observed. */
  readonly share: number
  /** Class of key, or pair of classes in their order, in which it shows most, where that is known: `left`, `space left`. */
  readonly keys?: string
}

export interface Detector<State = unknown> {
  /** Stored in profiles, metric label; never renamed. */
  readonly id: string
  /** An older state is relearned, never coerced. */
  readonly version: number
  /** Windows to learn before the score counts. */
  readonly warmUp: number
  init(population: PopulationBase, random: () => number): State
  /** Higher = less like the owner. Reads only; undefined, not 0, while warming up or when the window shows nothing. */
  score(state: State, window: FeatureWindow): number | undefined
  /** The next state; the one given stays as it was. */
  learn(state: State, window: FeatureWindow): State
  /** What of the score is due to which feature. Asked only about windows that somebody wants explained, so it may take its time. */
  explain?(state: State, window: FeatureWindow): readonly FeatureShare[]
}
