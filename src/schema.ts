// Checks data from outside against a zod schema and words what is wrong in one way everywhere: the path, what was expected, what
// came. `policy.rules[2].when.risk must be one of LOW, MEDIUM, HIGH, got "hgih"`.

import type { z } from 'zod'
import { type ErrorCode, VigilError } from './errors.ts'

/** Parses `value` or throws a VigilError of `code` that names the first thing wrong. `root` begins the path. */
export function check<T>(schema: z.ZodType<T>, value: unknown, root: string, code: ErrorCode): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new VigilError(code, explain(result.error.issues[0]!, value, root), { cause: result.error })
}

function explain(issue: z.core.$ZodIssue, value: unknown, root: string): string {
  let path = root
  let at = value
  for (const part of issue.path) {
    // Where one value may stand for a list of one, the schema sees a list that the author did not write.
    if (part === 0 && !Array.isArray(at)) continue
    path += typeof part === 'number' ? `[${part}]` : `${path && '.'}${String(part)}`
    at = (at as Record<PropertyKey, unknown> | null | undefined)?.[part]
  }
  const got = shown(at)
  // A schema that says more than the type would is worth quoting.
  if (issue.code === 'invalid_type' && !issue.message.startsWith('Invalid input'))
    return `${path} ${issue.message}, got ${got}`
  switch (issue.code) {
    case 'invalid_value':
      return `${path} must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}, got ${got}`
    case 'invalid_type':
      return `${path} must be ${article(issue.expected)}, got ${got}`
    case 'unrecognized_keys':
      return `${path} has no option ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`
    case 'too_small':
      return `${path} must be at least ${issue.minimum}${unit(issue.origin)}, got ${got}`
    case 'too_big':
      return `${path} must be at most ${issue.maximum}${unit(issue.origin)}, got ${got}`
    case 'invalid_union':
      return `${path} has no form that is understood, got ${got}`
    default:
      return `${path} ${issue.message}, got ${got}`
  }
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? typeof value
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters'
  return origin === 'array' ? ' entries' : ''
}
