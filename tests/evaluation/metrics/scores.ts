// Trials written down by hand.

import type { Trials } from '../../../src/evaluation/metrics/trials.ts'

/** Rows of [target, prober, score]. */
export function trialsOf(people: number, rows: readonly (readonly [number, number, number])[]): Trials {
  return {
    people,
    target: Int32Array.from(rows, ([target]) => target),
    prober: Int32Array.from(rows, ([, prober]) => prober),
    score: Float64Array.from(rows, ([, , score]) => score)
  }
}

/** One target, whose strangers are person 1. */
export function scoresOf(owner: readonly number[], stranger: readonly number[]): Trials {
  return trialsOf(2, [
    ...owner.map((score) => [0, 0, score] as const),
    ...stranger.map((score) => [0, 1, score] as const)
  ])
}
