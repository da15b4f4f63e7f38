// Plays a typing of a text in a real browser, to the millisecond however busy the machine is: the browser is told when each key went down
// and up, as the system tells it.

import type { CDPSession, Page } from 'playwright-core'
import type { Repetition } from '../../src/biometrics/fixed-text/index.ts'

/** `text` in small letters, into whatever has the focus. */
export function typeByHand(page: Page, text: string, { pressMs, holdMs }: Repetition): Promise<void> {
  return typeStrokes(
    page,
    Array.from(text, (key, i) => ({ key, pressMs: pressMs[i]!, holdMs: holdMs[i]! }))
  )
}

/** Small letters, spaces, full stops and Shift, which writes nothing here. */
export async function typeStrokes(
  page: Page,
  strokes: readonly { readonly key: string; readonly pressMs: number; readonly holdMs: number }[]
): Promise<void> {
  const acts = strokes.flatMap(({ key, pressMs, holdMs }) => [
    { at: pressMs, type: 'keyDown', key } as const,
    { at: pressMs + holdMs, type: 'keyUp', key } as const
  ])
  const lasts = Math.max(...acts.map(({ at }) => at))
  // Nothing happens before it was typed, and nothing in the future.
  await page.waitForTimeout(lasts)
  const startedAt = Date.now() - lasts
  const devtools: CDPSession = await page.context().newCDPSession(page)
  for (const { at, type, key } of acts.toSorted((a, b) => a.at - b.at)) {
    const timestamp = (startedAt + at) / 1000
    const written = type === 'keyDown' && key.length === 1 ? { text: key } : {}
    const windowsVirtualKeyCode = virtualKeys[key] ?? key.toUpperCase().charCodeAt(0)
    const code = codes[key] ?? `Key${key.toUpperCase()}`
    await devtools.send('Input.dispatchKeyEvent', { type, key, code, windowsVirtualKeyCode, timestamp, ...written })
  }
  await devtools.detach()
}

const codes: Readonly<Record<string, string>> = { ' ': 'Space', '.': 'Period', Shift: 'ShiftLeft' }
const virtualKeys: Readonly<Record<string, number>> = { '.': 190, Shift: 16 }
