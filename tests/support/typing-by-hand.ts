// Plays a typing of a text in a real browser, to the millisecond however busy the machine is: the browser is told when each key went down
// and up, as the system tells it.

import type { CDPSession, Page } from 'playwright-core'
import type { Repetition } from '../../src/biometrics/fixed-text/index.ts'

/** `text` in small letters, into whatever has the focus. */
export async function typeByHand(page: Page, text: string, { pressMs, holdMs }: Repetition): Promise<void> {
  const acts = Array.from(text).flatMap((key, i) => [
    { at: pressMs[i]!, type: 'keyDown', key } as const,
    { at: pressMs[i]! + holdMs[i]!, type: 'keyUp', key } as const
  ])
  const lasts = Math.max(...acts.map(({ at }) => at))
  // Nothing happens before it was typed, and nothing in the future.
  await page.waitForTimeout(lasts)
  const startedAt = Date.now() - lasts
  const devtools: CDPSession = await page.context().newCDPSession(page)
  for (const { at, type, key } of acts.toSorted((a, b) => a.at - b.at)) {
    const code = `Key${key.toUpperCase()}`
    const timestamp = (startedAt + at) / 1000
    const written = type === 'keyDown' ? { text: key } : {}
    const windowsVirtualKeyCode = key.toUpperCase().charCodeAt(0)
    await devtools.send('Input.dispatchKeyEvent', { type, key, code, windowsVirtualKeyCode, timestamp, ...written })
  }
  await devtools.detach()
}
