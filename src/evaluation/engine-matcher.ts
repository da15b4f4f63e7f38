// The engine as a matcher: what `vigil score` answers for a recording.

import {
  enrolRecordings,
  inputOf,
  probeOf,
  scoreProbe,
  scoreProbeUnder,
  type Engine,
  type Fusion,
  type Probe,
  type RecordedProfile,
  type Recording
} from '../biometrics/index.ts'
import type { Matcher, MatcherOfSeveral } from './matcher.ts'

export function engineMatcher(engine: Engine): Matcher<RecordedProfile> {
  const probeFor = probes()
  return {
    enrol: (recordings) => enrolRecordings(engine, recordings.map(inputOf)),
    score: (profile, recording) => scoreProbe(engine, profile, probeFor(recording))
  }
}

/** What it answers under each fusion in turn. */
export function fusionsMatcher(engine: Engine, fusions: readonly Fusion[]): MatcherOfSeveral<RecordedProfile> {
  const probeFor = probes()
  return {
    several: fusions.length,
    enrol: (recordings) => enrolRecordings(engine, recordings.map(inputOf)),
    scores: (profile, recording) => scoreProbeUnder(engine, fusions, profile, probeFor(recording))
  }
}

/** A probe meets many targets; it is made ready once. */
function probes(): (recording: Recording) => Probe {
  const ready = new WeakMap<Recording, Probe>()
  return (recording) => {
    let probe = ready.get(recording)
    if (probe === undefined) ready.set(recording, (probe = probeOf(inputOf(recording))))
    return probe
  }
}
