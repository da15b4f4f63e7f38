// `WWW-Authenticate` of RFC 6750, RFC 9449 and RFC 9470: written by the guard, read by the client.

export type Scheme = 'Bearer' | 'DPoP'

export interface HeaderChallenge {
  readonly scheme: Scheme
  readonly error?: string
  readonly description?: string
  readonly acrValues?: string
  /** Seconds. */
  readonly maxAge?: number
  readonly scope?: string
}

/** The algorithms of proofs that the guard accepts stand in a challenge of DPoP (RFC 9449 §5.1). */
export const proofAlgorithms = ['ES256', 'EdDSA', 'PS256', 'RS256'] as const

export function challengeHeader({ scheme, error, description, acrValues, maxAge, scope }: HeaderChallenge): string {
  const parameters = {
    error,
    error_description: description,
    acr_values: acrValues,
    max_age: maxAge === undefined ? undefined : String(maxAge),
    scope,
    algs: scheme === 'DPoP' ? proofAlgorithms.join(' ') : undefined
  }
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${quotable(value)}"`]
  )
  // A scheme never stands alone (RFC 6750 §3).
  return `${scheme} ${pairs.length === 0 ? 'realm="api"' : pairs.join(', ')}`
}

/** RFC 6750 §3: printable ASCII without the quote and the backslash, so that nothing that is quoted can end the quotation. */
function quotable(value: string): string {
  return value.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, ' ')
}

/** Every Bearer or DPoP challenge of a header, which may hold several (RFC 9110 §11.6.1); other schemes are left out. */
export function challengesIn(header: string): HeaderChallenge[] {
  const found: { scheme: string; parameters: Record<string, string> }[] = []
  const token = String.raw`[!#$%&'*+.^_\x60|~\w-]+`
  const piece = new RegExp(String.raw`\s*,?\s*(${token})(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|(${token}))|(?=\s|$|,))`, 'y')
  for (let match = piece.exec(header); match; match = piece.exec(header)) {
    const [, name = '', quoted, plain] = match
    if (quoted === undefined && plain === undefined) found.push({ scheme: name, parameters: {} })
    else found.at(-1)!.parameters[name.toLowerCase()] = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? ''
  }
  return found.flatMap(({ scheme, parameters }) => {
    const known = (['Bearer', 'DPoP'] as const).find((one) => one.toLowerCase() === scheme.toLowerCase())
    return known ? [challengeOf(known, parameters)] : []
  })
}

function challengeOf(scheme: Scheme, parameters: Readonly<Record<string, string>>): HeaderChallenge {
  const { error, error_description: description, acr_values: acrValues, max_age: maxAge, scope } = parameters
  return {
    scheme,
    ...(error !== undefined && { error }),
    ...(description !== undefined && { description }),
    ...(acrValues !== undefined && { acrValues }),
    ...(maxAge !== undefined && /^\d{1,9}$/.test(maxAge) && { maxAge: Number(maxAge) }),
    ...(scope !== undefined && { scope })
  }
}
