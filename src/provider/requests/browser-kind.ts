// Which kind of browser a request says that it comes from: the family and the system it runs on, never a version, because browsers update in the midst
// of a session. Anybody can lie here; it is a reason to ask, where it changes, and never a reason to believe.

import type { IncomingHttpHeaders } from 'node:http'

/** First match wins: most browsers also claim to be another. */
const families = [
  ['Edge', /\bEdg(?:A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Samsung', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chromium', /\b(?:Chrome|CriOS|Chromium)\//],
  ['Safari', /\bSafari\//]
] as const

const systems = [
  ['iOS', /\b(?:iPhone|iPad|iPod)\b/],
  ['Android', /\bAndroid\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/]
] as const

/** For example `Firefox/Linux`; undefined where the request says nothing of itself. */
export function browserKind({ 'user-agent': agent }: IncomingHttpHeaders): string | undefined {
  if (!agent) return undefined
  const nameIn = (kinds: readonly (readonly [string, RegExp])[]) => kinds.find(([, sign]) => sign.test(agent))?.[0]
  return `${nameIn(families) ?? 'other'}/${nameIn(systems) ?? 'other'}`
}
