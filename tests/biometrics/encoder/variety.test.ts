// Invented people and days: what they change of a recorded person, and what they leave; and the batches that are drawn from them.

import { describe, expect, it } from 'vitest'
import { createDraw } from '../../../src/biometrics/encoder/draw.ts'
import { encoderInputs } from '../../../src/biometrics/encoder/inputs.ts'
import { timesAt } from '../../../src/biometrics/encoder/sequence.ts'
import {
  asRecorded,
  createInventor,
  recordedDay,
  retyped,
  encoderVariety,
  type InventedDay,
  type InventedPerson,
  type Variety
} from '../../../src/biometrics/encoder/variety.ts'
import { KeyClass } from '../../../src/biometrics/events.ts'
import type { TimingSequence } from '../../../src/biometrics/features/timing-sequence.ts'
import { seededRandom } from '../../../src/biometrics/random.ts'
import { drawnSequence } from './material.ts'

const none: Variety = {
  personPace: 0,
  personHold: 0,
  personClassHold: 0,
  personPairPace: 0,
  personUnsteadiness: 0,
  dayPace: 0,
  dayHold: 0,
  dayClassHold: 0,
  dayPairPace: 0
}
/** Half of the coarsest step of a recorder. */
const blurMs = 4
const recorded = drawnSequence(200, 1)

describe('somebody as recorded, on a day like any other', () => {
  const typed = again(asRecorded, recordedDay)

  it('types the same keys in the same times, but for the blur of a clock', () => {
    expect(typed.length).toBe(recorded.length)
    let blurred = 0
    for (let i = 0; i < recorded.length; i++) {
      const [before, after] = [timesAt(recorded, i), timesAt(typed, i)]
      expect(after.cls).toBe(before.cls)
      for (const kind of ['holdMs', 'pressToPressMs'] as const) {
        if (Number.isNaN(before[kind])) continue
        expect(Math.abs(after[kind] - before[kind])).toBeLessThan(blurMs + 0.001)
        blurred += Math.abs(after[kind] - before[kind])
      }
    }
    expect(blurred / recorded.length).toBeGreaterThan(1)
  })

  it('keeps what is unknown unknown', () => {
    const unknown = { holdMs: 0, pressToPressMs: 0 }
    for (let i = 0; i < recorded.length; i++) {
      for (const kind of ['holdMs', 'pressToPressMs'] as const) {
        expect(Number.isNaN(timesAt(typed, i)[kind])).toBe(Number.isNaN(timesAt(recorded, i)[kind]))
        if (Number.isNaN(timesAt(recorded, i)[kind])) unknown[kind]++
      }
    }
    expect(Math.min(unknown.holdMs, unknown.pressToPressMs)).toBeGreaterThan(5)
    expect(typed.values.some(Number.isNaN)).toBe(false)
  })

  it('presses a key so long after the last release as holds and presses say', () => {
    for (let i = 1; i < typed.length; i++) {
      const { pressToPressMs, releaseToPressMs } = timesAt(typed, i)
      const { holdMs } = timesAt(typed, i - 1)
      if (!Number.isNaN(pressToPressMs + holdMs)) expect(releaseToPressMs).toBeCloseTo(pressToPressMs - holdMs, 2)
      else expect(releaseToPressMs).toBeNaN()
    }
  })
})

describe('an invented person', () => {
  it('types with other hands: left for right, and every other key as it is', () => {
    const typed = again({ ...asRecorded, otherHanded: true }, recordedDay)
    const other = new Map<number, number>([
      [KeyClass.left, KeyClass.right],
      [KeyClass.right, KeyClass.left]
    ])
    for (let i = 0; i < recorded.length; i++) {
      const { cls } = timesAt(recorded, i)
      expect(timesAt(typed, i).cls).toBe(other.get(cls) ?? cls)
    }
  })

  it('has a pace, holds, and habits by class and pair of classes', () => {
    const classHold = asRecorded.classHold.with(KeyClass.space, 3)
    const pairPace = asRecorded.pairPace.with(KeyClass.left * 8 + KeyClass.right, 5)
    const typed = again({ ...asRecorded, pace: 2, hold: 0.5, classHold, pairPace }, recordedDay)
    for (let i = 1; i < recorded.length; i++) {
      const [before, after] = [timesAt(recorded, i), timesAt(typed, i)]
      const pair = timesAt(recorded, i - 1).cls === KeyClass.left && before.cls === KeyClass.right
      const hold = 0.5 * (before.cls === KeyClass.space ? 3 : 1) * before.holdMs
      const gap = 2 * (pair ? 5 : 1) * before.pressToPressMs
      if (!Number.isNaN(hold)) expect(Math.abs(after.holdMs - hold)).toBeLessThan(blurMs + 0.001)
      if (!Number.isNaN(gap)) expect(Math.abs(after.pressToPressMs - gap)).toBeLessThan(blurMs + 0.001)
    }
  })

  it('differs from the next as far as the variety says, and not at all without any', () => {
    const inventor = createInventor(encoderVariety, seededRandom(3))
    const paces = Array.from({ length: 2000 }, () => Math.log(inventor.person().pace))
    const spread = Math.sqrt(paces.reduce((sum, pace) => sum + pace ** 2, 0) / paces.length)
    expect(spread).toBeCloseTo(encoderVariety.personPace, 1)
    expect({ ...createInventor(none, seededRandom(3)).person(), otherHanded: false }).toEqual(asRecorded)
  })

  it('is the same for the same random numbers', () => {
    const [first, second] = [1, 2].map(() => createInventor(encoderVariety, seededRandom(4)))
    expect(second!.person()).toEqual(first!.person())
    expect(second!.day()).toEqual(first!.day())
  })
})

