// What everybody's models have in common is kept once, and nothing else is.

import { expect, test } from 'vitest'
import { sharingWith } from '../../src/biometrics/shared-parts.ts'

const common = {
  scale: { mean: Float64Array.of(1, Number.NaN) },
  rows: Float32Array.of(1, 2),
  list: [Uint8Array.of(1)]
}

test('equal parts become the common ones, at any depth', () => {
  const copy = structuredClone(common)
  const shared = sharingWith(copy, common)
  expect(shared).toEqual(common)
  expect(shared.scale.mean).toBe(common.scale.mean)
  expect(shared.rows).toBe(common.rows)
  expect(shared.list[0]).toBe(common.list[0])
  expect(copy.rows).not.toBe(common.rows)
})

test('what differs in a value, a length or a kind stays as it was', () => {
  for (const other of [
    Float32Array.of(1, 3),
    Float32Array.of(1),
    Uint8Array.from(new Uint8Array(common.rows.buffer))
  ]) {
    expect(sharingWith({ rows: other }, common).rows).toBe(other)
  }
  const value = { learnt: 3, more: Float32Array.of(1), list: [Uint8Array.of(1), Uint8Array.of(2)], name: 'x' }
  expect(sharingWith(value, common)).toEqual(value)
  expect(sharingWith(value, undefined)).toEqual(value)
})
