import { expect, test } from 'vitest'
import { program } from './support/process.ts'

/**
 * How often the whole heap is collected while as much as it holds is replaced, slowly and nearly twice. V8 by itself does it three or four times where nothing else runs,
 * and by another rule where the machine is busy.
 */
async function collections(flags: readonly string[] = []): Promise<number> {
  const own = ['--conditions=vigil-source', '--expose-gc', '--max-semi-space-size=1']
  const script = 'tests/support/slow-promotion.ts'
  const { code, stdout, stderr } = await program(process.execPath, [...own, ...flags, script]).ended
  if (code !== 0) throw new Error(stderr)
  return Number(stdout)
}

test('a server collects its heap when it has doubled, unless whoever started it said otherwise', async () => {
  const [seldom, often] = await Promise.all([collections(), collections(['--heap-growing-percent=10'])])
  expect(seldom).toBeLessThanOrEqual(1)
  expect(often).toBeGreaterThanOrEqual(2)
}, 60_000)
