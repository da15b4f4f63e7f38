// The table in docs/conformance.md says what there is: each module that it calls covered is a test of that name, and no test is left out of it.

import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../support/process.ts'

test('every module that is called covered is a test of that name, and every such test stands in the table', async () => {
  const table = await readFile(join(root, 'docs/conformance.md'), 'utf8')
  const rows = [...table.matchAll(/^\| (oidcc-[\w-]+) *\| (covered|not applicable) *\| (\S[^|]*)\|$/gm)]
  expect(rows.length).toBe([...table.matchAll(/^\| oidcc-/gm)].length)
  const covered = rows.filter(([, , how]) => how === 'covered').map(([, module]) => module!)
  expect(await modulesTested()).toEqual(covered.toSorted())
})

async function modulesTested(): Promise<string[]> {
  const names: string[] = []
  for await (const file of glob('tests/conformance/*.test.ts', { cwd: root })) {
    const text = await readFile(join(root, file), 'utf8')
    names.push(...Array.from(text.matchAll(/'(oidcc-[\w-]*[\w])'/g), ([, name]) => name!))
    for (const [, scopes] of text.matchAll(/test\.each\(\[([^\]]*)\]\)\('oidcc-scope-%s'/g)) {
      names.push(...Array.from(scopes!.matchAll(/'(\w+)'/g), ([, scope]) => `oidcc-scope-${scope}`))
    }
  }
  return names.toSorted()
}
