// Who is compared with whom, by whatever compares: the engine, or the simple method that it has to beat.

import type { Recording } from '../biometrics/index.ts'
import type { Trials } from './metrics/trials.ts'

export interface Matcher<Profile> {
  /** Undefined when there is too little to know the person by. */
  enrol(recordings: readonly Recording[]): Profile | undefined
  /** Rises towards "stranger"; undefined = no evidence. */
  score(profile: Profile, probe: Recording): number | undefined
}

/** One that has several answers to the same question. */
export interface MatcherOfSeveral<Profile> extends Pick<Matcher<Profile>, 'enrol'> {
  /** How many. */
  readonly several: number
  scores(profile: Profile, probe: Recording): readonly (number | undefined)[]
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
export function runTrials<Profile>(matcher: Matcher<Profile>, roles: readonly Role[], share: Share): Trials {
  const { enrol } = matcher
  const scores = (profile: Profile, probe: Recording): [number | undefined] => [matcher.score(profile, probe)]
  return runTrialsOfSeveral({ several: 1, enrol, scores }, roles, share)[0]!
}

/** The same for each of the answers. */
export function runTrialsOfSeveral<Profile>(
  matcher: MatcherOfSeveral<Profile>,
  roles: readonly Role[],
  { index, of }: Share
): Trials[] {
  const target: number[] = []
  const prober: number[] = []
  const scores = Array.from({ length: matcher.several }, (): number[] => [])
  for (let owner = index; owner < roles.length; owner += of) {
    const { enrolment, own, intruders = [] } = roles[owner]!
    const profile = matcher.enrol(enrolment)
    const hold = (probe: Recording, by: number): void => {
      target.push(owner)
      prober.push(by)
      const answers = profile === undefined ? [] : matcher.scores(profile, probe)
      scores.forEach((score, i) => score.push(answers[i] ?? Number.NaN))
    }
    for (const probe of own) hold(probe, owner)
    for (const probe of intruders) hold(probe, -1)
    roles.forEach(({ asStranger }, other) => {
      if (other !== owner) for (const probe of asStranger) hold(probe, other)
    })
  }
  const trials = { people: roles.length, target: Int32Array.from(target), prober: Int32Array.from(prober) }
  return scores.map((score) => ({ ...trials, score: Float64Array.from(score) }))
}
