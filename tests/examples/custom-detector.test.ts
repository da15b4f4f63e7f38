// The seventh detector of the examples keeps the promises of a detector, and so would be heard like any other.

import { workingStyle } from '../../examples/custom-detector.ts'
import { detectorContract } from '../contracts/detector.ts'

detectorContract(workingStyle)
