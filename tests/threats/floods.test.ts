// THREATS.md 17 on a whole provider in a process of its own, with people at work beside the floods. How long these wait for their decisions is
// measured by `tests/measure/floods.ts`.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { floodAnswers, floodKinds } from './flooding.ts'
import { floodedHouse, type FloodedHouse } from './flooded-house.ts'

let house: FloodedHouse
beforeAll(async () => {
  house = await floodedHouse(20)
}, 120_000)
afterAll(() => house.close())

test(
  'bombs, floods of messages and unending fragments: each is closed with its code, memory holds, nobody else loses a frame',
  { timeout: 120_000 },
  async () => {
    const quiet = await house.play(10, [])
    const flooded = await house.play(10, floodKinds)
    for (const kind of floodKinds) {
      const codes = flooded.answers[kind]!.filter((answer) => typeof answer === 'number')
      expect([kind, new Set(codes)]).toEqual([kind, new Set([floodAnswers[kind]])])
    }
    expect(quiet.lost).toBe(0)
    expect(flooded.lost).toBe(0)
    expect(flooded.frames).toBeGreaterThan(150)
    expect(flooded.highestRss - quiet.highestRss).toBeLessThan(50_000_000)
  }
)
