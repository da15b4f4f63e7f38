// Sequences as material: what is unknown stays unknown, and what is packed comes back.

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encoderInputs, writeInputs } from '../../../src/biometrics/encoder/inputs.ts'
import { packSequences, timesAt, unpackSequences, withoutTimes } from '../../../src/biometrics/encoder/sequence.ts'
import { joinSequences, sliceSequence, type TimingSequence } from '../../../src/biometrics/features/timing-sequence.ts'
import { drawnSequence } from './material.ts'

describe('a keystroke of a sequence', () => {
  it('has unknown times where none were seen', () => {
    const known = timesAt(sequenceOf([[90, 200, 110, 1, 2]]), 0)
    expect(known).toEqual({ holdMs: 90, pressToPressMs: 200, releaseToPressMs: 110, cls: 2 })
    expect(timesAt(sequenceOf([[0, 200, 110, 1, 2]]), 0)).toEqual({ ...known, holdMs: Number.NaN })
    expect(timesAt(sequenceOf([[90, 200, 0, 1, 2]]), 0)).toEqual({ ...known, releaseToPressMs: Number.NaN })
    const afterPause = { ...known, pressToPressMs: Number.NaN, releaseToPressMs: Number.NaN }
    expect(timesAt(sequenceOf([[90, 200, 110, 0, 2]]), 0)).toEqual(afterPause)
  })

  it('is told to the encoder on a bounded scale, with 0 for what is unknown', () => {
    expect(inputsOf([90, 180, 75, 1, 2])).toEqual([0, 0, 0.5, 1, 0, 0, 1, 0, 0, 0, 0])
    expect(inputsOf([0, 0, 0, 0, 7])).toEqual(Array.from({ length: encoderInputs }, () => 0))
    fc.assert(
      fc.property(fc.tuple(fc.float(), fc.float(), fc.float(), fc.constant(1), fc.nat(7)), (row) => {
        for (const value of inputsOf(row)) expect(Math.abs(value)).toBeLessThanOrEqual(4)
      })
    )
  })

  it('can be shown without one kind of times, and nothing else is lost', () => {
    const row = [120, 300, 150, 1, 2] as const
    const shown = inputsOf(row)
    const kinds = ['holdMs', 'pressToPressMs', 'releaseToPressMs'] as const
    kinds.forEach((kind, column) => {
      const hidden = withoutTimes(sequenceOf([row]), kind)
      expect(inputsOf([...hidden.values])).toEqual(shown.with(column, 0))
    })
  })
})

describe('sequences', () => {
  it('are cut and joined without loss', () => {
    const whole = drawnSequence(40, 1)
    const parts = [sliceSequence(whole, 0, 15), sliceSequence(whole, 15, 15), sliceSequence(whole, 15, 40)]
    expect(parts.map(({ length }) => length)).toEqual([15, 0, 25])
    expect(joinSequences(parts)).toEqual(whole)
    expect(timesAt(parts[2]!, 3)).toEqual(timesAt(whole, 18))
  })

  it('come back from packing to a tenth of a millisecond', () => {
    fc.assert(
      fc.property(fc.array(fc.array(keystroke, { maxLength: 12 }), { maxLength: 6 }), (hops) => {
        const before = hops.map(sequenceOf)
        const lengths = Int32Array.from(before, ({ length }) => length)
        const packed = packSequences(before)
        const after = unpackSequences(packed, lengths)!
        expect(after.map(({ length }) => length)).toEqual([...lengths])
        after.forEach(({ values }, hop) => {
          values.forEach((value, i) => {
            expect(Math.abs(value - before[hop]!.values[i]!)).toBeLessThan(0.051)
          })
        })
        expect(packSequences(after)).toEqual(packed)
      })
    )
  })

  it('keep to what can be packed: longer times count as the longest', () => {
    const wild = sequenceOf([[1e9, 7000, -1e9, 1, 7]])
    const [read] = unpackSequences(packSequences([wild]), Int32Array.of(1))!
    expect(read).toEqual(sequenceOf([[6553.5, 6553.5, -3000, 1, 7]]))
  })

  it('are refused when the lengths do not add up or a class does not exist', () => {
    const packed = packSequences([drawnSequence(3, 2), drawnSequence(4, 3)])
    expect(unpackSequences(packed, Int32Array.of(3, 4))).toHaveLength(2)
    for (const lengths of [[], [3], [3, 3], [3, 5], [3, 4, 1]]) {
      expect(unpackSequences(packed, Int32Array.from(lengths))).toBeUndefined()
    }
    expect(unpackSequences(packed.subarray(1), Int32Array.of(3, 4))).toBeUndefined()
    const foreign = packed.with(4 * 6 + 3, 16)
    expect(unpackSequences(foreign, Int32Array.of(3, 4))).toBeUndefined()
    expect(unpackSequences(foreign.with(4 * 6 + 3, 15), Int32Array.of(3, 4))).toHaveLength(2)
  })
})

type Row = readonly [number, number, number, number, number]

const keystroke = fc.tuple(
  fc.double({ min: 0, max: 6553, noNaN: true }),
  fc.double({ min: 0, max: 6553, noNaN: true }),
  fc.double({ min: -3000, max: 3553, noNaN: true }),
  fc.nat(1),
  fc.nat(7)
)

function sequenceOf(rows: readonly Row[]): TimingSequence {
  return { length: rows.length, values: Float32Array.from(rows.flat()) }
}

function inputsOf(row: readonly number[]): number[] {
  const inputs = new Float32Array(encoderInputs)
  writeInputs(timesAt({ length: 1, values: Float32Array.from(row) }, 0), inputs, 0)
  return [...inputs]
}
