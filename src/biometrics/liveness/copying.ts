// Is this sequence a copy of pieces of that one? A hidden Markov model of copying (Li and Stephens, Genetics 2003): each mark is either fresh
// or follows the mark after the one copied before; copies start anywhere, end anywhere and may be put together in any order. The best way
// through it (Viterbi) is kept up mark by mark, with hopeless starts left out (Altschul et al., J. Mol. Biol. 1990), and falls back while
// nothing is copied (Page, Biometrika 1954).

/** What may have been copied, and how alike two marks are. */
export interface Original<Mark> {
  /** Positions are 0 to `size - 1`. */
  size(): number
  /** Rises when positions change their meaning. */
  generation(): number
  /** A piece ends before this position: nothing runs on into it. */
  beginsPiece(position: number): boolean
  /** Positions at which a copy that ends with these marks may stand now. */
  candidates(recent: readonly Mark[]): readonly number[]
  /** Natural-log likelihood ratio "copied with that much jitter : typed afresh by the same person" of one mark. */
  ratio(mark: Mark, position: number, jitter: number): number
}

export interface CopyTracker<Mark> {
  push(mark: Mark): void
  /** Natural-log odds "copied : fresh", never below 0. */
  readonly evidence: number
  startAnew(): void
}

interface CopyOptions {
  /** Number of jitters that `ratio` knows. */
  readonly jitters: number
  /** Marks that must agree for a copy to be looked into. */
  readonly seed: number
  /** Marks between two searches for starts. */
  readonly seedEvery: number
  /** How fast evidence falls back, per mark. */
  readonly leak: number
}

/** A copy under way. */
interface Run {
  /** Evidence before it began. */
  readonly base: number
  /** Log odds for each jitter, start included. */
  readonly odds: Float64Array
  peak: number
}

/** A run that fell this far below its best has ended. */
const dropped = 12
/** A start must look like a copy by this much to be followed. */
const promising = 1
const mostRuns = 256

export function createCopyTracker<Mark>(original: Original<Mark>, options: CopyOptions): CopyTracker<Mark> {
  const { jitters, seed, seedEvery, leak } = options
  let generation = original.generation()
  // Each mark moves the runs from one map to the other: a keystroke that copies nothing, as nearly all do, makes no garbage.
  let runs = new Map<number, Run>()
  let spare = new Map<number, Run>()
  /** The newest marks, as many as a seed has, and the evidence before each. */
  const recent: Mark[] = []
  const before: number[] = []
  let sinceSeed = 0
  let evidence = 0

  function follow(mark: Mark, next: Map<number, Run>): void {
    for (const [position, run] of runs) {
      const at = position + 1
      if (at >= original.size() || original.beginsPiece(at)) continue
      let best = Number.NEGATIVE_INFINITY
      for (let jitter = 0; jitter < jitters; jitter++) {
        const odds = run.odds[jitter]! + original.ratio(mark, at, jitter)
        run.odds[jitter] = odds
        if (odds > best) best = odds
      }
      run.peak = Math.max(run.peak, best)
      if (best > run.peak - dropped) next.set(at, run)
    }
  }

  function start(into: Map<number, Run>): void {
    const penalty = Math.log(original.size() + 1)
    for (const position of original.candidates(recent)) {
      if (into.size >= mostRuns) return
      if (into.has(position) || !holdsSeed(position)) continue
      const odds = new Float64Array(jitters).fill(-penalty)
      for (let back = 0; back < seed; back++) {
        for (let jitter = 0; jitter < jitters; jitter++) {
          odds[jitter]! += original.ratio(recent[seed - 1 - back]!, position - back, jitter)
        }
      }
      const peak = odds.reduce((best, value) => Math.max(best, value))
      if (peak > promising - penalty) into.set(position, { base: before[0]!, odds, peak })
    }
  }

  /** The marks that a copy starts with lie in one piece. */
  function holdsSeed(position: number): boolean {
    for (let back = 0; back < seed - 1; back++) if (original.beginsPiece(position - back)) return false
    return position >= seed - 1
  }

  return {
    push(mark) {
      if (generation !== original.generation()) {
        generation = original.generation()
        runs.clear()
      }
      recent.push(mark)
      before.push(evidence)
      if (recent.length > seed) {
        recent.shift()
        before.shift()
      }
      const next = spare
      if (runs.size > 0) follow(mark, next)
      if (++sinceSeed >= seedEvery && recent.length === seed && original.size() >= seed) {
        sinceSeed = 0
        start(next)
      }
      // An empty one would be given new memory, with every key of everybody.
      if (runs.size > 0) runs.clear()
      spare = runs
      runs = next
      evidence = Math.max(evidence - leak, 0)
      for (const { base, odds } of runs.values()) for (const value of odds) evidence = Math.max(evidence, base + value)
    },
    get evidence() {
      return evidence
    },
    startAnew() {
      runs.clear()
      recent.length = before.length = evidence = sinceSeed = 0
    }
  }
}
