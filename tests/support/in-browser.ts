// Registers suites that need a real browser: where there is none they do not exist, and the runner says so. Apart from
// browser.ts, because the runner itself imports that one and is no test.

import { describe } from 'vitest'
import { chromiumPath } from './browser.ts'

export function inBrowser(suite: () => void): void {
  if (chromiumPath() === undefined) return
  describe('in a real browser', () => {
    suite()
  })
}
