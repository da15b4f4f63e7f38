import { expect, test } from 'vitest'
import { program } from './support/process.ts'

/** How often the whole heap is collected while as much as it holds is replaced, slowly and nearly twice. */
async function collections(how: 'as it is' | 'seldom', flags: readonly string[] = []): Promise<number> {
  const own = ['--conditions=vigil-source', '--expose-gc', '--max-semi-space-size=1']
  const { code, stdout, stderr } = await program(process.execPath, [
    ...own,
    ...flags,
    'tests/support/slow-promotion.ts',
    how
  ]).ended
  if (code !== 0) throw new Error(stderr)
  return Number(stdout)
}

test('a server collects its heap when it has grown, where V8 by itself would do it all the time', async () => {
  const [alone, seldom, chosen] = await Promise.all([
    collections('as it is'),
    collections('seldom'),
    collections('seldom', ['--heap-growing-percent=10'])
  ])
  expect(alone).toBeGreaterThanOrEqual(2)
  expect(seldom).toBeLessThanOrEqual(1)
  // Whoever says something else is heard.
  expect(chosen).toBeGreaterThanOrEqual(2)
}, 60_000)
