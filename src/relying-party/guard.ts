// The guard of an API: lets a request through when its access token is good and tells of enough authentication, and answers the others as
// RFC 6750, RFC 9449 and RFC 9470 say, so that a client knows what to ask the provider for.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { isVigilError, VigilError } from '../errors.ts'
import type { AccessToken, TokenReader } from './access-token.ts'
import { challengeHeader, type HeaderChallenge, type Scheme } from './challenge-header.ts'
import { proofChecker } from './dpop-proof.ts'
import { loopStop } from './loop-stop.ts'
import { checkRequirement, type Requirement, shortfallOf } from './requirement.ts'

export interface GuardOptions {
  readonly tokens: TokenReader
  /** Authentication contexts in rising order. Default: the three of Vigil's ladder. */
  readonly levels?: readonly string[]
  /** How tokens may come. Default both; `['DPoP']` refuses tokens that are not bound to a key. */
  readonly schemes?: readonly Scheme[]
  /** Origin of the API as its clients see it, which their proofs of possession name. Default: from the Host header. */
  readonly origin?: string
  /** Seconds since the epoch. */
  readonly now?: () => number
}

/** What the guard looks at. */
export interface GuardedRequest {
  readonly method: string
  /** As the client sees it. */
  readonly url: string
  readonly authorization?: string | undefined
  readonly proof?: string | undefined
}

export type Verdict =
  | { readonly allowed: true; readonly token: AccessToken }
  | {
      readonly allowed: false
      readonly error: VigilError
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: Readonly<Record<string, string>>
    }

type Listener = (request: IncomingMessage, response: ServerResponse, token: AccessToken) => void

/** What is used of Koa's context. Koa's own types would be asked of every API, also of those that are no Koa. */
export interface KoaContext {
  readonly req: IncomingMessage
  readonly method: string
  readonly origin: string
  readonly originalUrl: string
  status: number
  body: unknown
  get(field: string): string
  set(fields: Record<string, string>): void
}

export interface Guard {
  check(request: GuardedRequest, requirement?: Requirement): Promise<Verdict>
  koa(requirement?: Requirement): (ctx: KoaContext, next: () => Promise<unknown>) => Promise<void>
  express(
    requirement?: Requirement
  ): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => Promise<void>
  node(requirement: Requirement, listener: Listener): (request: IncomingMessage, response: ServerResponse) => void
  /** The token that let a request through. Throws `access_token_invalid` for a request that no guard has seen. */
  tokenOf(request: IncomingMessage): AccessToken
}

const defaultLevels = ['urn:vigil:loa:1', 'urn:vigil:loa:2', 'urn:vigil:loa:3'] as const

