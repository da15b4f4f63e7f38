// Two answers that every page's routes give: go and look there, and what went wrong, said on the page.

import type Koa from 'koa'
import type { VigilError } from '../../errors.ts'
import { retryAfterSeconds } from '../accounts/attempts.ts'
import { wordsFor } from './languages/index.ts'
import { publicWords } from './public-errors.ts'

/** After a form: the browser loads `url`, and loading that again sends nothing twice (RFC 9110 §15.4.4). */
export function seeOther(ctx: Koa.Context, url: string): void {
  ctx.status = 303
  ctx.redirect(url)
}

/** `alert` of a page, and when to come back; nothing where nothing went wrong. */
export function alertOf(ctx: Koa.Context, error: VigilError | undefined): { alert?: ReturnType<typeof publicWords> } {
  if (!error) return {}
  const seconds = retryAfterSeconds(error)
  if (seconds !== undefined) ctx.set('Retry-After', String(seconds))
  return { alert: publicWords(wordsFor(ctx), error.code) }
}
