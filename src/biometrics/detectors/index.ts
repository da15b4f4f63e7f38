// The detectors that every profile has, in the order in which fusion weighs them.

import type { Detector } from '../detector.ts'
import { autoencoder } from './autoencoder.ts'
import { isolationForest } from './isolation-forest.ts'
import { localOutlier } from './local-outlier.ts'
import { oneClassSvm } from './one-class-svm.ts'
import { passiveAggressive } from './passive-aggressive.ts'

export const standardDetectors: readonly Detector[] = [
  isolationForest,
  oneClassSvm,
  passiveAggressive,
  localOutlier,
  autoencoder
] as readonly Detector[]
