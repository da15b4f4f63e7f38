// What a client's metadata says to Vigil, beside the standard members: what it needs of a session, what it may know, and how it wants to be told.

import { type ClientMetadata, type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'
import { type Ladder, rankOf } from '../../risk/ladder.ts'

export const watchNeeds = ['required', 'optional', 'none'] as const
export type WatchNeed = (typeof watchNeeds)[number]

/** Errors for a request that may show no page although a page would mend it. */
export const silentErrors = ['interaction_required', 'login_required'] as const
export type SilentError = (typeof silentErrors)[number]

/** What `acr_values` means: a wish (OpenID Connect Core §3.1.2.1), or a condition (RFC 9470 §5). */
export const acrValuesMeanings = ['voluntary', 'necessary'] as const
export type AcrValuesMeaning = (typeof acrValuesMeanings)[number]

export interface VigilClientMetadata {
  /** Whether its pages must be watched. Default `none`. */
  readonly vigil_watch?: WatchNeed
  /** Origins of its pages beside those of its redirect URIs. */
  readonly vigil_origins?: readonly string[]
  /** Level that each of its requests needs, asked for or not. */
  readonly vigil_acr?: string
  /** Default `voluntary`. */
  readonly vigil_acr_values?: AcrValuesMeaning
  /** Default `interaction_required`: widely used browser clients sign the person out on `login_required`. */
  readonly vigil_silent_error?: SilentError
  /** Whether it may see `risk_level`. Default true. */
  readonly vigil_risk_level?: boolean
  /** A URI that `amr` has beside the registered values while the session is watched and nothing speaks against the person. */
  readonly vigil_amr?: string
}

/** The metadata of a client, read once here so that nobody else knows that clients are open objects. */
export function vigilMetadata(client: object | undefined): VigilClientMetadata {
  return client ?? {}
}

type ExtraMetadata = NonNullable<Configuration['extraClientMetadata']>
type Problem = (value: unknown) => string | undefined

/** The host's own members and checks stay; a wrong value of ours is `invalid_client_metadata`. */
export function withClientMetadata(base: ExtraMetadata | undefined, ladder: Ladder): ExtraMetadata {
  const problems = problemsFor(ladder)
  return {
    properties: [...new Set([...(base?.properties ?? []), ...Object.keys(problems)])],
    validator(ctx: KoaContextWithOIDC | undefined, key: string, value: unknown, metadata: ClientMetadata): void {
      if (base?.properties?.includes(key)) base.validator?.(ctx, key, value, metadata)
      if (value === undefined || !Object.hasOwn(problems, key)) return
      const problem = problems[key as keyof VigilClientMetadata](value)
      if (problem !== undefined)
        throw new errors.InvalidClientMetadata(`${key} must be ${problem}, got ${JSON.stringify(value)}`)
    }
  }
}

function problemsFor(ladder: Ladder): Readonly<Record<keyof VigilClientMetadata, Problem>> {
  return {
    vigil_watch: oneOf(watchNeeds),
    vigil_origins: (value) =>
      Array.isArray(value) && value.every(isOrigin) ? undefined : 'an array of origins such as https://app.example',
    vigil_acr: (value) =>
      typeof value === 'string' && rankOf(ladder, value) >= 0
        ? undefined
        : `one of ${ladder.map(({ acr }) => acr).join(', ')}`,
    vigil_acr_values: oneOf(acrValuesMeanings),
    vigil_silent_error: oneOf(silentErrors),
    vigil_risk_level: (value) => (typeof value === 'boolean' ? undefined : 'true or false'),
    // With a scheme: no registered value has one, so that nobody is told of a factor that did not pass (RFC 8176 §2).
    vigil_amr: (value) =>
      typeof value === 'string' && isAbsoluteUri(value) ? undefined : 'a URI such as urn:example:typing'
  }
}

function oneOf(allowed: readonly string[]): Problem {
  return (value) => (allowed.includes(value as string) ? undefined : `one of ${allowed.join(', ')}`)
}

function isOrigin(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value
}

function isAbsoluteUri(value: string): boolean {
  return /^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(value) && URL.canParse(value)
}
