// Builds what is published into dist/: JavaScript with declarations from src/, and the browser agent as one script.

import { spawnSync } from 'node:child_process'
import { glob, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAgent } from '../src/browser/bundle.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

await rm(dist, { recursive: true, force: true })
compile()
await pointDeclarationsAtJavaScript(dist)
await buildAgent(join(dist, 'agent.js'))

function compile(): void {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
  // tsc has said what is wrong.
  if (status !== 0) process.exit(status ?? 1)
}

/**
 * tsc rewrites `./x.ts` to `./x.js` in JavaScript and leaves it in declarations, where it names a file that is not
 * published.
 */
async function pointDeclarationsAtJavaScript(folder: string): Promise<void> {
  for await (const file of glob('**/*.d.ts', { cwd: folder })) {
    const path = join(folder, file)
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replaceAll(/(\bfrom |\bimport ?\(?)(['"])(\.{1,2}\/[^'"]+)\.ts\2/g, '$1$2$3.js$2'))
  }
}
