// Somebody whose every pair of keys has a time of its own, so that timings can betray which keys they were. The spread is a little more than that of
// forty recorded people (trainable/argumentation-l2, logarithms, within a pair of classes): pairs of keys differ by 0.18, of which 0.10 is common to
// everybody, around a noise of 0.38; holds by 0.08, of which 0.04 is common, around 0.24.

import { EventType, type InputEvent, KeyClass, keyClassOf } from '../../src/biometrics/events.ts'
import { normals, seededRandom } from '../../src/biometrics/random.ts'

export const keys = 'abcdefghijklmnopqrstuvwxyz .0123456789'
const count = keys.length

export function keyOf(character: string): number {
  return keys.indexOf(character)
}

export function classOf(key: number): KeyClass {
  const character = keys[key]!
  if (character === ' ') return keyClassOf('Space')
  return keyClassOf(character >= 'a' && character <= 'z' ? `Key${character.toUpperCase()}` : 'Period')
}

/** Logarithms of milliseconds: what is expected of each key and pair of keys, and the noise around it. */
export interface Hands {
  readonly hold: Float64Array
  /** `before * keys.length + key` */
  readonly gap: Float64Array
  readonly holdNoise: number
  readonly gapNoise: number
}

const spread = { holdOfAll: 0.05, holdOfOne: 0.075, gapOfAll: 0.11, gapOfOne: 0.165 } as const
const noise = { hold: 0.22, gap: 0.33 } as const

/** What is common to all hands. */
export function handsInGeneral(): Hands {
  const draw = normals(seededRandom(71))
  return {
    hold: drawn(count, () => Math.log(95) + spread.holdOfAll * draw()),
    gap: drawn(
      count * count,
      (i) => Math.log(180) + commonGap(Math.floor(i / count), i % count) + spread.gapOfAll * draw()
    ),
    // To somebody who knows people in general, what is personal is noise.
    holdNoise: Math.hypot(noise.hold, spread.holdOfOne),
    gapNoise: Math.hypot(noise.gap, spread.gapOfOne)
  }
}

export function handsOf(seed: number): Hands {
  const draw = normals(seededRandom(seed))
  const { hold, gap } = handsInGeneral()
  return {
    hold: hold.map((mean) => mean + spread.holdOfOne * draw()),
    gap: gap.map((mean) => mean + spread.gapOfOne * draw()),
    holdNoise: noise.hold,
    gapNoise: noise.gap
  }
}

/** A change of hands is quicker than the same hand, and the same finger slowest. */
function commonGap(before: number, key: number): number {
  if (before === key) return -0.05
  return classOf(before) === classOf(key) ? 0.08 : -0.08
}

/** The events of a text as the agent sends them; in a secret field without classes. */
export function typed(text: string, hands: Hands, random: () => number, startAt = 1000, secret = false): InputEvent[] {
  const draw = normals(random)
  const events: InputEvent[] = []
  const freeAt: number[] = []
  let t = startAt
  let before = -1
  for (const character of text) {
    const key = keyOf(character)
    if (before >= 0) t += Math.exp(hands.gap[before * count + key]! + hands.gapNoise * draw())
    const until = t + Math.exp(hands.hold[key]! + hands.holdNoise * draw())
    const free = freeAt.findIndex((at) => at <= t)
    const slot = free < 0 ? freeAt.length : free
    freeAt[slot] = until
    const what = { cls: secret ? KeyClass.hidden : classOf(key), slot, x: 0, y: 0 }
    events.push({ t, type: EventType.keyDown, ...what }, { t: until, type: EventType.keyUp, ...what })
    before = key
  }
  return events.sort((a, b) => a.t - b.t)
}

function drawn(length: number, value: (i: number) => number): Float64Array {
  return Float64Array.from({ length }, (_, i) => value(i))
}
