// Turns a view and its data into a page: one layout, everything escaped, and headers under which nothing from elsewhere can run in it,
// frame it, or be told where its forms lead.

import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { Eta } from 'eta'
import { errorTable, isVigilError } from '../../errors.ts'
import type { ErrorCode } from '../../errors.ts'
import { wordsFor } from './languages/index.ts'
import { publicWords } from './public-errors.ts'
import { rich } from './rich-text.ts'
import type Koa from 'koa'

export interface RenderOptions {
  /** Default 200. */
  readonly status?: number
  /** Where a form of the page may end up beside ourselves: absolute URLs, of which the origin is taken. */
  readonly formAction?: readonly string[]
  /** Where scripts of the page may connect beside ourselves: origins such as `wss://id.example`. */
  readonly connect?: readonly string[]
  /** True for a page that a relying party may have opened in a pop-up, which must be able to answer its opener. */
  readonly popup?: boolean
}

/** A link that leads on from an error. */
export interface Way {
  readonly href: string
  readonly label: string
}

export interface Pages {
  /** Path of the issuer without a final slash, to put before every link. */
  readonly base: string
  /** Same-origin WebSocket origin, for `connect`. */
  readonly socketOrigin: string
  render(ctx: Koa.Context, view: string, data: Readonly<Record<string, unknown>>, options?: RenderOptions): void
  /** The page that explains an error; JSON for callers that do not take HTML. Also sets the status. */
  problem(ctx: Koa.Context, code: ErrorCode, ways?: readonly Way[]): void
  /** Answers `/vigil/assets/<name>`. Throws nothing: an unknown name gets 404. */
  asset(ctx: Koa.Context, name: string): void
}

export interface PagesOptions {
  readonly issuer: string
  /** The name at the top of each page. Default `Vigil`. */
  readonly brand?: string | undefined
}

const viewsFolder = new URL('../../../views/', import.meta.url)

export function createPages(options: PagesOptions): Pages {
  const { brand = 'Vigil' } = options
  const issuer = new URL(options.issuer)
  const base = issuer.pathname.replace(/\/$/, '')
  const socketOrigin = `${issuer.protocol === 'https:' ? 'wss' : 'ws'}://${issuer.host}`
  const eta = new Eta({ views: decodeURIComponent(viewsFolder.pathname), cache: true })
  const assets = loadAssets()

  function render(
    ctx: Koa.Context,
    view: string,
    data: Readonly<Record<string, unknown>>,
    how: RenderOptions = {}
  ): void {
    const nonce = randomBytes(16).toString('base64')
    const asset = (name: string): string => `${base}/vigil/assets/${name}?v=${assets.get(name)?.version ?? ''}`
    const words = wordsFor(ctx)
    const html = eta.render(`./${view}`, { ...data, page: view, t: words, rich, brand, base, nonce, asset })
    ctx.status = how.status ?? 200
    ctx.type = 'html'
    ctx.set(pageHeaders(nonce, how))
    ctx.set('Content-Language', words.tag)
    ctx.vary('Accept-Language')
    ctx.body = html
  }

  return {
    base,
    socketOrigin,
    render,

    problem(ctx, code, ways = []) {
      const { title, words } = publicWords(wordsFor(ctx), code)
      const status = errorTable[code].status ?? 500
      // Browsers prefer HTML and say so; a program that says nothing reads JSON.
      if (ctx.accepts('json', 'html') === 'json') {
        ctx.status = status
        ctx.set('Cache-Control', 'no-store')
        ctx.body = { error: code, error_description: errorTable[code].meaning }
        return
      }
      render(ctx, 'error', { title, words, ways }, { status })
    },

    asset(ctx, name) {
      const asset = assets.get(name)
      if (!asset) {
        ctx.status = 404
        return
      }
      ctx.set('X-Content-Type-Options', 'nosniff')
      ctx.set('Cross-Origin-Resource-Policy', 'same-origin')
      ctx.set('Cache-Control', ctx.query['v'] === asset.version ? 'public, max-age=31536000, immutable' : 'no-cache')
      ctx.etag = asset.version
      ctx.status = 200
      ctx.type = asset.type
      if (ctx.fresh) {
        ctx.status = 304
        return
      }
      ctx.body = asset.content
    }
  }
}

/**
 * Runs what comes after it and turns what it throws into a page. An error without a code of ours is reported to the app's `error`
 * listeners and shown as `internal`.
 */
export function problemPages(pages: Pages): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      if (isVigilError(error)) {
        pages.problem(ctx, error.code)
      } else if (isSessionNotFound(error)) {
        pages.problem(ctx, 'interaction_lost')
      } else {
        ctx.app.emit('error', error, ctx)
        pages.problem(ctx, 'internal')
      }
    }
  }
}

/** True for the provider's `SessionNotFound`, by its stable name: the class may come from another copy of the package. */
export function isSessionNotFound(error: unknown): boolean {
  return error instanceof Error && error.name === 'SessionNotFound'
}

function pageHeaders(nonce: string, how: RenderOptions): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${["'self'", ...(how.connect ?? [])].join(' ')}`,
    // Chromium and Safari hold the whole chain of redirects that a form starts against this list, so a page of an interaction must
    // name the place where the relying party waits.
    `form-action ${["'self'", ...new Set((how.formAction ?? []).map(sourceOf).filter((source) => source !== undefined))].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'"
  ]
  return {
    'Content-Security-Policy': policy.join('; '),
    // Not `no-referrer`: under it a browser sends `Origin: null` with our own forms (Fetch §3.2), which we then could not check.
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=()',
    'Cross-Origin-Resource-Policy': 'same-origin',
    // `same-origin` cuts the line between a pop-up and the page that opened it, and pop-up sign-ins would never come back.
    'Cross-Origin-Opener-Policy': how.popup ? 'unsafe-none' : 'same-origin',
    'Cache-Control': 'no-store'
  }
}

/** The CSP source of a URL: its origin, or its scheme for the private schemes of native applications. */
function sourceOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { origin, protocol } = new URL(url)
  const source = origin === 'null' ? protocol : origin
  return /[\s;,']/.test(source) ? undefined : source
}

interface Asset {
  readonly content: Buffer
  readonly type: string
  readonly version: string
}

const assetTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml'
}

function loadAssets(): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>()
  for (const name of readdirSync(viewsFolder)) {
    const type = assetTypes[extname(name)]
    if (!type) continue
    const content = readFileSync(new URL(name, viewsFolder))
    assets.set(name, { content, type, version: createHash('sha256').update(content).digest('hex').slice(0, 16) })
  }
  return assets
}
