// THREATS.md 7 on simulated scripts, 200 runs of each kind; `tests/measure/liveness.ts` runs more of them, and `browser.test.ts` a real browser.

import { describe, expect, it } from 'vitest'
import type { InputEvent } from '../../src/biometrics/index.ts'
import { createLivenessWatch } from '../../src/biometrics/liveness/index.ts'
import { seededRandom } from '../../src/biometrics/random.ts'
import { samplePeople } from '../support/recordings.ts'
import { livenessHouse } from './liveness-house.ts'
import { dayOf, typingOf } from './replay-attack.ts'
import { scriptedPointing, scriptedTyping, styles, type Delays, type Pointing } from './scripts.ts'

const runs = 200

function flagged(events: readonly InputEvent[]): boolean {
  const watch = createLivenessWatch()
  return events.some((event) => {
    watch.push(event)
    return watch.assess()?.kind === 'automation'
  })
}

function flaggedOf(script: (random: () => number) => readonly InputEvent[]): number {
  let count = 0
  for (let run = 1; run <= runs; run++) if (flagged(script(seededRandom(run)))) count++
  return count
}

describe('a script that types 200 keys', () => {
  const least: Readonly<Record<'constant' | 'uniform', number>> = { constant: 0.99 * runs, uniform: 0.97 * runs }
  it.each(styles.flatMap((style) => (['constant', 'uniform'] as const).map((delays) => ({ style, delays }))))(
    'with $delays delays ($style) is known as one',
    ({ style, delays }) => {
      expect(flaggedOf((random) => scriptedTyping({ delays, style, keystrokes: 200 }, random))).toBeGreaterThanOrEqual(
        least[delays]
      )
    }
  )

  it.each<Delays>(['normal', 'log-normal'])(
    'is not saved by %s delays when they know nothing of the keys',
    (delays) => {
      const count = flaggedOf((random) => scriptedTyping({ delays, style: 'both', keystrokes: 200 }, random))
      expect(count).toBeGreaterThanOrEqual(0.9 * runs)
    }
  )
})

describe('a script that points at twenty things', () => {
  it.each<Pointing>(['lines', 'curves'])('along %s is known as one', (pointing) => {
    expect(flaggedOf((random) => scriptedPointing(pointing, 20, random))).toBeGreaterThanOrEqual(0.9 * runs)
  })

  it('and jumps looks like a finger on a touch screen: that alone is no reason to ask', () => {
    expect(flaggedOf((random) => scriptedPointing('jumps', 20, random))).toBe(0)
  })
})

it('a script is asked to prove who it is, and audited with the reasons', async () => {
  const typed = scriptedTyping({ delays: 'constant', style: 'press', keystrokes: 120 }, seededRandom(3))
  const played = await livenessHouse().play('ana', typed)
  expect(played).toMatchObject({ accepted: false, suspicions: ['automation_suspected'] })
})

it('people are not taken for scripts, even when an extension dispatches their events', async () => {
  for (const { recordings } of samplePeople(5, 40)) {
    const played = await livenessHouse().play('ana', dayOf(recordings.map(typingOf)), { untrusted: true })
    expect(played.suspicions).toEqual([])
  }
})
