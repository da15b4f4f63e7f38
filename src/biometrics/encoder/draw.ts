// Batches of crops to learn the sequence encoder from: each batch meets people it has never seen, and each crop is a day of its own, which
// teaches what not to go by.

import type { TimingSequence } from '../features/timing-sequence.ts'
import { encoderInputs, writeInputs } from './inputs.ts'
import { createInventor, type Variety } from './variety.ts'

export interface Batch {
  readonly people: number
  readonly crops: number
  /** One array a keystroke: `(people × crops) × (encoderInputs + 1)`; the last number of a row is 1, the bias of the layer. */
  readonly steps: readonly Float32Array[]
}

export interface BatchShape {
  readonly people: number
  readonly crops: number
  readonly keystrokes: number
}

/** A source of batches; equal people, shapes and random numbers give equal batches. No sequence may be shorter than a crop. */
export function createDraw(
  people: readonly TimingSequence[],
  { people: inBatch, crops, keystrokes }: BatchShape,
  variety: Variety,
  random: () => number
): () => Batch {
  const inventor = createInventor(variety, random)
  const width = encoderInputs + 1
  const deck: number[] = []

  function nextPerson(): TimingSequence {
    if (deck.length === 0) {
      for (let i = 0; i < people.length; i++) deck.splice(Math.floor(random() * (deck.length + 1)), 0, i)
    }
    return people[deck.pop()!]!
  }

  return () => {
    const steps = Array.from({ length: keystrokes }, () => new Float32Array(inBatch * crops * width))
    for (let member = 0; member < inBatch; member++) {
      const sequence = nextPerson()
      const person = inventor.person()
      for (let crop = 0; crop < crops; crop++) {
        const from = Math.floor(random() * (sequence.length - keystrokes + 1))
        const at = (member * crops + crop) * width
        inventor.retype(sequence, from, from + keystrokes, person, inventor.day(), (times, index) => {
          const step = steps[index - from]!
          writeInputs(times, step, at)
          step[at + encoderInputs] = 1
        })
      }
    }
    return { people: inBatch, crops, steps }
  }
}
