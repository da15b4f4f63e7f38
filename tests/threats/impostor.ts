// A stream held against a victim's profile as the heart does it: windows, evidence, the budget's alarm; and liveness beside it.

import {
  createEngine,
  createWindowBuilder,
  learnPopulation,
  materialOf,
  windowsOf
} from '../../src/biometrics/index.ts'
import type { Engine, InputEvent, Population, Profile, Recording } from '../../src/biometrics/index.ts'
import { createLivenessWatch } from '../../src/biometrics/liveness/index.ts'
import { addEvidence, alarmModel, noEvidence, parseBudget, riskOf, type AlarmModel } from '../../src/risk/evidence.ts'
import type { RecordedPerson } from '../support/recordings.ts'

/** Who judges, and from which evidence on. */
export interface Bench {
  readonly engine: Engine
  readonly alarm: AlarmModel
}

/** What the default policy would have asked for by the end: nothing, by the score, by liveness, or by both. */
export interface Outcome {
  readonly byScore: boolean
  readonly byLiveness: boolean
}

/** Without networks: what a deployment's own people teach in a moment. */
export function populationOf(background: readonly RecordedPerson[]): Population {
  return learnPopulation(
    background.map(({ recordings }) => materialOf(windowsOf(recordings).slice(0, 32))),
    1
  )
}

export function benchOf(population: Population, budget: string): Bench {
  return { engine: createEngine(population), alarm: alarmModel(parseBudget(budget), population) }
}

export function enrolled(engine: Engine, recordings: readonly Recording[]): Profile {
  return engine.enrol(windowsOf(recordings))
}

/** Plays the stream to its end: asked when risk is HIGH at any moment, or liveness suspects anything. */
export function tried({ engine, alarm }: Bench, victim: Profile, events: readonly InputEvent[]): Outcome {
  const builder = createWindowBuilder()
  const live = createLivenessWatch()
  let evidence = noEvidence()
  let byScore = false
  let byLiveness = false
  for (const event of events) {
    live.push(event)
    const window = builder.push(event)
    if (window) evidence = addEvidence(evidence, engine.assess(victim, window), alarm)
    if (riskOf(evidence, alarm) === 'HIGH') byScore = true
    if (!byLiveness && live.assess()) byLiveness = true
  }
  return { byScore, byLiveness }
}
