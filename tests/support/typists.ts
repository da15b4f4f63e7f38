// Invented people who type one password again and again: each has a pace and a rhythm of their own, and never types it twice the same.

import type { Repetition } from '../../src/biometrics/fixed-text/index.ts'
import { normals, seededRandom } from '../../src/biometrics/random.ts'

export interface Typist {
  /** The next typing. */
  type(): Repetition
}

/** `seed` decides who it is. */
export function typist(seed: number, keys = 12): Typist {
  const random = seededRandom(seed)
  const normal = normals(random)
  const pace = 130 * Math.exp(0.35 * normal())
  const hold = 90 * Math.exp(0.25 * normal())
  const gaps = Array.from({ length: keys - 1 }, () => pace * Math.exp(0.4 * normal()))
  const holds = Array.from({ length: keys }, () => hold * Math.exp(0.15 * normal()))
  return {
    type() {
      const today = 1 + 0.04 * normal()
      const pressMs = new Float64Array(keys)
      for (let i = 1; i < keys; i++) pressMs[i] = pressMs[i - 1]! + gaps[i - 1]! * today * Math.exp(0.13 * normal())
      return { pressMs, holdMs: Float64Array.from(holds, (ms) => ms * Math.exp(0.11 * normal())) }
    }
  }
}

/** What the page would send of it. */
export function fieldOf({ pressMs, holdMs }: Repetition, more: Readonly<Record<string, unknown>> = {}): string {
  const tenths = (ms: number): number | null => (Number.isNaN(ms) ? null : Math.round(10 * ms) / 10)
  const from = pressMs[0] ?? 0
  const press = Array.from(pressMs, (t) => tenths(t - from))
  return JSON.stringify({ v: 1, grain: 0.1, untrusted: 0, press, hold: Array.from(holdMs, tenths), ...more })
}
