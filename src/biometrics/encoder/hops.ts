// Embeddings of hops, which add up: the mean over any stretch is the sum of its hops divided by their number, so that a stretch is judged
// without reading its keystrokes again.

import { joinSequences, sliceSequence, type TimingSequence } from '../features/timing-sequence.ts'
import type { Statistics } from '../features/statistics.ts'
import type { VerifierView } from '../verifiers/verifier.ts'
import { createEncoder, encoderKeystrokes, fewestEncoded, type EncoderWeights } from './encoder.ts'

/** Keystrokes that count as one observation of the person. */
const keystrokesPerHop = 25

/** Reads sums of embeddings in the layout of `Statistics`: three numbers a dimension. */
export function sequenceView(size: number): VerifierView {
  let view = views.get(size)
  if (view === undefined) views.set(size, (view = viewOf(size)))
  return view
}

/** Asked for with every stretch of every window. */
const views = new Map<number, VerifierView>()

function viewOf(size: number): VerifierView {
  return {
    readings: Array.from({ length: size }, (_, d) => d),
    amountOf: (statistics) => statistics[0]! * keystrokesPerHop,
    // Ten keystrokes, the fewest that are read, read alone: what so little says is the model's own doubt, not silence.
    least: (fewestEncoded / keystrokesPerHop) * (fewestEncoded / encoderKeystrokes) * keystrokesPerHop,
    diagonalShare: 0,
    shrinkShare: 0
  }
}

export interface HopEncoder {
  readonly size: number
  /**
   * Sums of each hop's embedding, weighted by its share of new keystrokes: `3 × size` numbers. A hop is read together with what came
   * before it; what little the encoder saw of the first one weighs less. One without keystrokes, or with too few, gives zeros. Hops before `first` (default 0) are context alone and give nothing.
   */
  statisticsOf(typed: readonly TimingSequence[], first?: number): Statistics[]
}

const encoders = new WeakMap<EncoderWeights, HopEncoder>()

/** One encoder a set of weights, which remembers the hops it has seen for as long as anybody else does. */
export function hopEncoderOf(weights: EncoderWeights): HopEncoder {
  const known = encoders.get(weights)
  if (known !== undefined) return known
  const encoder = createEncoder(weights)
  // What stands before a hop is part of what is read: a hop that is met behind another one is read anew. To hold that one fast would hold the
  // one before it, and so the whole stream for as long as its newest hop lives.
  const seen = new WeakMap<
    TimingSequence,
    { readonly before: WeakRef<TimingSequence> | undefined; readonly statistics: Statistics }
  >()
  const { size } = encoder

  function statisticsOfHop(before: TimingSequence | undefined, hop: TimingSequence): Statistics {
    const statistics = new Float32Array(3 * size)
    if (hop.length === 0) return statistics
    const read = before === undefined ? hop : withContext(before, hop)
    const embedding = encoder.embed(read)
    if (embedding === undefined) return statistics
    const share = (hop.length / keystrokesPerHop) * Math.min(read.length / encoderKeystrokes, 1)
    for (let d = 0; d < size; d++) {
      statistics[3 * d] = share
      statistics[3 * d + 1] = share * embedding[d]!
      statistics[3 * d + 2] = share * embedding[d]! ** 2
    }
    return statistics
  }

  const made: HopEncoder = {
    size,
    statisticsOf: (typed, first = 0) =>
      typed.slice(first).map((hop, i) => {
        const before = typed[first + i - 1]
        const found = seen.get(hop)
        if (found !== undefined && isSame(found.before, before)) return found.statistics
        const statistics = statisticsOfHop(before, hop)
        seen.set(hop, { before: before && new WeakRef(before), statistics })
        return statistics
      })
  }
  encoders.set(weights, made)
  return made
}

/** What is gone is nobody's any more, and is not the absence of a hop either. */
function isSame(seen: WeakRef<TimingSequence> | undefined, before: TimingSequence | undefined): boolean {
  return seen === undefined ? before === undefined : before !== undefined && seen.deref() === before
}

function withContext(before: TimingSequence, hop: TimingSequence): TimingSequence {
  if (hop.length >= encoderKeystrokes) return hop
  const wanted = Math.min(encoderKeystrokes - hop.length, before.length)
  return joinSequences([sliceSequence(before, before.length - wanted, before.length), hop])
}

/** Hops of a recording that is judged as a whole: as many keystrokes as the encoder looks at are one hop at first, so that none is read alone. */
export function wholeHops(sequence: TimingSequence): TimingSequence[] {
  const hops: TimingSequence[] = []
  for (let from = 0; from < sequence.length;) {
    const to = Math.min(from === 0 ? encoderKeystrokes : from + keystrokesPerHop, sequence.length)
    hops.push(sliceSequence(sequence, from, to))
    from = to
  }
  return hops
}
