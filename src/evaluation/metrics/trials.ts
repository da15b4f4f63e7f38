// Trials: scores of people's input against profiles, arranged so that every error rate, and every resampling of people, is one pass.

/**
 * Trial i held input of person `prober[i]` against the profile of person `target[i]`; both are numbers from 0. The same number is the owner,
 * -1 a stranger of whom nothing is known. Scores rise towards "stranger"; NaN = no evidence.
 */
export interface Trials {
  readonly people: number
  readonly target: Int32Array
  readonly prober: Int32Array
  readonly score: Float64Array
}

/** How often each person is in a resampled set of people; all ones = the people as they are. Length `people`. */
export type Weights = Float64Array

export function onceEach(people: number): Weights {
  return new Float64Array(people).fill(1)
}

/**
 * Trials with evidence, sorted by score. Neighbours that no threshold needs to part share a step: equal scores, and runs of owners only
 * or of strangers only. The curve of error rates through the steps is the same, and far shorter.
 */
export interface RankedTrials extends Trials {
  /** Step of each trial, rising. */
  readonly step: Int32Array
  readonly steps: number
  /** Share of all trials that have a score. */
  readonly scored: number
}

export function rankTrials({ people, target, prober, score }: Trials): RankedTrials {
  const known = Array.from(score.keys()).filter((i) => !Number.isNaN(score[i]!))
  const order = Int32Array.from(known).sort((a, b) => score[a]! - score[b]!)
  const pick = (values: Int32Array): Int32Array => order.map((i) => values[i]!)
  const ranked = {
    people,
    target: pick(target),
    prober: pick(prober),
    score: Float64Array.from(order, (i) => score[i]!)
  }
  const { step, steps } = stepsOf(ranked)
  return { ...ranked, step, steps, scored: score.length === 0 ? 0 : known.length / score.length }
}

/** What the trials of each step weigh: owners' and strangers'. */
export interface Curve {
  readonly owner: Float64Array
  readonly stranger: Float64Array
  readonly owners: number
  readonly strangers: number
}

/** A person who is in the set twice is twice a target and twice a stranger to others, never to themselves. */
export function curveOf(trials: RankedTrials, weights: Weights): Curve {
  const { target, prober, step, steps } = trials
  const owner = new Float64Array(steps)
  const stranger = new Float64Array(steps)
  let owners = 0
  let strangers = 0
  for (let i = 0; i < target.length; i++) {
    const own = weights[target[i]!]!
    const other = prober[i]!
    if (other === target[i]!) {
      owner[step[i]!]! += own
      owners += own
    } else {
      const weight = other < 0 ? own : own * weights[other]!
      stranger[step[i]!]! += weight
      strangers += weight
    }
  }
  return { owner, stranger, owners, strangers }
}

/** Joins trials of several sets of the same people, e.g. the shares of several threads. */
export function joinTrials(parts: readonly Trials[]): Trials {
  const length = parts.reduce((sum, { score }) => sum + score.length, 0)
  const joined = {
    people: parts[0]?.people ?? 0,
    target: new Int32Array(length),
    prober: new Int32Array(length),
    score: new Float64Array(length)
  }
  let at = 0
  for (const { target, prober, score } of parts) {
    joined.target.set(target, at)
    joined.prober.set(prober, at)
    joined.score.set(score, at)
    at += score.length
  }
  return joined
}

/** The trials of one target, for error rates with a threshold of their own. */
export function trialsByTarget(trials: Trials): Trials[] {
  const numbers: number[][] = Array.from({ length: trials.people }, () => [])
  trials.target.forEach((target, i) => numbers[target]!.push(i))
  return numbers.map((own) => ({
    people: trials.people,
    target: Int32Array.from(own, (i) => trials.target[i]!),
    prober: Int32Array.from(own, (i) => trials.prober[i]!),
    score: Float64Array.from(own, (i) => trials.score[i]!)
  }))
}

function stepsOf({ target, prober, score }: Trials): { step: Int32Array; steps: number } {
  const step = new Int32Array(score.length)
  let current = -1
  // Who is in the current step: owners, strangers, or both because their scores are equal.
  let holds: boolean | undefined
  for (let from = 0; from < score.length;) {
    let to = from
    let owners = 0
    while (to < score.length && score[to] === score[from]) {
      if (target[to] === prober[to]) owners++
      to++
    }
    const pure = owners === 0 ? false : owners === to - from ? true : undefined
    if (current < 0 || pure === undefined || pure !== holds) current++
    holds = pure
    step.fill(current, from, to)
    from = to
  }
  return { step, steps: current + 1 }
}
