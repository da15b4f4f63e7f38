// Pictures of pages for whoever wants to look at them, in the folder that SCREENSHOTS names; without one, none are taken.

import { join } from 'node:path'
import type { Page } from 'playwright-core'

/** Of the whole page as wide as it is. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS']
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

/** Of the whole page at phone and desktop width, which it has afterwards. */
export async function pictures(page: Page, name: string): Promise<void> {
  if (!process.env['SCREENSHOTS']) return
  for (const width of [390, 1200]) {
    await page.setViewportSize({ width, height: 800 })
    await picture(page, `${name}-${width}`)
  }
}