describe('an invented day', () => {
  it('has a clock of its own', () => {
    const typed = again(asRecorded, { ...recordedDay, grainMs: 16 })
    for (let i = 0; i < typed.length; i++) {
      const { holdMs, pressToPressMs } = timesAt(typed, i)
      for (const ms of [holdMs, pressToPressMs]) if (!Number.isNaN(ms)) expect(ms % 16).toBe(0)
    }
  })

  it('moves pace and holds', () => {
    const typed = again(asRecorded, { ...recordedDay, pace: 1.5, hold: 0.8 })
    const { holdMs, pressToPressMs } = totals(typed)
    const before = totals(recorded)
    expect(holdMs / before.holdMs).toBeCloseTo(0.8, 2)
    expect(pressToPressMs / before.pressToPressMs).toBeCloseTo(1.5, 2)
  })
})

describe('a batch', () => {
  /** Each of five people types one key over and over, so that a crop says whose it is. */
  const people = [2, 3, 4, 5, 6].map((cls) => monotone(cls, 60))
  const width = encoderInputs + 1

  it('has crops of a person side by side, each person once before anybody comes again, and a bias of 1', () => {
    const draw = createDraw(people, { people: 5, crops: 3, keystrokes: 20 }, none, seededRandom(5))
    for (let n = 0; n < 4; n++) {
      const batch = draw()
      expect(batch).toMatchObject({ people: 5, crops: 3 })
      expect(batch.steps).toHaveLength(20)
      for (const step of batch.steps) {
        expect(step).toHaveLength(15 * width)
        const rows = Array.from({ length: 15 }, (_, row) => [...step.subarray(row * width, (row + 1) * width)])
        expect(rows.every((row) => row.at(-1) === 1)).toBe(true)
        const classes = rows.map((row) => row.indexOf(1, 4) - 4)
        expect(new Set(classes).size).toBe(5)
        classes.forEach((cls, row) => {
          expect(cls).toBe(classes[row - (row % 3)])
        })
      }
    }
  })

  it('takes crops from anywhere, and from the only place there is', () => {
    const rising = {
      length: 60,
      values: Float32Array.from(Array.from({ length: 60 }, (_, i) => [i + 1, 0, 0, 0, 2]).flat())
    }
    const anywhere = createDraw([rising], { people: 1, crops: 40, keystrokes: 20 }, none, seededRandom(6))
    const starts = anywhere().steps[0]!.filter((_, i) => i % width === 0)
    expect(new Set(starts).size).toBeGreaterThan(10)
    const whole = createDraw([rising], { people: 1, crops: 1, keystrokes: 60 }, none, seededRandom(6))
    const holds = whole().steps.map((step) => step[0]!)
    // Holds below 10 ms count as 10, and a day moves them by less than the blur: the last is the longest.
    expect(holds[0]).toBeLessThan(holds[30]!)
    expect(holds[30]).toBeLessThan(holds[59]!)
  })

  it('is the same for the same random numbers, and another the next time', () => {
    const [first, second] = [1, 2].map(() =>
      createDraw(people, { people: 3, crops: 2, keystrokes: 50 }, encoderVariety, seededRandom(7))
    )
    const batch = first!()
    expect(second!()).toEqual(batch)
    expect(first!()).not.toEqual(batch)
  })
})

function again(person: InventedPerson, day: InventedDay): TimingSequence {
  return retyped(createInventor(encoderVariety, seededRandom(2)), recorded, person, day)
}

function totals(sequence: TimingSequence): { holdMs: number; pressToPressMs: number } {
  const sums = { holdMs: 0, pressToPressMs: 0 }
  for (let i = 0; i < sequence.length; i++) {
    const { holdMs, pressToPressMs } = timesAt(sequence, i)
    if (!Number.isNaN(holdMs)) sums.holdMs += holdMs
    if (!Number.isNaN(pressToPressMs)) sums.pressToPressMs += pressToPressMs
  }
  return sums
}

function monotone(cls: number, length: number): TimingSequence {
  const rows = Array.from({ length }, () => [90, 180, 90, 1, cls])
  return { length, values: Float32Array.from(rows.flat()) }
}
