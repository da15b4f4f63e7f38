// Runs the plan in threads: populations are learnt once each, trials are shared out, and each run is measured as soon as its parts are in.

import { measureAblation } from './ablation.ts'
import { measureLiveness } from './liveness.ts'
import type { Measurement } from './measurements.ts'
import { measureVerification } from './measure-verification.ts'
import { measureWatching } from './measure-watching.ts'
import { joinTrials, type Trials } from './metrics/trials.ts'
import type { Run } from './plan.ts'
import { teachingName, type Teaching } from './populations.ts'
import type { StandInName } from './stand-ins.ts'
import type { Threads } from './threads.ts'
import type { WatchedPerson } from './watching.ts'
import type { Fusion } from '../biometrics/index.ts'
import type { NamedPopulation, PopulationEach } from './work.ts'

/** What a run gave: the figures, and the scores or streams that pictures are drawn from. */
export interface RunResult {
  readonly run: Run
  readonly measurements: readonly Measurement[]
  readonly trials?: Trials
  readonly simple?: Trials
  readonly watched?: readonly { readonly budget: string; readonly people: readonly WatchedPerson[] }[]
}

export interface EvaluateOptions {
  readonly seed: number
  /** Resampled sets of people. Default 1000. */
  readonly replicates?: number
  /** Called with the share of the work that is done. */
  readonly progress?: (done: number) => void
}

/** Challenge budgets that streams are played under. */
export const budgets = ['1/2h', '1/40h'] as const

/** Results in the order of the plan, each as soon as it is there. Throws the coded error of a thread. */
export async function* evaluateRuns(
  threads: Threads,
  runs: readonly Run[],
  options: EvaluateOptions
): AsyncGenerator<RunResult, void, undefined> {
  const evaluation = startEvaluation(threads, runs, options)
  // All are asked for at once, so that no thread waits for a measurement.
  const results = runs.map((run) => evaluation(run))
  // A failure is met when its turn comes, and must not end the process before.
  for (const result of results) result.catch(() => undefined)
  for (const [i, result] of results.entries()) {
    yield await result
    options.progress?.((i + 1) / runs.length)
  }
}

/** A population, and fusion by the part that it does without. */
interface LearntPopulation extends NamedPopulation {
  readonly fusions: ReadonlyMap<string, Fusion>
}

/** What threads need of it. */
function named({ name, bytes }: LearntPopulation): NamedPopulation {
  return { name, bytes }
}

function startEvaluation(
  threads: Threads,
  runs: readonly Run[],
  options: EvaluateOptions
): (run: Run) => Promise<RunResult> {
  const populations = new Map<string, Promise<LearntPopulation>>()
  const ablated = new Map<string, Promise<ReadonlyMap<string, Trials>>>()
  const engines = new Map<string, Promise<Trials>>()
  const simples = new Map<string, Promise<Trials>>()

  /** Learnt once, with fusion without each part that some run leaves out. */
  async function populationFor(teaching: Teaching): Promise<LearntPopulation> {
    return once(populations, teachingName(teaching), async (name) => {
      const leftOut = partsLeftOut(runs, (run) => teachingName(run.teaching) === name)
      const { bytes, fusions } = await threads.run('learn', { teaching, leftOut })
      return { name, bytes, fusions: new Map(leftOut.map((part, i) => [part, fusions[i]!])) }
    })
  }

  async function verify(
    protocol: string,
    standIn: StandInName | undefined,
    population: NamedPopulation | PopulationEach | undefined
  ): Promise<Trials> {
    const ask = { protocol, standIn, population }
    return joinTrials(await inShares(threads, (share) => threads.run('verify', { ...ask, share })))
  }

  /** Runs that differ in nothing but what they are measured against share their trials. */
  async function engineTrials(protocol: string, standIn: StandInName | undefined, teaching: Teaching): Promise<Trials> {
    return once(engines, `${protocol} ${standIn ?? ''} ${teachingName(teaching)}`, async () =>
      verify(protocol, standIn, isForEach(teaching) ? { teaching } : named(await populationFor(teaching)))
    )
  }

  /** The trials without each part that the plan leaves out of the protocol, scored all at once. */
  async function ablatedTrials(protocol: string, teaching: Teaching): Promise<ReadonlyMap<string, Trials>> {
    return once(ablated, protocol, async () => {
      const population = await populationFor(teaching)
      const parts = partsLeftOut(runs, (run) => run.protocol === protocol)
      const fusions = parts.map((part) => population.fusions.get(part)!)
      const ask = { protocol, population: named(population), fusions }
      const shares = await inShares(threads, (share) => threads.run('ablate', { ...ask, share }))
      return new Map(parts.map((part, i) => [part, joinTrials(shares.map((trials) => trials[i]!))]))
    })
  }

  async function runVerify(run: Extract<Run, { kind: 'verify' }>): Promise<RunResult> {
    const { id, protocol, standIn, teaching, without } = run
    const trials = await engineTrials(protocol, standIn, teaching)
    if (without !== undefined) {
      const rest = (await ablatedTrials(protocol, teaching)).get(without)!
      return { run, measurements: measureAblation(id, rest, trials, options) }
    }
    const simple = await once(simples, `${protocol} ${standIn ?? ''}`, () => verify(protocol, standIn, undefined))
    return { run, trials, simple, measurements: measureVerification(id, trials, simple, options) }
  }

  async function runWatch(run: Extract<Run, { kind: 'watch' }>): Promise<RunResult> {
    const { handOver, standIn } = run
    const ask = { handOver, standIn, budgets, population: named(await populationFor(run.teaching)) }
    const shares = await inShares(threads, (share) => threads.run('watch', { ...ask, share }))
    const watched = budgets.map((budget, i) => ({ budget, people: shares.flatMap((outcomes) => outcomes[i]!) }))
    const measurements = watched.flatMap(({ budget, people }) =>
      measureWatching(run.id.replace(/^[^/]*/, `$&-${budget}`), people, options)
    )
    return { run, watched, measurements }
  }

  return async (run) => {
    if (run.kind === 'verify') return runVerify(run)
    if (run.kind === 'watch') return runWatch(run)
    const streams = await threads.run('liveness', { protocol: run.protocol })
    return { run, measurements: [measureLiveness(run.id, streams)] }
  }
}

function isForEach(teaching: Teaching): boolean {
  return teaching.from !== 'shipped' && teaching.andOthersOf !== undefined
}

/** What runs leave out of the engine, each part once. */
function partsLeftOut(
  runs: readonly Run[],
  isMeant: (run: Extract<Run, { kind: 'verify' }>) => boolean
): readonly string[] {
  return [...new Set(runs.flatMap((run) => (run.kind === 'verify' && isMeant(run) ? (run.without ?? []) : [])))]
}

function inShares<Answer>(
  { count }: Threads,
  ask: (share: { index: number; of: number }) => Promise<Answer>
): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => ask({ index, of: count })))
}

function once<Value>(
  known: Map<string, Promise<Value>>,
  name: string,
  make: (name: string) => Promise<Value>
): Promise<Value> {
  let value = known.get(name)
  if (value === undefined) known.set(name, (value = make(name)))
  return value
}