/** The methods that take a requirement throw a TypeError at once when no token could ever meet it. */
export function createGuard(options: GuardOptions): Guard {
  const { tokens, levels = defaultLevels, schemes = ['Bearer', 'DPoP'] } = options
  const now = options.now ?? (() => Math.floor(Date.now() / 1000))
  const proofs = proofChecker(now)
  const loops = loopStop(now)
  const letIn = new WeakMap<IncomingMessage, AccessToken>()

  async function check(request: GuardedRequest, requirement: Requirement = {}): Promise<Verdict> {
    checkRequirement(requirement, levels)
    const presented = presentedToken(request.authorization)
    try {
      if (!presented) throw new VigilError('access_token_invalid', 'no access token came')
      const { scheme, value } = presented
      if (!schemes.includes(scheme)) throw new VigilError('access_token_invalid', `a token by ${scheme} is not taken`)
      const token = await tokens.read(value)
      await checkPossession(request, scheme, value, token)
      const missing = requirement.scope?.filter((one) => !token.scope.includes(one)) ?? []
      if (missing.length > 0) return refusedForScope(scheme, requirement.scope!.join(' '))
      return enough(scheme, value, token, requirement)
    } catch (error) {
      if (!isVigilError(error)) throw error
      return refused(error, presented?.scheme)
    }
  }

  function enough(scheme: Scheme, value: string, token: AccessToken, requirement: Requirement): Verdict {
    const what = JSON.stringify([requirement.acr, requirement.maxAge, requirement.risk])
    const shortfall = shortfallOf(token, requirement, levels, now())
    if (!shortfall) {
      loops.passed({ ...token, token: value }, what)
      return { allowed: true, token }
    }
    if (loops.wouldLoop({ ...token, token: value }, what)) return refused(new VigilError('step_up_unmet'), scheme)
    const error = new VigilError('authentication_insufficient')
    const description = 'this needs more authentication than the token tells of'
    return answer(error, [{ scheme, error: 'insufficient_user_authentication', description, ...shortfall }])
  }

  /** A bound token without its key is a stolen one; an unbound one cannot be presented as bound (RFC 9449 §7.1). */
  async function checkPossession(request: GuardedRequest, scheme: Scheme, value: string, token: AccessToken) {
    const { keyThumbprint } = token
    if (keyThumbprint === undefined) {
      if (scheme === 'DPoP') throw new VigilError('access_token_invalid', 'the token is not bound to a key')
      return
    }
    if (scheme !== 'DPoP') throw new VigilError('access_token_invalid', 'the token is bound to a key')
    const { method, url, proof } = request
    await proofs.check({ method, url, proof, token: value, keyThumbprint })
  }

  function refused(error: VigilError, scheme: Scheme | undefined): Verdict {
    // Without a token nothing is wrong yet (RFC 6750 §3.1): the challenges only say how to come.
    if (scheme === undefined)
      return answer(
        error,
        schemes.map((one) => ({ scheme: one }))
      )
    if (error.status !== 401) return answer(error, [])
    const code = error.code === 'dpop_proof_invalid' ? 'invalid_dpop_proof' : 'invalid_token'
    const taken = schemes.includes(scheme) ? scheme : schemes[0]!
    const as = error.code === 'dpop_proof_invalid' ? 'DPoP' : taken
    return answer(error, [{ scheme: as, error: code, description: publicWords[code] }])
  }

  function refusedForScope(scheme: Scheme, scope: string): Verdict {
    const description = 'the token lacks a scope'
    return answer(new VigilError('scope_insufficient'), [{ scheme, error: 'insufficient_scope', description, scope }])
  }

  async function guarded(
    request: IncomingMessage,
    response: ServerResponse,
    origin: string,
    requirement: Requirement
  ): Promise<AccessToken | undefined> {
    const { method = 'GET', headers } = request
    // Express and Koa's mounts keep the whole path here.
    const path = (request as { originalUrl?: string }).originalUrl ?? request.url ?? '/'
    const verdict = await check(
      {
        method,
        url: (options.origin ?? origin) + path,
        authorization: headers.authorization,
        proof: oneOf(headers['dpop'])
      },
      requirement
    )
    if (verdict.allowed) {
      letIn.set(request, verdict.token)
      return verdict.token
    }
    response.writeHead(verdict.status, { ...verdict.headers, 'content-type': 'application/json' })
    response.end(JSON.stringify(verdict.body))
    return undefined
  }

  return {
    check,

    koa(requirement = {}) {
      checkRequirement(requirement, levels)
      return async (ctx, next) => {
        const verdict = await check(
          {
            method: ctx.method,
            url: (options.origin ?? ctx.origin) + ctx.originalUrl,
            authorization: ctx.get('authorization'),
            proof: ctx.get('dpop') || undefined
          },
          requirement
        )
        if (verdict.allowed) {
          letIn.set(ctx.req, verdict.token)
          await next()
          return
        }
        ctx.status = verdict.status
        ctx.set({ ...verdict.headers })
        ctx.body = verdict.body
      }
    },

    express(requirement = {}) {
      checkRequirement(requirement, levels)
      return async (request, response, next) => {
        const { protocol = 'http' } = request as { protocol?: string }
        try {
          if (!(await guarded(request, response, `${protocol}://${request.headers.host}`, requirement))) return
        } catch (error) {
          next(error)
          return
        }
        next()
      }
    },

    node(requirement, listener) {
      checkRequirement(requirement, levels)
      return (request, response) => {
        guarded(request, response, originOf(request), requirement).then(
          (token) => token && listener(request, response, token),
          () => response.writeHead(500).end()
        )
      }
    },

    tokenOf(request) {
      const token = letIn.get(request)
      if (!token) throw new VigilError('access_token_invalid', 'no guard stands before this route')
      return token
    }
  }
}

const publicWords = {
  invalid_token: 'the token is not good, or its session has ended',
  invalid_dpop_proof: 'the proof of possession is not good'
} as const

function answer(error: VigilError, challenges: readonly HeaderChallenge[]): Extract<Verdict, { allowed: false }> {
  const [first] = challenges
  const { status } = error
  return {
    allowed: false,
    error,
    status,
    headers: {
      'cache-control': 'no-store',
      ...(challenges.length > 0 && { 'www-authenticate': challenges.map(challengeHeader).join(', ') }),
      ...(status === 503 && { 'retry-after': '1' })
    },
    body: { error: first?.error ?? error.code, error_description: first?.description ?? error.message }
  }
}

function presentedToken(authorization: string | undefined): { scheme: Scheme; value: string } | undefined {
  const [, name = '', value = ''] = /^(Bearer|DPoP) +([\w.~+/-]+=*)$/i.exec(authorization ?? '') ?? []
  if (value === '') return undefined
  return { scheme: name.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', value }
}

/** Two proofs are none (RFC 9449 §4.3). */
function oneOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' && !header.includes(',') ? header : undefined
}

function originOf({ headers, socket }: IncomingMessage): string {
  return `${'encrypted' in socket ? 'https' : 'http'}://${headers.host}`
}
