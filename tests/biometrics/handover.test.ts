// How a session's own beginning comes together: what it takes, what it adds, and what it refuses.

import { describe, expect, it } from 'vitest'
import {
  decodePopulation,
  encodePopulation,
  materialOf,
  syntheticRecordings,
  windowsOf
} from '../../src/biometrics/index.ts'
import { followed, nobodyYet, unlearnt, type Beginning } from '../../src/biometrics/handover.ts'
import { syntheticPopulation } from '../../src/biometrics/population/synthetic.ts'

const hops = windowsOf(syntheticRecordings(3, 1, { keystrokes: 100, strokes: 0 })).map((window) => materialOf([window]))
const trail = [1, 2, 4, 8, 16]
/** Learns how many hops there were. */
const count = (material: { readonly hops: readonly unknown[] }): number => material.hops.length

function play(ratios: readonly number[], before: Beginning<number> = nobodyYet()): Beginning<number> {
  return ratios.reduce<Beginning<number>>((beginning, llr, i) => {
    const pieces =
      beginning.known === undefined
        ? []
        : unlearnt(
            beginning,
            trail.map((span) => ({ hops: span, llr }))
          )
    return followed(beginning, hops[i]!, pieces, count)
  }, before)
}

const times = (n: number, llr: number): number[] => Array.from({ length: n }, () => llr)

describe('a beginning', () => {
  it('stands with 150 keystrokes, and not before', () => {
    expect(play(times(5, 0)).known).toBeUndefined()
    expect(play(times(6, 0)).known).toBe(6)
  })

  it('grows by four hops that clearly agree, until it has seen 400 keystrokes; then it lets go of them', () => {
    expect(play(times(6 + 3, -3)).known).toBe(6)
    const grown = play(times(6 + 4, -3))
    expect(grown).toMatchObject({ known: 10, complete: false, hops: 0 })
    expect(grown.material.hops).toHaveLength(10)
    const whole = play(times(40, -3))
    expect(whole).toMatchObject({ known: 18, complete: true })
    expect([whole.material.hops, whole.waiting.hops]).toEqual([[], []])
  })

  it('learns nothing that does not clearly agree, nor what stood beside a doubt', () => {
    expect(play([...times(6, 0), ...times(20, -0.5)]).known).toBe(6)
    expect(play([...times(6, 0), ...times(3, -3), 2, ...times(3, -3)]).known).toBe(6)
    expect(play([...times(6, 0), ...times(3, -3), 2, ...times(4, -3)]).known).toBe(10)
  })

  it('is never changed: the one before stays what it was', () => {
    const before = play(times(6, 0))
    const copy = structuredClone(before)
    play(times(8, -3), before)
    expect(before).toEqual(copy)
  })

  it('judges by nothing that it has learnt', () => {
    const pieces = trail.map((span) => ({ hops: span, llr: 0 }))
    const spans = (beginning: Beginning<number>): number[] => unlearnt(beginning, pieces).map((piece) => piece.hops)
    expect(spans(play(times(6, 0)))).toEqual([1])
    expect(spans(play(times(9, 0)))).toEqual([1, 2, 4])
    expect(spans(play(times(10, -3)))).toEqual([1])
  })
})

describe('a population', () => {
  const population = syntheticPopulation(1)

  it('learns how far innocent sessions go when they are held against their own beginning', () => {
    const { maxima, hours } = population.handOverAlarms!
    expect(maxima.length).toBeGreaterThan(30)
    expect(hours).toBeGreaterThan(0)
    expect(maxima).toEqual([...maxima].sort((a, b) => b - a))
    expect(decodePopulation(encodePopulation(population)).handOverAlarms).toEqual({ maxima, hours })
  })

  it('may be without it, and a broken one is refused', () => {
    const { handOverAlarms: _, ...without } = population
    expect(decodePopulation(encodePopulation(without))).not.toHaveProperty('handOverAlarms')
    for (const broken of [{ maxima: [1] }, { maxima: ['1'], hours: 1 }, { maxima: [1], hours: -1 }]) {
      const bytes = encodePopulation({ ...population, handOverAlarms: broken as unknown as typeof population.alarms })
      expect(() => decodePopulation(bytes)).toThrow(expect.objectContaining({ code: 'population_invalid' }))
    }
  })
})
