// Who is compared with whom, by whatever compares: the engine, or the simple method that it has to beat.

import type { Recording } from '../biometrics/index.ts'
import type { Trials } from './metrics/trials.ts'

export interface Matcher<Profile> {
  /** Undefined when there is too little to know the person by. */
  enrol(recordings: readonly Recording[]): Profile | undefined
  /** Rises towards "stranger"; undefined = no evidence. */
  score(profile: Profile, probe: Recording): number | undefined
}

/** What one person does in a protocol. */
export interface Role {
  readonly person: string
  readonly enrolment: readonly Recording[]
  /** Held against the person's own profile. */
  readonly own: readonly Recording[]
  /** Held against everybody else's. */
  readonly asStranger: readonly Recording[]
  /** Held against this person's profile; nobody knows who it was. */
  readonly intruders?: readonly Recording[]
}

/** Part `index` of `of` equal ones: work for one thread. */
export interface Share {
  readonly index: number
  readonly of: number
}

/** Every trial whose target is in the share. */
export function runTrials<Profile>(matcher: Matcher<Profile>, roles: readonly Role[], { index, of }: Share): Trials {
  const target: number[] = []
  const prober: number[] = []
  const score: number[] = []
  for (let owner = index; owner < roles.length; owner += of) {
    const { enrolment, own, intruders = [] } = roles[owner]!
    const profile = matcher.enrol(enrolment)
    const hold = (probe: Recording, by: number): void => {
      target.push(owner)
      prober.push(by)
      score.push((profile === undefined ? undefined : matcher.score(profile, probe)) ?? Number.NaN)
    }
    for (const probe of own) hold(probe, owner)
    for (const probe of intruders) hold(probe, -1)
    roles.forEach(({ asStranger }, other) => {
      if (other !== owner) for (const probe of asStranger) hold(probe, other)
    })
  }
  return {
    people: roles.length,
    target: Int32Array.from(target),
    prober: Int32Array.from(prober),
    score: Float64Array.from(score)
  }
}
