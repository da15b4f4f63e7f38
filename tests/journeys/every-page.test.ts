// Every page in a real browser: nothing on it shuts anybody out, in either language, light and dark, on a telephone and on a desk. SCREENSHOTS names a
// folder for pictures.

import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPagesHouse, type PagesHouse } from '../provider/pages-house.ts'
import { launchBrowser } from '../support/browser.ts'
import { inBrowser } from '../support/in-browser.ts'
import { picture } from '../support/pictures.ts'
import { keyboardProblems } from './focus.ts'
import { pagesThereAre, walk } from './every-page.ts'

const looks = [
  { language: 'en', colorScheme: 'light', width: 1200, height: 800 },
  { language: 'de', colorScheme: 'dark', width: 390, height: 844 }
] as const

inBrowser(() => {
  let browser: Awaited<ReturnType<typeof launchBrowser>>
  let house: PagesHouse
  let axe = ''

  beforeAll(async () => {
    browser = await launchBrowser()
    house = await openPagesHouse()
    axe = await readFile(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await house.close()
  })

  test.each(looks)(
    'axe finds nothing on any page, Tab reaches everything, and none is wider than the screen: $language, $colorScheme, $width px',
    async ({ language, colorScheme, width, height }) => {
      const context = await browser.newContext({ locale: language, colorScheme, viewport: { width, height } })
      const page = await context.newPage()
      const seen = new Set<string>()
      const complaints: string[] = []
      await walk(house, page, `ana${language}`, async ({ name }) => {
        seen.add((await page.locator('body').getAttribute('data-page')) ?? '')
        expect([name, await page.locator('html').getAttribute('lang')]).toEqual([name, language])
        for (const complaint of await violations(page, axe)) complaints.push(`${name}: ${complaint}`)
        // Both looks have the same elements in the same order.
        const problems = language === 'en' ? await keyboardProblems(page) : []
        for (const problem of problems) complaints.push(`${name}: ${problem}`)
        const wide = await page.evaluate(() => document.documentElement.scrollWidth)
        if (wide > width) complaints.push(`${name}: ${wide} px wide`)
        await picture(page, `${name}-${language}-${width}`)
      })
      expect(complaints).toEqual([])
      expect([...seen].sort()).toEqual([...(await pagesThereAre())].sort())
      await context.close()
    },
    300_000
  )

  test('the keyboard would have missed a button that it cannot reach, and one that shows no focus', async () => {
    const page = await browser.newPage()
    await page.setContent('<button tabindex="-1">a</button><button style="outline: none">b</button><button>c</button>')
    expect(await keyboardProblems(page)).toEqual([
      expect.stringMatching(/^Tab does not reach .*>a</),
      expect.stringMatching(/^no sign of the focus on .*>b</)
    ])
    await page.close()
  })

  test('axe would have found a field without a name', async () => {
    const page = await browser.newPage()
    await page.setContent('<html lang="en"><title>x</title><main><h1>x</h1><input></main></html>')
    expect((await violations(page, axe)).join()).toContain('label')
    await page.close()
  })
})

/** What axe-core finds, of any impact: the rules of WCAG 2.2 A and AA and its best practices. */
async function violations(page: Page, axe: string): Promise<readonly string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: {
        run(): Promise<{
          violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[]
        }>
      }
    }
    const { violations: found } = await checker.run()
    return found.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)
  })
}
