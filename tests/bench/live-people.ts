// People of the benches with a running server: what they were enrolled with, and what they do now. They type, and point a little: some ten events a
// second, as the goals have it.

import { type Recording, streamOf, syntheticRecordings } from '../../src/biometrics/index.ts'
import { seedFor } from '../../src/biometrics/random.ts'
import type { Hands } from '../../src/load/people.ts'

const people = 24
const each = 24

export const lessons: readonly (readonly Recording[])[] = Array.from({ length: people }, (_, n) =>
  recordingsOf(n).slice(0, each / 2)
)

export const liveHands: Hands = Array.from({ length: people }, (_, n) =>
  recordingsOf(n)
    .slice(each / 2)
    .map(streamOf)
)

function recordingsOf(n: number): Recording[] {
  return syntheticRecordings(seedFor(1, `live ${n}`), 1, {
    sessions: each,
    keystrokes: 120,
    strokes: 1,
    carriesOver: true
  })
}
