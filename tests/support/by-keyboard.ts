// Finding one's way on a page with the keyboard alone.

import type { Page } from 'playwright-core'

/** Presses Tab until what has this name, this label or this text, has the focus: a `name`, an `aria-label`, a `<label>`, a text. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if ((await namesAtFocus(page)).includes(name)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`no way to ${name} by keyboard on ${page.url()}`)
}

async function namesAtFocus(page: Page): Promise<readonly (string | null | undefined)[]> {
  try {
    return await page.evaluate(() => {
      const focused = document.activeElement as HTMLInputElement | null
      const labels = [...(focused?.labels ?? [])].map(({ textContent }) => textContent.trim())
      return ['name', 'aria-label']
        .map((one) => focused?.getAttribute(one))
        .concat(focused?.textContent?.trim(), labels)
    })
  } catch (error) {
    // The next page came while this one was looked at.
    if (!/context was destroyed|navigation/i.test(String(error))) throw error
    await page.waitForLoadState()
    return []
  }
}
