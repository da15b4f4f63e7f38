// A stream held against a victim's profile as the heart does it: windows, evidence, the budget's alarm; and liveness beside it.

import {
  createEngine,
  createWindowBuilder,
  learnPopulation,
  materialOf,
  windowsOf
} from '../../src/biometrics/index.ts'
import type { Engine, InputEvent, Profile, Recording } from '../../src/biometrics/index.ts'
import { createLivenessWatch } from '../../src/biometrics/liveness/index.ts'
import { judgeAgainst, type Judgement } from '../../src/judge.ts'
import { alarmModel, parseBudget } from '../../src/risk/evidence.ts'
import type { RecordedPerson } from '../support/recordings.ts'

/** What the default policy would have asked for by the end: nothing, by the score, by liveness, or by both. */
export interface Outcome {
  readonly byScore: boolean
  readonly byLiveness: boolean
}

export function judgementOf(background: readonly RecordedPerson[], budget: string): Judgement {
  const population = learnPopulation(
    background.map(({ recordings }) => materialOf(windowsOf(recordings).slice(0, 32))),
    1
  )
  return { engine: createEngine(population), alarm: alarmModel(parseBudget(budget), population) }
}

export function enrolled(engine: Engine, recordings: readonly Recording[]): Profile {
  return engine.enrol(windowsOf(recordings))
}

/** Plays the stream to its end: asked when risk is HIGH at any moment, or liveness suspects anything. */
export function tried(judgement: Judgement, victim: Profile, events: readonly InputEvent[]): Outcome {
  const judge = judgeAgainst(judgement, victim)
  const builder = createWindowBuilder()
  const live = createLivenessWatch()
  let byScore = false
  let byLiveness = false
  for (const event of events) {
    live.push(event)
    if (judge.push(event, builder.push(event)) === 'HIGH') byScore = true
    if (!byLiveness && live.assess()) byLiveness = true
  }
  return { byScore, byLiveness }
}
