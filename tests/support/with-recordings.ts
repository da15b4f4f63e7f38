// Registers suites that are about the recorded people themselves: where there are none they do not exist, and the runner says so. Apart from
// recordings.ts, which serves measurements outside the test runner, too.

import { describe } from 'vitest'
import { hasRecordedPeople } from './recordings.ts'

export function withRecordings(suite: () => void): void {
  if (!hasRecordedPeople) return
  describe('of the recorded people', () => {
    suite()
  })
}
