// What the evidence of one session becomes with the next window. The live watch and `vigil watch` both ask here, so that what is measured is
// what runs.

import {
  type Assessment,
  type Beginning,
  type Engine,
  followed,
  type InputEvent,
  materialOf,
  nobodyYet,
  type ProfileModels,
  unlearnt,
  type Window
} from '../biometrics/index.ts'
import {
  addEvidence,
  alarmModel,
  type AlarmModel,
  type Budget,
  type Evidence,
  noEvidence,
  riskOf
} from '../risk/evidence.ts'
import type { RiskLevel } from '../risk/levels.ts'

/** What judges a window: the engine with its population, and the alarms that the challenge budget sets on it. */
export interface Judgement {
  readonly engine: Engine
  readonly alarm: AlarmModel
  /** For sessions that are held against their own beginning. */
  readonly handOverAlarm: AlarmModel
}

export function judgementOf(engine: Engine, budget: Budget): Judgement {
  const { alarms, handOverAlarms = alarms } = engine.population
  return {
    engine,
    alarm: alarmModel(budget, { alarms }),
    handOverAlarm: alarmModel(budget, { alarms: handOverAlarms })
  }
}

export interface Weighed {
  readonly assessment: Assessment
  readonly evidence: Evidence
  readonly level: RiskLevel
}

/** Never changes `before`. */
export function weigh({ engine, alarm }: Judgement, known: ProfileModels, before: Evidence, window: Window): Weighed {
  const assessment = engine.assess(known, window)
  const evidence = addEvidence(before, assessment, alarm)
  return { assessment, evidence, level: riskOf(evidence, alarm) }
}

/** A session of somebody without a profile: how it began, and what has spoken since for other hands. */
export interface OwnSession {
  readonly beginning: Beginning<ProfileModels>
  readonly evidence: Evidence
}

export interface WeighedOwn {
  /** Undefined while the beginning is still being collected. */
  readonly assessment: Assessment | undefined
  readonly session: OwnSession
  readonly level: RiskLevel
}

export function newSession(): OwnSession {
  return { beginning: nobodyYet(), evidence: noEvidence() }
}

/** Holds a window against the session's own beginning. Never changes `before`. */
export function weighOwn({ engine, handOverAlarm: alarm }: Judgement, before: OwnSession, window: Window): WeighedOwn {
  // The material is gone, so under another population the session begins anew.
  const outdated = before.beginning.known && !engine.isCurrent(before.beginning.known)
  const { beginning, evidence } = outdated ? newSession() : before
  const assessment = beginning.known && engine.assess(beginning.known, window)
  const stretches = assessment ? unlearnt(beginning, assessment.stretches) : []
  const next = assessment ? addEvidence(evidence, { ...assessment, stretches }, alarm) : evidence
  const session = {
    beginning: followed(beginning, materialOf([window]), stretches, (material) =>
      // Nothing of what was typed is kept longer than learning needs it.
      engine.modelsAlone(engine.derive(material))
    ),
    evidence: next
  }
  return { assessment, session, level: riskOf(next, alarm) }
}

/** Follows one stream from its first event to its last. */
export interface Judge {
  /** Takes the next event and the window that closed with it, if one did; answers the risk that stands then. */
  push(event: InputEvent, window: Window | undefined): RiskLevel
}

/** Holds a stream against a profile, the evidence empty at the start; without a profile, against its own beginning. */
export function judgeAgainst(judgement: Judgement, profile: ProfileModels | undefined): Judge {
  let evidence = noEvidence()
  let session = newSession()
  let level: RiskLevel = 'LOW'
  return {
    push(_event, window) {
      if (window === undefined) return level
      if (profile === undefined) ({ session, level } = weighOwn(judgement, session, window))
      else ({ evidence, level } = weigh(judgement, profile, evidence, window))
      return level
    }
  }
}
