// Is there a hand at work now? One watch holds a stream against both suspicions: no hand made it (automation), or a hand made it on an
// earlier day (replay). It takes the same events as the windows do, keeps no events, and gives out sketches of what passed.

import type { Counters, InputEvent } from '../events.ts'
import { createKeystrokeTracker } from '../features/keystrokes.ts'
import { automationAlarm, coarsestGrainMs, createAutomationWatch } from './automation.ts'
import { createCopyTracker } from './copying.ts'
import type { LivenessAssessment } from './finding.ts'
import { createClockClaim } from './clock-claim.ts'
import { jittersMs } from './likeness.ts'
import { keySeed } from './mark-rows.ts'
import { createReplayMemory, type ReplayMemory } from './replay-memory.ts'
import { createPointerPaths } from './pointer-path.ts'
import { keyMarkOf, strokeMarkOf, type KeyMark, type Sketch, type StrokeMark } from './sketch.ts'

export interface LivenessWatch {
  /** Takes the next event. Times must not go back. */
  push(event: InputEvent): void
  /** Takes what was counted apart from the stream. */
  count(counters: Counters): void
  /** Step of the page's clock in milliseconds, as the frame tells it; 0 = unknown. */
  clock(grainMs: number): void
  /** The strongest suspicion that is strong enough to ask. Undefined = no evidence, which is not innocence. */
  assess(): LivenessAssessment | undefined
  /** Evidence of each kind as it stands, below the alarm too. */
  evidence(): { readonly automation: number; readonly replay: number }
  /** A sketch of what came since the last one, when there is enough of it, or of all there is when the stream ends. */
  takeSketch(streamEnds?: boolean): Sketch | undefined
  /** Ends what is under way: nothing reaches into what follows. */
  pause(): void
  /** The person proved who they are: evidence begins anew. */
  startAnew(): void
}

/** Evidence from which on a stream counts as a copy. */
export const replayAlarm = 50

/** A sketch is given out for this many keystrokes or movements. */
const keysPerSketch = 200
const strokesPerSketch = 100
/** Less than this knows nothing again. */
const fewestKeys = 12
const fewestStrokes = 6

/** `memory`: what the person did before; without one nothing counts as a copy. */
export function createLivenessWatch(memory: ReplayMemory = createReplayMemory()): LivenessWatch {
  const clock = createClockClaim()
  const grainMs = (): number => clock.grainMs
  const automation = createAutomationWatch(grainMs)
  const jitters = jittersMs.length
  const typing = createCopyTracker(memory.typing(grainMs), { jitters, seed: keySeed, seedEvery: 4, leak: 0.02 })
  const pointing = createCopyTracker(memory.pointing(grainMs), { jitters, seed: 2, seedEvery: 1, leak: 0.1 })
  let keys: KeyMark[] = []
  let strokes: StrokeMark[] = []
  let events = 0
  const typed = createKeystrokeTracker((keystroke) => {
    automation.typed(keystroke)
    const mark = keyMarkOf(keystroke)
    // On a clock this coarse the times of hands are all alike.
    if (mark === undefined || clock.grainMs > coarsestGrainMs) return
    keys.push(mark)
    typing.push(mark)
  })
  const paths = createPointerPaths(
    (movement) => {
      automation.moved(movement)
      const mark = strokeMarkOf(movement)
      if (mark === undefined) return
      strokes.push(mark)
      pointing.push(mark)
    },
    (click) => automation.clicked(click)
  )

  /** Ends what is under way. */
  function flush(): void {
    typed.flush()
    paths.flush()
  }

  function replay(): LivenessAssessment | undefined {
    const strength = typing.evidence + pointing.evidence
    if (strength < replayAlarm) return undefined
    const reasons = [
      { words: 'typed before, to the millisecond', evidence: typing.evidence },
      { words: 'pointed before, to the pixel', evidence: pointing.evidence }
    ]
    return {
      kind: 'replay',
      strength,
      reasons: reasons
        .filter(({ evidence }) => evidence > 0)
        .sort((a, b) => b.evidence - a.evidence)
        .map(({ words }) => words)
    }
  }

  return {
    push(event) {
      clock.saw(event.t)
      events++
      typed.push(event)
      paths.push(event)
    },
    count: (counters) => automation.count(counters),
    clock: (claimedMs) => clock.claim(claimedMs),
    assess() {
      const found = [replay(), automation.assess(events)].filter((one) => one !== undefined)
      return found.sort((a, b) => b.strength / alarmOf(b) - a.strength / alarmOf(a))[0]
    },
    evidence: () => ({
      automation: automation.assess(events)?.strength ?? 0,
      replay: typing.evidence + pointing.evidence
    }),
    takeSketch(streamEnds = false) {
      if (streamEnds) flush()
      const enough = streamEnds
        ? keys.length >= fewestKeys || strokes.length >= fewestStrokes
        : keys.length >= keysPerSketch || strokes.length >= strokesPerSketch
      if (!enough) return undefined
      const sketch = { grainMs: Math.ceil(clock.grainMs), keys, strokes }
      keys = []
      strokes = []
      return sketch
    },
    pause: flush,
    startAnew() {
      flush()
      events = 0
      automation.startAnew()
      typing.startAnew()
      pointing.startAnew()
    }
  }
}

function alarmOf({ kind }: LivenessAssessment): number {
  return kind === 'replay' ? replayAlarm : automationAlarm
}
