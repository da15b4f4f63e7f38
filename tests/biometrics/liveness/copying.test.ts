// The model of copying on plain numbers, where one can see what it ought to say.

import { describe, expect, it } from 'vitest'
import { createCopyTracker, type Original } from '../../../src/biometrics/liveness/copying.ts'
import { seededRandom } from '../../../src/biometrics/random.ts'

const options = { jitters: 1, seed: 3, seedEvery: 1, leak: 0.5 }

const symbols = 30
/** Of a mark that agrees, where one in ten is copied wrongly. */
const worth = Math.log(0.9 * symbols)

function numbers(seed: number, count: number): number[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => Math.floor(symbols * random()))
}

function originalOf(stored: readonly number[], starts: readonly number[] = [0]): Original<number> {
  return {
    size: () => stored.length,
    generation: () => 0,
    beginsPiece: (position) => starts.includes(position),
    candidates: (recent) => stored.flatMap((value, position) => (value === recent.at(-1) ? [position] : [])),
    ratio: (mark, position) => (stored[position] === mark ? worth : Math.log(0.1))
  }
}

function evidenceOf(original: Original<number>, marks: readonly number[]): number {
  const tracker = createCopyTracker(original, options)
  for (const mark of marks) tracker.push(mark)
  return tracker.evidence
}

const stored = numbers(1, 500)

describe('evidence of a copy', () => {
  it('is nearly the whole of what a copied piece is worth, wherever it begins', () => {
    for (const from of [0, 123, 440]) {
      const evidence = evidenceOf(originalOf(stored), stored.slice(from, from + 60))
      expect(evidence).toBeGreaterThan(60 * worth - Math.log(501) - 1)
      expect(evidence).toBeLessThan(60 * worth)
    }
  })

  it('stays near nothing for what was not copied', () => {
    expect(evidenceOf(originalOf(stored), numbers(2, 500))).toBeLessThan(5)
  })

  it('survives a fault, and falls back afterwards while nothing is copied', () => {
    const faulty = [...stored.slice(100, 130), 99, ...stored.slice(131, 160)]
    const whole = evidenceOf(originalOf(stored), faulty)
    expect(whole).toBeGreaterThan(100)
    expect(evidenceOf(originalOf(stored), [...faulty, ...numbers(3, 200)])).toBeLessThan(whole - 10)
  })

  it('adds up over pieces in another order', () => {
    const mixed = [300, 40, 220, 130].flatMap((from) => stored.slice(from, from + 20))
    const one = evidenceOf(originalOf(stored), stored.slice(300, 320))
    expect(evidenceOf(originalOf(stored), mixed)).toBeGreaterThan(3 * one)
  })

  it('does not run on from one remembered piece into the next', () => {
    const marks = stored.slice(90, 110)
    expect(evidenceOf(originalOf(stored, [0, 100]), marks)).toBeLessThan(evidenceOf(originalOf(stored), marks))
  })

  it('begins anew when it is told to', () => {
    const tracker = createCopyTracker(originalOf(stored), options)
    for (const mark of stored.slice(0, 50)) tracker.push(mark)
    tracker.startAnew()
    expect(tracker.evidence).toBe(0)
  })
})

it('nothing is a copy of nothing', () => {
  expect(evidenceOf(originalOf([]), numbers(1, 50))).toBe(0)
})
