// How fine a page's clock is: measured, because browsers that resist fingerprinting make it coarse on purpose.

import { expect, test } from 'vitest'
import { measureGrain } from '../../src/browser/clock-grain.ts'

test.each([0.005, 0.1, 1, 16.667, 100])('a clock with steps of %d ms is reported as such', async (step) => {
  const grain = await measureGrain(() => Math.floor(performance.now() / step) * step)
  // A machine that is held up sees two steps as one, and never half a step.
  expect(grain).toBeGreaterThan(0.98 * step)
  expect(grain).toBeLessThan(10 * step + 0.05)
})

test('of a clock that stands still nothing is said', async () => {
  expect(await measureGrain(() => 7)).toBe(0)
})
