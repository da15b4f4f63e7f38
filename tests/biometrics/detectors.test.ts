// Every detector that ships keeps the promises of a detector.

import { standardDetectors } from '../../src/biometrics/index.ts'
import { detectorContract } from '../contracts/detector.ts'

for (const detector of standardDetectors) detectorContract(detector)
