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
    // The same document may have been looked at before something in it was hidden.
    for (const one of document.querySelectorAll<HTMLElement>('[data-stop]')) delete one.dataset['stop']
    for (const one of all) one.dataset['stop'] = 'missed'
    ;(document.activeElement as HTMLElement | null)?.blur()
    document.addEventListener('focusin', ({ target }) => {
      const focused = target as HTMLElement
      const { outlineStyle, outlineWidth } = getComputedStyle(focused)
      const seen = outlineStyle !== 'none' && outlineWidth !== '0px'
      if (focused.dataset['stop']) focused.dataset['stop'] = seen ? 'reached' : 'dull'
    })
    return all.length
  })
  for (let presses = 0; presses < count + 3; presses++) await page.keyboard.press('Tab')
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('[data-stop]')].flatMap((one) => {
      const what = one.outerHTML.slice(0, 120)
      if (one.dataset['stop'] === 'missed') return `Tab does not reach ${what}`
      return one.dataset['stop'] === 'dull' ? `no sign of the focus on ${what}` : []
    })
  )
}
