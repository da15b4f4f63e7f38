// An attacker who adapts: he forges keystrokes by a hand with a dozen knobs, watches what the page is told, and turns the knobs where it served him.
// Every try takes a session that he has stolen and ends with the first challenge, which he cannot answer.

import type { InputEvent, Profile } from '../../src/biometrics/index.ts'
import { createWindowBuilder, KeyClass } from '../../src/biometrics/index.ts'
import { createLivenessWatch } from '../../src/biometrics/liveness/index.ts'
import { normals } from '../../src/biometrics/random.ts'
import { addEvidence, noEvidence, riskOf } from '../../src/risk/evidence.ts'
import { decide, type Policy } from '../../src/risk/policy.ts'
import { forged } from './forger.ts'
import type { Bench } from './impostor.ts'

/** What a try told him. */
export interface Seen {
  /** Keystrokes until the page said `doubt`; all of them if it never did. */
  readonly untilDoubt: number
  /** Keystrokes until he was challenged; undefined = he was not. */
  readonly untilChallenge: number | undefined
  /** What no page is told: the mean likelihood ratio of the windows. Only the attacker of the comparison sees it. */
  readonly score: number
}

/** What an attacker makes of a try; more is better. */
export type Goal = (seen: Seen) => number

export const goals = {
  /** What the page is told. */
  state: ({ untilDoubt }) => untilDoubt,
  /** What nobody can hide from him: that he is challenged, and when. */
  challenge: ({ untilChallenge }) => untilChallenge ?? Number.POSITIVE_INFINITY,
  /** If the page were told a score. */
  score: ({ score }) => -score
} as const satisfies Record<string, Goal>

/** Logarithms: pace, hold and their spreads, then what single classes and pairs of hands have on top. */
export type Knobs = readonly number[]
const typical = { gapMs: 180, holdMs: 95, gapSpread: 0.38, holdSpread: 0.24 } as const
/** How far people are apart in each knob. */
const reach = [0.3, 0.22, 0.25, 0.25, 0.1, 0.1, 0.1, 0.12, 0.12, 0.12, 0.12, 0.12] as const

export function anyKnobs(random: () => number): Knobs {
  const draw = normals(random)
  return reach.map((far) => far * draw())
}

export function keystrokesOf(set: Knobs, count: number, random: () => number): InputEvent[] {
  const draw = normals(random)
  let left = 0
  return forged((before) => {
    const cls = next()
    const gap = Math.log(typical.gapMs) + set[0]! + set[7 + pairOf(before, cls)]!
    const hold = Math.log(typical.holdMs) + set[1]! + (cls < 3 ? set[4 + cls]! : 0)
    return {
      cls,
      gapMs: Math.exp(gap + typical.gapSpread * Math.exp(set[2]!) * draw()),
      holdMs: Math.exp(hold + typical.holdSpread * Math.exp(set[3]!) * draw())
    }
  }, count)

  /** Words of a few letters of either hand. */
  function next(): KeyClass {
    if (left-- <= 0) {
      left = 2 + Math.floor(6 * random())
      return KeyClass.space
    }
    return random() < 0.55 ? KeyClass.left : KeyClass.right
  }
}

/** Same hand, left to right, right to left, to a space, from a space. */
function pairOf(before: number, cls: number): number {
  if (cls === KeyClass.space) return 3
  if (before === KeyClass.space) return 4
  if (before === cls) return 0
  return before === KeyClass.left ? 1 : 2
}

/** One stolen session. */
export function attempted({ engine, alarm }: Bench, victim: Profile, events: readonly InputEvent[]): Seen {
  const builder = createWindowBuilder()
  const live = createLivenessWatch()
  let evidence = noEvidence()
  let keystrokes = 0
  let untilDoubt: number | undefined
  let untilChallenge: number | undefined
  let sum = 0
  let windows = 0
  for (const event of events) {
    if (event.type === 0) keystrokes++
    live.push(event)
    const window = builder.push(event)
    if (!window && live.assess() === undefined) continue
    if (window) {
      const assessment = engine.assess(victim, window)
      evidence = addEvidence(evidence, assessment, alarm)
      if (assessment.llr !== undefined) {
        sum += assessment.llr
        windows++
      }
    }
    const level = live.assess() ? 'HIGH' : riskOf(evidence, alarm)
    if (level !== 'LOW') untilDoubt ??= keystrokes
    if (level === 'HIGH') {
      untilChallenge = keystrokes
      break
    }
  }
  return { untilDoubt: untilDoubt ?? keystrokes, untilChallenge, score: windows > 0 ? sum / windows : 0 }
}

export interface AttackerOptions {
  readonly bench: Bench
  readonly victim: Profile
  /** Sessions that he has stolen to learn from. */
  readonly tries: number
  readonly keystrokes: number
  readonly random: () => number
  /** What comes of a session; default: each begins from nothing. */
  readonly attempt?: (events: readonly InputEvent[]) => Seen
}

/** A session that asks for a proof as soon as it is opened. */
const asked: Seen = { untilDoubt: 0, untilChallenge: 0, score: Number.POSITIVE_INFINITY }

/** Sessions of one person, of which the rule for challenges that nobody answers sees all. */
export function sessionsOf(bench: Bench, victim: Profile, policy: Policy): (events: readonly InputEvent[]) => Seen {
  let unanswered = 0
  return (events) => {
    const { action } = decide(policy, { risk: 'LOW', watch: 'watched', clients: [], unanswered })
    if (action !== 'allow') return asked
    const seen = attempted(bench, victim, events)
    if (seen.untilChallenge !== undefined) unanswered++
    return seen
  }
}

/** Keeps what served him and turns from there, farther while it helps and less far when it does not ((1+1) evolution with the one-fifth rule). */
export function adapted(options: AttackerOptions, goal: Goal): Knobs {
  const { bench, victim, tries, keystrokes, random } = options
  const { attempt = (events) => attempted(bench, victim, events) } = options
  const draw = normals(random)
  const worth = (set: Knobs): number => goal(attempt(keystrokesOf(set, keystrokes, random)))
  // A third of the sessions to find where to begin.
  const begin = Math.max(1, Math.floor(tries / 3))
  let best = anyKnobs(random)
  let value = worth(best)
  for (let n = 1; n < begin; n++) {
    const set = anyKnobs(random)
    const found = worth(set)
    if (found > value) [best, value] = [set, found]
  }
  let step = 0.5
  for (let n = begin; n < tries; n++) {
    const set = best.map((knob, i) => knob + step * reach[i]! * draw())
    const found = worth(set)
    step *= found > value ? 1.5 : 0.9
    if (found >= value) [best, value] = [set, found]
  }
  return best
}
