// The languages that pages and mails are written in, and which of them a person gets. A language is one file; adding one is adding it here.

import type Koa from 'koa'
import { de } from './de.ts'
import { en, type Words } from './en.ts'

export type { Words } from './en.ts'

/** By tag; the first is for whoever asks for none of them. */
export const languages: readonly Words[] = [en, de]

/** For `ui_locales_supported` of the discovery document. */
export const languageTags: readonly string[] = languages.map(({ tag }) => tag)

/**
 * The words for whoever sent a request: the `ui_locales` of the request for sign-in that the page belongs to (OpenID Connect Core
 * §3.1.2.1) or of the address itself, then what the browser asks for, then English.
 */
export function wordsFor(ctx: Koa.Context): Words {
  const accepted = ctx.acceptsLanguages()
  return (
    wordsOf(uiLocales.get(ctx.req)) ??
    wordsOf(ctx.query['ui_locales']) ??
    firstKnown(Array.isArray(accepted) ? accepted : []) ??
    en
  )
}

/** Notes the `ui_locales` of the request for sign-in that a page belongs to. */
export function preferLanguages(ctx: Koa.Context, wanted: unknown): void {
  uiLocales.set(ctx.req, wanted)
}

const uiLocales = new WeakMap<object, unknown>()

/** The first language of a list of BCP 47 tags, separated by spaces, that there are words in. */
export function wordsOf(wanted: unknown): Words | undefined {
  return typeof wanted === 'string' ? firstKnown(wanted.split(/\s+/)) : undefined
}

/** RFC 4647 §3.4 (lookup): a tag is shortened from its end until there is such a language. */
function firstKnown(tags: readonly string[]): Words | undefined {
  for (const tag of tags) {
    for (let range = tag.toLowerCase(); range !== ''; range = range.slice(0, Math.max(0, range.lastIndexOf('-')))) {
      const known = languages.find((language) => language.tag === range)
      if (known) return known
    }
  }
  return undefined
}
