// Reading forms: a small body, fields that are strings, and proof that our own page sent them. The proof is an HMAC over a cookie of
// the browser and the form's scope, so nothing is stored; the Origin header is checked too where the browser sends one.

import { randomBytes } from 'node:crypto'
import { bodyParser } from '@koa/bodyparser'
import { VigilError } from '../../errors.ts'
import { sameText, sign } from '../../secrets.ts'
import { browserCookies } from '../accounts/signed-cookie.ts'
import type Koa from 'koa'

export type Fields = Readonly<Record<string, string>>

export interface Forms {
  /** The value of the hidden field `csrf` for a form of this scope. Gives the browser its cookie when it has none. */
  token(ctx: Koa.Context, scope: string): string
  /** The fields of a POST. Throws `body_too_large` and `form_expired`; nothing may have changed before. */
  read(ctx: Koa.Context, scope: string): Promise<Fields>
  /** For a request without a form, with the token as a script had it from us. Throws `form_expired`; nothing may have changed before. */
  check(ctx: Koa.Context, scope: string, token: string): void
}

export interface FormsOptions {
  /** 32 bytes that nobody else knows. */
  readonly key: Uint8Array
  readonly issuer: string
  /** Largest body that is read. Default 16 KiB. */
  readonly maxBytes?: number
}

export function createForms(options: FormsOptions): Forms {
  const { key, maxBytes = 16 * 1024 } = options
  const issuer = new URL(options.issuer)
  const secure = issuer.protocol === 'https:'
  // The prefix keeps a neighbour on a sibling domain from planting a cookie of its own (RFC 6265bis §4.1.3.2).
  const cookieName = secure ? '__Host-vigil_form' : 'vigil_form'
  const fresh = new WeakMap<object, string>()
  const parse = bodyParser({
    enableTypes: ['form'],
    formLimit: `${maxBytes}b`,
    onError(error) {
      throw tooLarge(error)
        ? new VigilError('body_too_large', `the form is over ${maxBytes} bytes`, { cause: error })
        : new VigilError('form_expired', 'the form cannot be read', { cause: error })
    }
  })

  function tokenOf(cookie: string, scope: string): string {
    return sign(key, `vigil form\n${cookie}\n${scope}`)
  }

  function cookieOf(ctx: Koa.Context): string | undefined {
    const cookie = ctx.cookies.get(cookieName, { signed: false })
    return cookie && /^[\w-]{22,64}$/.test(cookie) ? cookie : undefined
  }

  function checkOrigin(ctx: Koa.Context): void {
    const origin = ctx.get('Origin')
    // The second arm serves a person who reached us under another of our names, such as 127.0.0.1 for localhost.
    if (origin && origin !== issuer.origin && origin !== `${ctx.protocol}://${ctx.host}`) {
      throw new VigilError('form_expired', 'the form was sent by a page of another origin')
    }
  }

  function checkToken(ctx: Koa.Context, scope: string, token: string): void {
    const cookie = cookieOf(ctx)
    if (!cookie || !sameText(token, tokenOf(cookie, scope))) {
      throw new VigilError('form_expired', 'the form has no valid token')
    }
  }

  return {
    check(ctx, scope, token) {
      checkOrigin(ctx)
      checkToken(ctx, scope, token)
    },

    token(ctx, scope) {
      let cookie = cookieOf(ctx) ?? fresh.get(ctx.req)
      if (!cookie) {
        cookie = randomBytes(18).toString('base64url')
        fresh.set(ctx.req, cookie)
        browserCookies(ctx, secure).set(cookieName, cookie, {
          httpOnly: true,
          sameSite: 'lax',
          secure,
          path: '/',
          signed: false,
          overwrite: true
        })
      }
      return tokenOf(cookie, scope)
    },

    async read(ctx, scope) {
      checkOrigin(ctx)
      await parse(ctx, async () => {})
      const fields = fieldsOf(ctx.request.body)
      checkToken(ctx, scope, fields['csrf'] ?? '')
      return fields
    }
  }
}

/** Only fields that came once, as text: the parser makes lists and objects of names such as `a[b]`. */
function fieldsOf(body: unknown): Fields {
  if (typeof body !== 'object' || body === null) return {}
  const pairs = Object.entries(body).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
  return Object.fromEntries(pairs)
}

function tooLarge(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 413
}
