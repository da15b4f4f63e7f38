// The house keeps its plan: arrows point one way, the lock file serves every platform, documents point at files that
// exist.

import { existsSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { brokenArrows, brokenArrowsOf } from '../tools/arrows.ts'
import { withOptionTable } from '../tools/options-table.ts'
import { platformPackagesMissing } from '../tools/platform-packages.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

describe('arrows between rooms', () => {
  it('point one way in the whole of src', async () => {
    expect(await brokenArrows(root)).toEqual([])
  })

  it.each([
    ['src/biometrics/engine.ts', `import { pages } from '../provider/pages.ts'`],
    ['src/biometrics/engine.ts', `import type { RiskRule } from '../risk/policy.ts'`],
    ['src/biometrics/engine.ts', `import { readFile } from 'node:fs/promises'`],
    ['src/risk/policy.ts', `export {\n  watch\n} from '../watch/watch.ts'`],
    ['src/risk/policy.ts', `import Provider from 'oidc-provider'`],
    ['src/challenge/password.ts', `const argon2 = await import('argon2')`],
    ['src/channel/upgrade.ts', `import { openStorage } from '../adapters/index.ts'`],
    ['src/provider/pages/pages.ts', `import '../../vigil.ts'`],
    ['src/adapters/postgresql.ts', `import { decide } from '../risk/policy.ts'`],
    ['src/watch/watch.ts', `import { memoryStorage } from '../adapters/index.ts'`],
    ['src/people/profiles.ts', `import { startServer } from '../server.ts'`]
  ])('a wrong one from %s is named with both ends: %s', (path, text) => {
    const specifier = /'([^']+)'/.exec(text)![1]!
    const [broken, ...others] = brokenArrowsOf(path, text)
    expect(others).toEqual([])
    expect(broken).toContain(path)
    expect(broken).toContain(specifier.replace(/^[./]+/, ''))
  })

  it.each([
    ['src/risk/evidence.ts', `import type { Assessment } from '../biometrics/engine.ts'`],
    ['src/provider/routes.ts', `import { VigilError } from '../errors.ts'`],
    ['src/server.ts', `import { openStorage } from './adapters/index.ts'`]
  ])('a right one from %s is left alone: %s', (path, text) => {
    expect(brokenArrowsOf(path, text)).toEqual([])
  })
})

describe('the checkout', () => {
  it('may lie in a folder of any name: the path of a URL is no path of a file', async () => {
    const wrong: string[] = []
    for await (const file of glob('{src,tests,tools,examples}/**/*.ts', { cwd: root })) {
      if (/import\.meta\.url\)\.pathname/.test(await readFile(join(root, file), 'utf8'))) wrong.push(file)
    }
    expect(wrong).toEqual([])
  })
})

describe('the lock file', () => {
  it('names the packages of every platform, so that npm ci passes behind a mirror that lacks some', async () => {
    const lock: unknown = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'))
    expect(platformPackagesMissing(lock)).toEqual([])
  })
})

describe('the documents', () => {
  it('print the options that there are', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8')
    expect(unaligned(withOptionTable(readme))).toBe(unaligned(readme))
  })

  it('link only to files that exist', async () => {
    const broken: string[] = []
    for await (const file of glob(['*.md', 'docs/**/*.md'], { cwd: root })) {
      const text = await readFile(join(root, file), 'utf8')
      for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
        if (!existsSync(join(root, dirname(file), target!))) broken.push(`${file} links to ${target}`)
      }
    }
    expect(broken).toEqual([])
  })
})

/** The formatter pads the cells of a table. */
function unaligned(text: string): string {
  return text.replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---')
}
