// Watched streams to measurements.

import type { Measurement, Metric } from './measurements.ts'
import { drawPeople, estimateOf } from './metrics/bootstrap.ts'
import { binomialShare, poissonRate } from './metrics/rare-events.ts'
import { onceEach, type Weights } from './metrics/trials.ts'
import { mostKeystrokes, type WatchedPerson } from './watching.ts'

export function measureWatching(
  protocol: string,
  watched: readonly WatchedPerson[],
  options: { readonly seed: number; readonly replicates?: number }
): Measurement[] {
  const people = watched.length
  const statistics = (weights: Weights): [Metric, number][] => {
    const { noticed, mean, median } = streamStatistics(watched, weights)
    return [
      ['strangers_challenged_250', noticed],
      ['mean_keystrokes', mean],
      ['median_keystrokes', median]
    ]
  }
  const draws = drawPeople(people, options).map(statistics)
  const streams = watched.reduce((sum, { strangers }) => sum + strangers.length, 0)
  const hours = watched.reduce((sum, { watchedMs }) => sum + watchedMs, 0) / 3_600_000
  const alarms = watched.reduce((sum, { needless }) => sum + needless, 0)
  const challenged = watched.filter((one) => one.challenged).length
  return [
    { protocol, metric: 'owners_challenged', people, trials: people, ...binomialShare(challenged, people) },
    ...statistics(onceEach(people)).map(([metric, value], i) => ({
      protocol,
      metric,
      people,
      trials: streams,
      ...estimateOf(
        value,
        draws.map((draw) => draw[i]![1])
      )
    })),
    { protocol, metric: 'alarms_per_hour', people, trials: alarms, ...poissonRate(alarms, hours) },
    { protocol, metric: 'alarms_per_hour_unluckiest_5', ...unluckiest(watched) }
  ]
}

/** Keystrokes until each stranger was challenged, rising; a miss is the most. */
export function keystrokesToChallenge(watched: readonly WatchedPerson[]): number[] {
  return watched
    .flatMap(({ strangers }) => strangers.map(({ keystrokes }) => withinMost(keystrokes)))
    .sort((a, b) => a - b)
}

function streamStatistics(watched: readonly WatchedPerson[], weights: Weights) {
  let strangers = 0
  let noticed = 0
  let sum = 0
  const byKeystrokes = new Float64Array(mostKeystrokes + 1)
  for (const one of watched) {
    const own = weights[one.person]!
    for (const { person, keystrokes } of one.strangers) {
      const weight = own * weights[person]!
      const until = withinMost(keystrokes)
      strangers += weight
      sum += weight * until
      byKeystrokes[until]! += weight
      if (keystrokes !== undefined && keystrokes <= mostKeystrokes) noticed += weight
    }
  }
  let median = 0
  for (let below = 0; below < strangers / 2 && median < mostKeystrokes;) below += byKeystrokes[++median]!
  return { noticed: noticed / strangers, mean: sum / strangers, median }
}

function withinMost(keystrokes: number | undefined): number {
  return Math.min(keystrokes ?? mostKeystrokes, mostKeystrokes)
}

/** They are chosen by what happened to them, so luck is counted as if it were theirs: an upper bound of what it is to be them. */
function unluckiest(watched: readonly WatchedPerson[]): Omit<Measurement, 'protocol' | 'metric'> {
  const rates = watched.map(({ needless, watchedMs }) => ({ needless, hours: watchedMs / 3_600_000 }))
  rates.sort((a, b) => b.needless / b.hours - a.needless / a.hours)
  const few = rates.slice(0, Math.max(1, Math.ceil(rates.length / 20)))
  const alarms = few.reduce((sum, { needless }) => sum + needless, 0)
  const hours = few.reduce((sum, one) => sum + one.hours, 0)
  return { people: few.length, trials: alarms, ...poissonRate(alarms, hours) }
}
