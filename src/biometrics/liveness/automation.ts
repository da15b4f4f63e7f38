// Automation: typing and pointing that no hand makes. Every tell is a property of the times and places themselves; whether the browser
// called an event trusted is a hint and decides nothing.

import type { Counters } from '../events.ts'
import type { Keystroke } from '../features/keystrokes.ts'
import type { LivenessAssessment } from './finding.ts'
import { createCarryOver } from './carry-over.ts'
import { createRepeatedKeystrokes } from './drawn-again.ts'
import { forgedTypingOdds } from './forged-typing.ts'
import type { Click, Movement } from './pointer-path.ts'
import { clickEvidence, machineMovement } from './pointer-tells.ts'
import { typingTells, TypingRing, type Tell } from './typing-tells.ts'

export interface AutomationWatch {
  /** Takes the next keystroke, movement or click, as soon as it is whole. */
  typed(keystroke: Keystroke): void
  moved(movement: Movement): void
  clicked(click: Click): void
  count(counters: Counters): void
  /** Of so many events since the start. Undefined = no evidence. */
  assess(events: number): LivenessAssessment | undefined
  /** Forgets what was seen. */
  startAnew(): void
}

/** On a coarser clock, in milliseconds, the times of keys say nothing about who pressed them. */
export const coarsestGrainMs = 34

/** Evidence from which on a stream counts as automated. */
export const automationAlarm = 4

/** Keystrokes between two looks at the last hundred. */
const hop = 25
/** Looks after which the last hundred keystrokes are all new. */
const looksApart = 4
/** Dispatched events speak for a script only beside timing that does. */
const untrustedHint = 1
/** What recurs must speak this much louder than other tells: chosen by alarm rate on `aalto-free-text`. */
const leastRepetition = 8
/** So must what ties keystrokes together by its absence, and it is looked for at every second look. Chosen in the same way. */
const leastForged = 6
const hopsToForged = 2
const mostWayEvidence = 12
/** Where pages see mouse events instead of pointer events, a tap on a touch screen is an instant click from nowhere: it decides nothing alone. */
const mostClickEvidence = 2

/** `grainMs` tells the step of the page's clock in milliseconds. */
export function createAutomationWatch(grainMs: () => number): AutomationWatch {
  const ring = new TypingRing()
  const repeated = createRepeatedKeystrokes()
  const carried = createCarryOver()
  const looks: Tell[] = []
  const reasonsOfPointing = new Map<string, number>()
  let repetition = 0
  let forged = 0
  let hops = 0
  let fresh = 0
  let untrusted = 0
  let ways = 0
  let clicks = 0

  function typed(keystroke: Keystroke): void {
    ring.add(keystroke)
    repeated.add(keystroke)
    carried.add(keystroke)
    if (++fresh < hop) return
    fresh = 0
    // A clock this coarse hides the rhythm of hands as well.
    if (grainMs() > coarsestGrainMs) return
    repetition = repeated.evidence() - leastRepetition
    if (++hops % hopsToForged === 0) forged = (forgedTypingOdds(carried, repeated) ?? 0) - leastForged
    const tell = typingTells(ring, grainMs())
    if (tell === undefined) return
    looks.push(tell)
    if (looks.length > looksApart + 1) looks.shift()
  }

  function typing(): Tell | undefined {
    const last = looks.at(-1)
    if (last === undefined) return undefined
    // Two looks that share no keystroke are two witnesses.
    const before = looks.length > looksApart ? looks[0]!.evidence : 0
    return { evidence: last.evidence + (last.evidence > 0 ? Math.max(before, 0) : 0), reasons: last.reasons }
  }

  return {
    typed,
    // Page's cumulative sums, here and of clicks: what a hand does takes back what looked like a script.
    moved(movement) {
      const { evidence, reason } = machineMovement(movement)
      ways = Math.min(Math.max(ways + evidence, 0), mostWayEvidence)
      if (ways === 0) reasonsOfPointing.clear()
      else if (reason !== undefined) reasonsOfPointing.set(reason, (reasonsOfPointing.get(reason) ?? 0) + evidence)
    },
    clicked(click) {
      clicks = Math.min(Math.max(clicks + clickEvidence(click), 0), mostClickEvidence)
    },
    count(counters) {
      untrusted += counters.untrusted
    },
    assess(events) {
      const rhythm = typing()
      const strongest = Math.max(rhythm?.evidence ?? 0, ways, repetition, forged)
      if (strongest <= 0) return undefined
      const dispatched = untrusted > events / 2
      const strength = strongest + clicks + (dispatched ? untrustedHint : 0)
      if (strength < automationAlarm) return undefined
      const reasons = [
        ...(repetition > 0 ? ['the same keystrokes again in another order'] : []),
        ...(forged > 0 ? ['keystrokes that know nothing of those around them'] : []),
        ...(rhythm !== undefined && rhythm.evidence > 0 ? rhythm.reasons : []),
        ...[...reasonsOfPointing].sort((a, b) => b[1] - a[1]).map(([reason]) => reason),
        ...(clicks > 0 ? ['instant clicks without a way to them'] : []),
        ...(dispatched ? ['events dispatched by a script'] : [])
      ]
      return { kind: 'automation', strength, reasons }
    },
    startAnew() {
      ring.clear()
      repeated.clear()
      carried.clear()
      looks.length = 0
      reasonsOfPointing.clear()
      repetition = forged = hops = fresh = untrusted = ways = clicks = 0
    }
  }
}
