// The client's half of a step-up: what an API's `401 insufficient_user_authentication` or a page's `challenge_required` asks becomes an
// authorization request, and when the person comes back they are where they were. What must be remembered in between travels in a
// sealed cookie of the browser that it was begun in; nothing is stored.

import { hkdfSync } from 'node:crypto'
import { EncryptJWT, jwtDecrypt } from 'jose'
import * as client from 'openid-client'
import { VigilError } from '../errors.ts'
import { challengesIn } from './challenge-header.ts'
import { localAddress } from './return-address.ts'

/** What is asked, in the parameters of an authorization request. */
export interface StepUpRequest {
  readonly acrValues?: string
  /** Seconds. */
  readonly maxAge?: number
  readonly prompt?: 'login'
}

export interface StepUpOptions {
  /** The relying party as openid-client knows it. */
  readonly configuration: client.Configuration
  readonly redirectUri: string
  /** Seals the cookie; at least 32 random characters. */
  readonly secret: string
  /** Default `openid`. */
  readonly scope?: string
  /** Authentication contexts in rising order: a higher one than was asked is enough as well. */
  readonly levels?: readonly string[]
  /** Further parameters of each request, e.g. `resource`. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Seconds that a person may take. Default 600. */
  readonly lifeSeconds?: number
}

export interface BegunStepUp {
  /** Where to send the browser. */
  readonly url: URL
  /** To set: `HttpOnly; Secure; SameSite=Lax`, with the life in seconds. One for each step-up under way, so that two tabs do not meet. */
  readonly cookie: { readonly name: string; readonly value: string; readonly maxAgeSeconds: number }
}

export type FinishedStepUp =
  | {
      readonly outcome: 'done'
      readonly tokens: Awaited<ReturnType<typeof client.authorizationCodeGrant>>
      readonly returnTo: string
      /** To clear. */
      readonly cookieName: string
    }
  | {
      /** The person said no, cannot reach the level, or came back with less than was asked: asking again would loop. */
      readonly outcome: 'refused'
      readonly error: string
      readonly description?: string
      readonly returnTo: string
      readonly cookieName: string
    }

export interface StepUp {
  /** `returnTo`: path of the page that the person is on; anything else than a path of this site becomes `/`. */
  begin(request: StepUpRequest, returnTo: unknown): Promise<BegunStepUp>
  /** `cookies`: the request's. Throws `step_up_lost` when it was not begun in this browser, and openid-client's errors. */
  finish(callback: URL, cookies: Readonly<Record<string, string | undefined>>): Promise<FinishedStepUp>
}

const cookiePrefix = 'vigil-step-up-'

