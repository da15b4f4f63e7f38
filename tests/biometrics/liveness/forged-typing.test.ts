// Keystrokes drawn one by one from a recording, each changed a little, are known by what hands carry over from one to the next. Nobody is known
// by it who types, whatever they type and on whatever clock.

import { describe, expect, it } from 'vitest'
import { syntheticRecordings, type InputEvent } from '../../../src/biometrics/index.ts'
import { createLivenessWatch, type LivenessAssessment } from '../../../src/biometrics/liveness/index.ts'
import { createCarryOver } from '../../../src/biometrics/liveness/carry-over.ts'
import { forgedTypingLooks, forgedTypingNames } from '../../../src/biometrics/liveness/forged-typing.ts'
import type { Keystroke } from '../../../src/biometrics/features/keystrokes.ts'
import { normals, seededRandom } from '../../../src/biometrics/random.ts'
import { hasRecordedPeople, samplePeople } from '../../support/recordings.ts'
import { drawnWith, forged, sampleOf, textOf, victimHand } from '../../threats/forger.ts'
import { dayOf, typingOf } from '../../threats/replay-attack.ts'

const victims = samplePeople(61, 12)
const others = samplePeople(62, 12, victims)
const everybody = sampleOf(others.map(({ recordings }) => dayOf(recordings.map(typingOf))))
const reason = 'keystrokes that know nothing of those around them'

/** What the first suspicion of a stream was, if there was any. */
function suspected(events: readonly InputEvent[]): LivenessAssessment | undefined {
  const watch = createLivenessWatch()
  for (const event of events) {
    watch.push(event)
    const found = watch.assess()
    if (found !== undefined) return found
  }
  return undefined
}

describe('of twelve forgers who change each keystroke a little', () => {
  it.each([
    [1, 2, 250, 9],
    [5, 2, 500, 10],
    [5, 5, 500, 9],
    [1, 10, 500, 8],
    [15, 5, 750, 9],
    [15, 10, 1000, 9]
  ])(
    'with %i sentences of the victim and %i ms, within %i keystrokes %i are known',
    (known, jitterMs, within, least) => {
      const random = seededRandom(7)
      const found = victims.map(({ recordings }, i) => {
        const text = textOf(sampleOf([dayOf(others[i]!.recordings.map(typingOf))]))
        const hand = victimHand(sampleOf(recordings.slice(0, known).map(typingOf)), everybody, random, text)
        return suspected(forged(drawnWith(hand, jitterMs, random), within))
      })
      // Of invented victims one forgery less is known.
      const fewest = hasRecordedPeople ? least : least - 1
      expect(found.filter((one) => one?.kind === 'automation').length).toBeGreaterThanOrEqual(fewest)
      expect(found.some((one) => one?.reasons.includes(reason) === true)).toBe(true)
    }
  )
})

describe('what carries over', () => {
  /** Five hundred keystrokes of four classes in no order; each time keeps `share` of what the one before was off by. */
  function typed(share: number): Keystroke[] {
    const random = seededRandom(3)
    const normal = normals(random)
    let [gap, hold] = [0, 0]
    let previousCls = 0
    return Array.from({ length: 500 }, () => {
      gap = share * gap + normal()
      hold = share * hold + normal()
      const cls = Math.floor(4 * random())
      const keystroke = {
        pressT: 0,
        cls,
        previousCls,
        holdMs: 90 * Math.exp(0.2 * hold),
        pressToPressMs: 180 * Math.exp(0.3 * gap),
        releaseToPressMs: 90
      }
      previousCls = cls
      return keystroke
    })
  }

  function featuresOf(keystrokes: readonly Keystroke[]): readonly number[] | undefined {
    const carried = createCarryOver()
    for (const keystroke of keystrokes) carried.add(keystroke)
    return carried.features(Math.min(500, keystrokes.length))
  }

  it('is nothing where keystrokes are independent, and plain where they are not', () => {
    for (const value of featuresOf(typed(0))!) expect(Math.abs(value)).toBeLessThan(3.5)
    const [gapAfterGap, , holdAfterHold] = featuresOf(typed(0.4))!
    expect(gapAfterGap).toBeGreaterThan(4)
    expect(holdAfterHold).toBeGreaterThan(4)
  })

  it('is not asked of somebody who types the same phrase over and over', () => {
    const phrase = typed(0).slice(0, 11)
    expect(featuresOf(Array.from({ length: 45 }, () => phrase).flat())).toBeUndefined()
  })

  it('is the same on a clock of twice the pace, and is forgotten on demand', () => {
    const keystrokes = typed(0.2)
    const slow = keystrokes.map((one) => ({ ...one, holdMs: 2 * one.holdMs, pressToPressMs: 2 * one.pressToPressMs }))
    expect(featuresOf(slow)).toEqual(featuresOf(keystrokes))
    const carried = createCarryOver()
    for (const keystroke of keystrokes) carried.add(keystroke)
    carried.clear()
    expect(carried.features(250)).toBeUndefined()
  })

  it('is there in invented people who are asked for it, and not in others', () => {
    const suspectedOf = (carriesOver: boolean): number => {
      const recordings = syntheticRecordings(77, 8, { carriesOver, strokes: 0 })
      const days = Array.from({ length: 8 }, (_, n) => dayOf(recordings.slice(15 * n, 15 * (n + 1)).map(typingOf)))
      return days.filter((day) => suspected(day) !== undefined).length
    }
    expect(suspectedOf(true)).toBe(0)
    expect(suspectedOf(false)).toBeGreaterThan(0)
  })

  it('has a weight for each of its numbers', () => {
    for (const { weights } of forgedTypingLooks) expect(weights).toHaveLength(forgedTypingNames.length)
  })
})
