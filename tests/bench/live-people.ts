// People of the benches with a running server: what they were enrolled with, and what they do now. They type, and point a little: some ten events a
// second, as the goals have it. What they do lasts six minutes to half an hour, then it begins again: that is a replay, which the product is there to notice.

import { type Recording, streamOf, syntheticRecordings } from '../../src/biometrics/index.ts'
import { seedFor } from '../../src/biometrics/random.ts'
import type { Hands } from '../../src/load/people.ts'

const people = 24
const lessonsEach = 12
const streamsEach = 24

/** Made when it is asked for: a million objects that a server only holds would be looked at in every collection of its heap. */
export function liveLessons(): readonly (readonly Recording[])[] {
  return Array.from({ length: people }, (_, n) => recordingsOf(n).slice(0, lessonsEach))
}

export function liveHands(): Hands {
  return Array.from({ length: people }, (_, n) => recordingsOf(n).slice(lessonsEach).map(streamOf))
}

function recordingsOf(n: number): Recording[] {
  return syntheticRecordings(seedFor(1, `live ${n}`), 1, {
    sessions: lessonsEach + streamsEach,
    keystrokes: 120,
    strokes: 1,
    carriesOver: true
  })
}
