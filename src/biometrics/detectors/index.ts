// The detectors: those that every profile has, in the order in which fusion weighs them, and all that keep the promises of one.

import type { Detector } from '../detector.ts'
import { autoencoder } from './autoencoder.ts'
import { isolationForest } from './isolation-forest.ts'
import { localOutlier } from './local-outlier.ts'
import { oneClassSvm } from './one-class-svm.ts'
import { passiveAggressive } from './passive-aggressive.ts'
import { sequenceEncoder } from './sequence-encoder.ts'

export const standardDetectors: readonly Detector[] = [
  isolationForest,
  oneClassSvm,
  passiveAggressive,
  localOutlier,
  autoencoder
] as readonly Detector[]

/** With the sequence encoder, which profiles keep as a place of its own and fusion hears over whole stretches. */
export const allDetectors: readonly Detector[] = [...standardDetectors, sequenceEncoder]
