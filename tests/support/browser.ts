// A real browser for tests. A suite that needs one is registered only when there is one; the test runner says at its end
// when there was none.

import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

/** Where Debian, Ubuntu and macOS put it. */
const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
]

/** The browser to use: `CHROMIUM` names one, else the first of the usual places. Undefined when there is none. */
export function chromiumPath(): string | undefined {
  const named = process.env['CHROMIUM']
  // A name that is wrong must fail loudly at launch instead of leaving suites out.
  if (named) return named
  return usualPlaces.find((path) => existsSync(path))
}

/** Starts it without a window. Close it after use. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = chromiumPath()
  if (executablePath === undefined) throw new Error('no chromium here; set CHROMIUM to the path of one')
  // Its sandbox needs privileges that containers do not give; the pages are our own.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}
