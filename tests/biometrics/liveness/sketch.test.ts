// What is kept of input, and that it is little: classes, coarse times and where movements led.

import { array, assert, integer, nat, property, record, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventType, type InputEvent, KeyClass } from '../../../src/biometrics/index.ts'
import { createLivenessWatch, decodeSketch, encodeSketch } from '../../../src/biometrics/liveness/index.ts'
import { isVigilError } from '../../../src/errors.ts'

function key(t: number, cls: KeyClass, holdMs: number): InputEvent[] {
  return [
    { t, type: EventType.keyDown, cls, slot: 0, x: 0, y: 0 },
    { t: t + holdMs, type: EventType.keyUp, cls, slot: 0, x: 0, y: 0 }
  ]
}

const mark = record({ cls: integer({ min: 0, max: 6 }), gap: nat(255), hold: nat(255) })
const stroke = record({
  dx: integer({ min: -32_766, max: 32_766 }),
  dy: integer({ min: -32_766, max: 32_766 }),
  path: nat(32_766),
  duration: nat(32_766)
})

describe('a sketch', () => {
  it('comes back from its bytes as it was', () => {
    assert(
      property(nat(255), array(mark), array(stroke), (grainMs, keys, strokes) => {
        const sketch = { grainMs, keys, strokes }
        expect(decodeSketch(encodeSketch(sketch))).toEqual(sketch)
      })
    )
  })

  it('of any bytes is a sketch or a coded error', () => {
    assert(
      property(uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          decodeSketch(bytes)
        } catch (error) {
          expect(isVigilError(error, 'profile_corrupt')).toBe(true)
        }
      }),
      { numRuns: 2000 }
    )
  })

  it('holds times in steps of 8 ms, and nothing of a field whose classes are withheld', () => {
    const watch = createLivenessWatch()
    const typed = Array.from({ length: 14 }, (_, i) => key(1000 + 150 * i, KeyClass.left, 97))
    const secret = Array.from({ length: 20 }, (_, i) => key(4000 + 150 * i, KeyClass.hidden, 97))
    for (const event of [...typed, ...secret].flat()) watch.push(event)
    const sketch = watch.takeSketch(true)
    expect(sketch?.keys).toHaveLength(14)
    expect(sketch?.keys[1]).toEqual({ cls: KeyClass.left, gap: 19, hold: 12 })
  })

  it('is not made of a handful of keystrokes', () => {
    const watch = createLivenessWatch()
    for (const event of Array.from({ length: 5 }, (_, i) => key(150 * i, KeyClass.left, 97)).flat()) watch.push(event)
    expect(watch.takeSketch(true)).toBeUndefined()
  })
})
