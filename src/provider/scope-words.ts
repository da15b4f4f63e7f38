// Scopes and claims in words that somebody who has never heard of them understands.

const scopes: Readonly<Record<string, string>> = {
  openid: 'Know that it is you',
  profile: 'See your name and profile',
  email: 'See your e-mail address',
  address: 'See your postal address',
  phone: 'See your telephone number',
  offline_access: 'Stay connected while you are away'
}

/** One line for each scope, then one for claims that no scope covers. */
export function scopeWords(asked: readonly string[], claims: readonly string[]): readonly string[] {
  const lines = [...new Set(asked)].map((scope) => (Object.hasOwn(scopes, scope) ? scopes[scope]! : `Use “${scope}”`))
  return claims.length > 0 ? [...lines, `See these details: ${claims.join(', ')}`] : lines
}
