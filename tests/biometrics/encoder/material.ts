// Sequences and encoders for tests of the sequence encoder.

import type { EncoderWeights } from '../../../src/biometrics/encoder/encoder.ts'
import { exported, newNetwork } from '../../../src/biometrics/encoder/network.ts'
import type { Window } from '../../../src/biometrics/index.ts'
import { joinSequences, sliceSequence, type TimingSequence } from '../../../src/biometrics/features/timing-sequence.ts'
import { startTensorFlow } from '../../../src/biometrics/networks/backend.ts'
import { seededRandom } from '../../../src/biometrics/random.ts'

/** Keystrokes of any class, some of whose times are not known. */
export function drawnSequence(length: number, seed: number): TimingSequence {
  const random = seededRandom(seed)
  const row = (): number[] => {
    const known = random() < 0.9
    const holdMs = random() < 0.9 ? 40 + 150 * random() : 0
    const pressToPressMs = 60 + 400 * random()
    const gap = known ? [pressToPressMs, pressToPressMs - 200 * random() - 1, 1] : [0, 0, 0]
    return [holdMs, ...gap, Math.floor(8 * random())]
  }
  return { length, values: Float32Array.from(Array.from({ length }, row).flat()) }
}

/** Weights that nobody has learnt anything with. */
export async function drawnEncoder(seed: number, units = 8, size = 6): Promise<EncoderWeights> {
  const tf = await startTensorFlow()
  return exported(newNetwork(tf, units, size, seededRandom(seed)))
}

/** All that somebody typed, in order. */
export function typedIn(windows: readonly Window[]): TimingSequence {
  return joinSequences(windows.map(({ typed }) => typed.at(-1)!))
}

/** A sequence cut into hops of 25 keystrokes, as windows close; what is left over is not read. */
export function hopsOf(sequence: TimingSequence): TimingSequence[] {
  const hops: TimingSequence[] = []
  for (let from = 0; from + 25 <= sequence.length; from += 25) hops.push(sliceSequence(sequence, from, from + 25))
  return hops
}
