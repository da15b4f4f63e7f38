// The promises of a detector (`src/testing/detector-contract.ts`) as a suite of vitest.

import { describe, it } from 'vitest'
import type { Detector } from '../../src/biometrics/index.ts'
import { detectorContract as checksOf, type DetectorContractOptions } from '../../src/testing/index.ts'

export function detectorContract(detector: Detector, options?: DetectorContractOptions): void {
  describe(`detector ${detector.id}`, () => {
    it.each(checksOf(detector, options))('$name', ({ check }) => check())
  })
}
