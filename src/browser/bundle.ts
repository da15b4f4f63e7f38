// The browser agent as one script: built into dist/ when the package is made, bundled at first use in a checkout.

import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** Beside the compiled form of this file in the published package; nothing is there in a checkout. */
const published = new URL('../agent.js', import.meta.url)
const source = new URL('./script.ts', import.meta.url)

let script: Promise<string> | undefined

/** The text of `agent.js`, to be served as `text/javascript`. */
export function agentScript(): Promise<string> {
  script ??= readFile(published, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return bundle()
  })
  return script
}

/** Bundles the agent into a file. */
export async function buildAgent(outfile: string): Promise<void> {
  await writeFile(outfile, await bundle())
}

async function bundle(): Promise<string> {
  // A development dependency: a published package never comes here.
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(source)],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    write: false,
    legalComments: 'none'
  })
  return outputFiles[0]!.text
}
