// CPU time of small pieces of work, product and floor in turns, so that what the machine does meanwhile hits both.

export interface Pair {
  /** Medians over the rounds, in microseconds of CPU a call. */
  readonly product: number
  readonly floor: number
  /** Median of the rounds' own ratios. */
  readonly ratio: number
}

export interface TimingOptions {
  readonly rounds?: number
  /** Wall time of one round of one side. */
  readonly roundMs?: number
}

/** A piece of work gets the number of the call, so that it can take another person and window each time. */
export type Work = (call: number) => number

export function timePair(product: Work, floor: Work, { rounds = 9, roundMs = 250 }: TimingOptions = {}): Pair {
  // Long enough for every tier of compilation to be done.
  for (const work of [product, floor]) cpuOf(work, 2 * roundMs)
  const taken = Array.from({ length: rounds }, () => ({
    product: cpuOf(product, roundMs),
    floor: cpuOf(floor, roundMs)
  }))
  return {
    product: median(taken.map((round) => round.product)),
    floor: median(taken.map((round) => round.floor)),
    ratio: median(taken.map((round) => round.product / round.floor))
  }
}

/** Median CPU microseconds a call. */
export function timeAlone(work: Work, { rounds = 9, roundMs = 250 }: TimingOptions = {}): number {
  cpuOf(work, 2 * roundMs)
  return median(Array.from({ length: rounds }, () => cpuOf(work, roundMs)))
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

let calls = 0
/** Results go here, so that no work can be left out as useless. */
const heard = new Float64Array(1)

function cpuOf(work: Work, forMs: number): number {
  const until = performance.now() + forMs
  const before = process.cpuUsage()
  let done = 0
  do {
    for (let i = 0; i < 16; i++) heard[0]! += work(calls++)
    done += 16
  } while (performance.now() < until)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / done
}
