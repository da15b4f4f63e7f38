// What is wrong with data from outside is said in one way: the path, what was expected, what came.

import { expect, test } from 'vitest'
import { z } from 'zod'
import { VigilError } from '../src/errors.ts'
import { check } from '../src/schema.ts'

const schema = z.strictObject({
  name: z.string().min(2).max(5),
  level: z.enum(['LOW', 'HIGH']),
  count: z.number().min(1).max(9).optional(),
  list: z
    .array(z.strictObject({ on: z.boolean() }))
    .max(2)
    .optional(),
  either: z.union([z.string(), z.number()]).optional()
})
const good = { name: 'ana', level: 'LOW' }

test.each([
  [null, 'thing must be an object, got null'],
  [undefined, 'thing must be an object, got nothing'],
  [{ level: 'LOW' }, 'thing.name must be a string, got nothing'],
  [{ ...good, name: 7 }, 'thing.name must be a string, got 7'],
  [{ ...good, name: 'a' }, 'thing.name must be at least 2 characters, got "a"'],
  [{ ...good, name: 'anastasia' }, 'thing.name must be at most 5 characters, got "anastasia"'],
  [{ ...good, level: 'hgih' }, 'thing.level must be one of LOW, HIGH, got "hgih"'],
  [{ ...good, count: 0 }, 'thing.count must be at least 1, got 0'],
  [{ ...good, count: 10 }, 'thing.count must be at most 9, got 10'],
  [{ ...good, list: {} }, 'thing.list must be an array, got {}'],
  [{ ...good, list: [{ on: true }, { on: 'yes' }] }, 'thing.list[1].on must be a boolean, got "yes"'],
  [{ ...good, list: [{ on: true }, { on: true }, { on: true }] }, 'thing.list must be at most 2 entries, got'],
  [{ ...good, either: [] }, 'thing.either has no form that is understood, got []'],
  [{ ...good, more: 1, and: 2 }, 'thing has no option "more", "and"'],
  [{ ...good, name: 'x'.repeat(500) }, `got "${'x'.repeat(76)}...`]
])('%j', (value, complaint) => {
  expect(() => check(schema, value, 'thing', 'policy_invalid')).toThrow(VigilError)
  try {
    check(schema, value, 'thing', 'policy_invalid')
  } catch (error) {
    expect((error as VigilError).code).toBe('policy_invalid')
    expect((error as VigilError).message).toContain(complaint)
  }
})

test('what is right comes back', () => {
  expect(check(schema, good, 'thing', 'config_invalid')).toEqual(good)
})
