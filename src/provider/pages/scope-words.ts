// Scopes and claims in words that somebody who has never heard of them understands.

import type { Words } from './languages/index.ts'

/** One line for each scope, then one for claims that no scope covers. */
export function scopeWords({ grant }: Words, asked: readonly string[], claims: readonly string[]): readonly string[] {
  const lines = [...new Set(asked)].map((scope) =>
    Object.hasOwn(grant.scopes, scope) ? grant.scopes[scope]! : grant.otherScope(scope)
  )
  return claims.length > 0 ? [...lines, grant.claims(claims.join(', '))] : lines
}
