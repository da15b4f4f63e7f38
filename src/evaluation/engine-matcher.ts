// The engine as a matcher: what `vigil score` answers for a recording.

import {
  enrolRecordings,
  inputOf,
  probeOf,
  scoreProbe,
  type Engine,
  type Probe,
  type RecordedProfile,
  type Recording
} from '../biometrics/index.ts'
import type { Matcher } from './matcher.ts'

export function engineMatcher(engine: Engine): Matcher<RecordedProfile> {
  // A probe meets many targets; it is made ready once.
  const ready = new WeakMap<Recording, Probe>()
  return {
    enrol: (recordings) => enrolRecordings(engine, recordings.map(inputOf)),
    score(profile, recording) {
      let probe = ready.get(recording)
      if (probe === undefined) ready.set(recording, (probe = probeOf(inputOf(recording))))
      return scoreProbe(engine, profile, probe)
    }
  }
}
