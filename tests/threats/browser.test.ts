// THREATS.md 7 in a real browser: the agent's own capture listens while Playwright types and points, and while a script of the page dispatches
// events of its own.

import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLivenessWatch, type LivenessAssessment } from '../../src/biometrics/liveness/index.ts'
import type { Captured } from '../../src/browser/capture.ts'
import { launchBrowser } from '../support/browser.ts'
import { inBrowser } from '../support/in-browser.ts'

const keystrokes = 200
const text = 'the invoice for march was paid last week and the one for april is still open please check '
  .repeat(3)
  .slice(0, keystrokes)

inBrowser(() => {
  let browser: Browser
  let capture: string
  beforeAll(async () => {
    browser = await launchBrowser()
    const { outputFiles } = await build({
      stdin: {
        contents: `import { startCapture } from './src/browser/capture.ts'; window.captured = startCapture(document)`,
        resolveDir: fileURLToPath(new URL('../..', import.meta.url)),
        loader: 'ts'
      },
      bundle: true,
      format: 'iife',
      write: false
    })
    capture = outputFiles[0]!.text
  })
  afterAll(() => browser.close())

  async function suspicion(act: (page: Page) => Promise<unknown>): Promise<LivenessAssessment | undefined> {
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 } })
    try {
      await page.setContent('<textarea rows="20" cols="80" autofocus></textarea>')
      await page.evaluate(capture)
      await page.focus('textarea')
      await act(page)
      const { events, counters } = await page.evaluate(() =>
        (window as unknown as { captured: { take(a: number, b: number): Captured } }).captured.take(0, 0)
      )
      const watch = createLivenessWatch()
      watch.count(counters)
      for (const event of events) watch.push(event)
      return watch.assess()
    } finally {
      await page.close()
    }
  }

  test.each([0, 10, 40])('Playwright that types with a delay of %i ms is known', async (delay) => {
    expect(await suspicion((page) => page.keyboard.type(text.slice(0, 100), { delay }))).toMatchObject({
      kind: 'automation',
      reasons: expect.arrayContaining(['constant delays']) as string[]
    })
  })

  // A machine that stalls between two keys makes the long delays of a hand: nine of ten are asked for (the simulated scripts are counted two
  // hundred at a time in automation.test.ts), and one stalled run of three is forgiven.
  test(
    'Playwright that holds each key and waits for a random time is known, two times of three',
    { timeout: 120_000 },
    async () => {
      const found: (string | undefined)[] = []
      const known = (): number => found.filter((kind) => kind === 'automation').length
      while (found.length < 3 && known() < 2) {
        const assessed = await suspicion(async (page) => {
          for (const character of text) {
            await page.keyboard.press(character, { delay: 5 + 20 * Math.random() })
            await page.waitForTimeout(5 + 30 * Math.random())
          }
        })
        found.push(assessed?.kind)
      }
      expect(known()).toBe(2)
    }
  )

  test('a script of the page that dispatches keys is known, and the dispatch is named', async () => {
    const found = await suspicion((page) =>
      page.evaluate(async (typed) => {
        const field = document.querySelector('textarea')!
        for (const character of typed) {
          const code = character === ' ' ? 'Space' : `Key${character.toUpperCase()}`
          for (const type of ['keydown', 'keyup'])
            field.dispatchEvent(new KeyboardEvent(type, { key: character, code, bubbles: true }))
          await new Promise((resolve) => setTimeout(resolve, 5 + 30 * Math.random()))
        }
      }, text)
    )
    expect(found).toMatchObject({ kind: 'automation' })
    expect(found?.reasons).toContain('events dispatched by a script')
  })

  test('Playwright that moves the pointer in steps is known', async () => {
    const found = await suspicion(async (page) => {
      for (let n = 0; n < 6; n++) {
        await page.mouse.move(100 + 900 * Math.random(), 100 + 600 * Math.random(), { steps: 25 })
        await page.mouse.down()
        await page.mouse.up()
        await page.waitForTimeout(200)
      }
    })
    expect(found).toMatchObject({
      kind: 'automation',
      reasons: expect.arrayContaining(['straight lines at constant speed']) as string[]
    })
  })
})
