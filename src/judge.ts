// What the evidence of one session becomes with the next window. The live watch and `vigil watch` both ask here, so that what is measured is
// what runs.

import type { Assessment, Engine, InputEvent, Profile, Window } from './biometrics/index.ts'
import { addEvidence, type AlarmModel, type Evidence, noEvidence, riskOf } from './risk/evidence.ts'
import type { RiskLevel } from './risk/levels.ts'

/** What judges a window: the engine with its population, and the alarm that the challenge budget sets on it. */
export interface Judgement {
  readonly engine: Engine
  readonly alarm: AlarmModel
}

export interface Weighed {
  readonly assessment: Assessment
  readonly evidence: Evidence
  readonly level: RiskLevel
}

/** Never changes `before`. */
export function weigh({ engine, alarm }: Judgement, profile: Profile, before: Evidence, window: Window): Weighed {
  const assessment = engine.assess(profile, window)
  const evidence = addEvidence(before, assessment, alarm)
  return { assessment, evidence, level: riskOf(evidence, alarm) }
}

/** Follows one stream from its first event to its last. */
export interface Judge {
  /** Takes the next event and the window that closed with it, if one did; answers the risk that stands then. */
  push(event: InputEvent, window: Window | undefined): RiskLevel
}

/** Holds a stream against a profile, the evidence empty at the start. Without a profile nothing is known and nothing rises. */
export function judgeAgainst(judgement: Judgement, profile: Profile | undefined): Judge {
  let evidence = noEvidence()
  let level: RiskLevel = 'LOW'
  return {
    push(_event, window) {
      if (window !== undefined && profile !== undefined) {
        ;({ evidence, level } = weigh(judgement, profile, evidence, window))
      }
      return level
    }
  }
}