export function createStepUp(options: StepUpOptions): StepUp {
  const { configuration, redirectUri, levels, lifeSeconds = 600 } = options
  if (options.secret.length < 32) throw new VigilError('secret_weak', 'the secret of step-ups must have 32 characters')
  const key = new Uint8Array(hkdfSync('sha256', options.secret, '', 'oidc-vigil/v1/step-up', 32))

  return {
    async begin(request, returnTo) {
      const remembered: Remembered = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
        returnTo: localAddress(returnTo),
        ...request
      }
      const { acrValues, maxAge, prompt } = request
      const url = client.buildAuthorizationUrl(configuration, {
        ...options.parameters,
        redirect_uri: redirectUri,
        scope: options.scope ?? 'openid',
        state: remembered.state,
        nonce: remembered.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(remembered.verifier),
        code_challenge_method: 'S256',
        ...(acrValues !== undefined && { acr_values: acrValues }),
        ...(maxAge !== undefined && { max_age: String(maxAge) }),
        ...(prompt !== undefined && { prompt })
      })
      const value = await new EncryptJWT({ ...remembered })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setExpirationTime(`${lifeSeconds}s`)
        .encrypt(key)
      return { url, cookie: { name: cookieName(remembered.state), value, maxAgeSeconds: lifeSeconds } }
    },

    async finish(callback, cookies) {
      const state = callback.searchParams.get('state') ?? ''
      const name = cookieName(state)
      const remembered = await opened(cookies[name])
      if (remembered.state !== state) throw new VigilError('step_up_lost')
      const back = { returnTo: remembered.returnTo, cookieName: name }
      try {
        const checks = {
          pkceCodeVerifier: remembered.verifier,
          expectedState: remembered.state,
          expectedNonce: remembered.nonce,
          idTokenExpected: true,
          ...(remembered.maxAge !== undefined && { maxAge: remembered.maxAge })
        }
        // The API that the token is for is named at both endpoints (RFC 8707 §2).
        const { resource } = options.parameters ?? {}
        const more = resource === undefined ? {} : { resource }
        const tokens = await client.authorizationCodeGrant(configuration, callback, checks, more)
        if (meets(tokens.claims()?.['acr'], remembered.acrValues, levels)) return { outcome: 'done', tokens, ...back }
        return { outcome: 'refused', error: 'step_up_unmet', ...back }
      } catch (error) {
        if (!(error instanceof client.AuthorizationResponseError)) throw error
        const { error: code, error_description: description } = error
        return { outcome: 'refused', error: code, ...(description !== undefined && { description }), ...back }
      }
    }
  }

  async function opened(value: string | undefined): Promise<Remembered> {
    if (value === undefined) throw new VigilError('step_up_lost')
    try {
      const { payload } = await jwtDecrypt<Remembered>(value, key)
      return payload
    } catch (cause) {
      throw new VigilError('step_up_lost', undefined, { cause })
    }
  }
}

type Remembered = StepUpRequest & {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly returnTo: string
}

/** A state of ours is base64url; anything else names a cookie that nobody has. */
function cookieName(state: string): string {
  return cookiePrefix + state.replaceAll(/[^\w-]/g, '').slice(0, 16)
}

/** `acr_values` is voluntary: the provider may answer with less, and says so (OpenID Connect Core §3.1.2.1). */
function meets(acr: unknown, asked: string | undefined, levels: readonly string[] = []): boolean {
  const wanted = asked?.split(' ').filter(Boolean) ?? []
  if (wanted.length === 0 || wanted.includes(acr as string)) return true
  const rank = levels.indexOf(acr as string)
  return wanted.some((one) => levels.includes(one) && levels.indexOf(one) <= rank)
}

/** What an API's answer asks for; undefined when it asks for no step-up. */
export function stepUpAskedBy(response: Pick<Response, 'status' | 'headers'>): StepUpRequest | undefined {
  if (response.status !== 401) return undefined
  const asked = challengesIn(response.headers.get('www-authenticate') ?? '').find(
    ({ error }) => error === 'insufficient_user_authentication'
  )
  if (!asked) return undefined
  const { acrValues, maxAge } = asked
  return { ...(acrValues !== undefined && { acrValues }), ...(maxAge !== undefined && { maxAge }) }
}

/**
 * The same of a `challenge_required` of the channel, as the page hands it on: the message, its text, or the `request` in it alone. Only what
 * an authorization request has is taken; undefined for anything else.
 */
export function stepUpAskedByPage(message: unknown): StepUpRequest | undefined {
  const parsed = typeof message === 'string' ? parsedJson(message) : message
  if (typeof parsed !== 'object' || parsed === null) return undefined
  const inner: unknown = 'request' in parsed ? parsed.request : parsed
  if (typeof inner !== 'object' || inner === null) return undefined
  const { acr_values: acr, max_age: age, prompt } = inner as Readonly<Record<string, unknown>>
  const maxAge = typeof age === 'string' && /^\d{1,9}$/.test(age) ? Number(age) : age
  return {
    ...(typeof acr === 'string' && acr.length <= 1024 && { acrValues: acr }),
    ...(typeof maxAge === 'number' && Number.isInteger(maxAge) && maxAge >= 0 && { maxAge }),
    ...(prompt === 'login' && { prompt })
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
