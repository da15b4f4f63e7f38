// What the keyboard reaches on a page, by pressing Tab as a person does.

import type { Page } from 'playwright-core'

/** What is wrong for somebody without a pointer: what Tab does not reach, and what shows no sign that it has the focus. */
export async function keyboardProblems(page: Page): Promise<readonly string[]> {
  const count = await page.evaluate(() => {
    const wanted = 'a[href], button, input:not([type=hidden]), textarea, select, summary'
    // A circle to be followed with the pointer is an offer that the keyboard does not need.
    const all = [...document.querySelectorAll<HTMLElement>(wanted)].filter(
      (one) => one.checkVisibility() && !one.closest('.field-of-play') && !(one as HTMLButtonElement).disabled
    )
    all.forEach((one, index) => (one.dataset['stop'] = String(index)))
    ;(document.activeElement as HTMLElement | null)?.blur()
    return all.length
  })
  const reached = new Set<string>()
  const dull: string[] = []
  for (let presses = 0; presses < count + 3; presses++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => {
      const focused = document.activeElement as HTMLElement | null
      if (!focused?.dataset['stop']) return undefined
      const { outlineStyle, outlineWidth } = getComputedStyle(focused)
      return { stop: focused.dataset['stop'], seen: outlineStyle !== 'none' && outlineWidth !== '0px' }
    })
    if (!at) continue
    reached.add(at.stop)
    if (!at.seen) dull.push(`no outline on stop ${at.stop}`)
  }
  const missed = await page.evaluate(
    (stops) =>
      [...document.querySelectorAll<HTMLElement>('[data-stop]')]
        .filter((one) => !stops.includes(one.dataset['stop']!))
        .map((one) => `Tab does not reach ${one.outerHTML.slice(0, 120)}`),
    [...reached]
  )
  return [...missed, ...new Set(dull)]
}
