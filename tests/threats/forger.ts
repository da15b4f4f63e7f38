// A forger who types nothing: events are drawn at random from what is known of people in general (THREATS.md 3), or of the victim from a few
// samples (4). Everything that liveness looks for in a script is avoided: delays depend on the keys, have a long tail, and keys overlap.

import { EventType, type InputEvent, KeyClass } from '../../src/biometrics/index.ts'
import { createKeystrokeTracker, type Keystroke } from '../../src/biometrics/features/keystrokes.ts'
import { normals } from '../../src/biometrics/random.ts'

/** What a forger has of somebody's typing, or of everybody's. */
export interface Sample {
  readonly keystrokes: readonly Keystroke[]
}

export function sampleOf(streams: readonly (readonly InputEvent[])[]): Sample {
  const keystrokes: Keystroke[] = []
  for (const events of streams) {
    const tracker = createKeystrokeTracker((keystroke) => keystrokes.push(keystroke))
    for (const event of events) tracker.push(event)
    tracker.flush()
  }
  return { keystrokes: keystrokes.filter(({ cls }) => cls < KeyClass.hidden) }
}

/** Draws one keystroke after another. */
type Hand = (
  previousCls: number,
  cls?: number
) => { readonly cls: number; readonly gapMs: number; readonly holdMs: number }

interface Moments {
  n: number
  sum: number
  squares: number
}

/** Means and spreads per class pair (press to press) and class (hold), on logarithms; the next class as people choose it. */
export function populationHand(population: Sample, random: () => number, next = nextClass(population, random)): Hand {
  const normal = normals(random)
  const gaps = new Map<number, Moments>()
  const holds = new Map<number, Moments>()
  for (const { cls, previousCls, pressToPressMs, holdMs } of population.keystrokes) {
    if (pressToPressMs > 0 && previousCls >= 0) count(gaps, pairOf(previousCls, cls), Math.log(pressToPressMs))
    if (holdMs > 0) count(holds, cls, Math.log(holdMs))
  }
  const drawn = (moments: Moments | undefined, otherwise: number): number => {
    if (moments === undefined || moments.n < 2) return otherwise
    const mean = moments.sum / moments.n
    return Math.exp(mean + Math.sqrt(Math.max(moments.squares / moments.n - mean * mean, 0)) * normal())
  }
  return (previousCls, cls = next(previousCls)) => {
    return { cls, gapMs: drawn(gaps.get(pairOf(previousCls, cls)), 200), holdMs: drawn(holds.get(cls), 90) }
  }
}

/**
 * The victim's own times drawn again, those of the same pair of classes where there are any; people in general fill the gaps, moved
 * to the victim's pace. `next` chooses the class that is typed.
 */
export function victimHand(
  victim: Sample,
  population: Sample,
  random: () => number,
  next = nextClass(population, random)
): Hand {
  const everybody = populationHand(population, random, next)
  const byPair = new Map<number, Keystroke[]>()
  for (const keystroke of victim.keystrokes) {
    const pair = pairOf(keystroke.previousCls, keystroke.cls)
    byPair.set(pair, [...(byPair.get(pair) ?? []), keystroke])
  }
  const gapPace = pace(victim, population, ({ pressToPressMs }) => pressToPressMs)
  const holdPace = pace(victim, population, ({ holdMs }) => holdMs)
  return (previousCls) => {
    const cls = next(previousCls)
    const own = (byPair.get(pairOf(previousCls, cls)) ?? []).filter(
      ({ pressToPressMs, holdMs }) => pressToPressMs > 0 && holdMs > 0
    )
    const one = own[Math.floor(random() * own.length)]
    if (one !== undefined) return { cls, gapMs: one.pressToPressMs, holdMs: one.holdMs }
    const { gapMs, holdMs } = everybody(previousCls, cls)
    return { cls, gapMs: gapMs * gapPace, holdMs: holdMs * holdPace }
  }
}

/** A hand that never draws quite the same twice: each gap and hold off by some `jitterMs` (standard deviation). */
export function drawnWith(hand: Hand, jitterMs: number, random: () => number): Hand {
  const normal = normals(random)
  return (previousCls) => {
    const { cls, gapMs, holdMs } = hand(previousCls)
    return { cls, gapMs: Math.max(gapMs + jitterMs * normal(), 1), holdMs: Math.max(holdMs + jitterMs * normal(), 5) }
  }
}

/** So many keystrokes of a hand, as events. */
export function forged(hand: Hand, keystrokes: number): InputEvent[] {
  const events: InputEvent[] = []
  const freeAt: number[] = []
  let t = 0
  let previousCls: number = KeyClass.space
  for (let i = 0; i < keystrokes; i++) {
    const { cls, gapMs, holdMs } = hand(previousCls)
    t += Math.min(gapMs, 5000)
    const free = freeAt.findIndex((until) => until < t)
    const slot = Math.min(free === -1 ? freeAt.length : free, 15)
    freeAt[slot] = t + holdMs
    events.push({ t, type: EventType.keyDown, cls, slot, x: 0, y: 0 })
    events.push({ t: t + holdMs, type: EventType.keyUp, cls, slot, x: 0, y: 0 })
    previousCls = cls
  }
  return events.sort((a, b) => a.t - b.t)
}

/** A text: the classes of the sample in their order, from its beginning again after its end. */
export function textOf({ keystrokes }: Sample): (previousCls: number) => number {
  let at = 0
  return () => keystrokes[at++ % keystrokes.length]!.cls
}

/** The class that follows, as often as it follows in the sample. */
function nextClass({ keystrokes }: Sample, random: () => number): (previousCls: number) => number {
  const following = new Map<number, number[]>()
  for (const { cls, previousCls } of keystrokes) {
    const choices = following.get(previousCls)
    if (choices === undefined) following.set(previousCls, [cls])
    else choices.push(cls)
  }
  return (previousCls) => {
    const choices = following.get(previousCls) ?? [KeyClass.left, KeyClass.right]
    return choices[Math.floor(random() * choices.length)]!
  }
}

function pairOf(previousCls: number, cls: number): number {
  return 8 * previousCls + cls
}

function count(into: Map<number, Moments>, key: number, value: number): void {
  const moments = into.get(key) ?? { n: 0, sum: 0, squares: 0 }
  moments.n++
  moments.sum += value
  moments.squares += value * value
  into.set(key, moments)
}

/** How much slower the victim is than people in general, by medians. */
function pace(victim: Sample, population: Sample, time: (keystroke: Keystroke) => number): number {
  const median = ({ keystrokes }: Sample): number => {
    const times = keystrokes
      .map(time)
      .filter((ms) => ms > 0)
      .sort((a, b) => a - b)
    return times[Math.floor(times.length / 2)] ?? 1
  }
  return median(victim) / median(population)
}
