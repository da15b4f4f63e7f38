#!/usr/bin/env node
// Starts the command line: the built one in the published package, the sources in a checkout. Plain JavaScript that older
// versions of Node can read, so that they get a sentence instead of a syntax error.

import { existsSync } from 'node:fs'

const oldestMajor = 24

if (Number.parseInt(process.versions.node, 10) < oldestMajor) {
  process.stderr.write(`vigil needs Node ${oldestMajor} or newer, this is ${process.versions.node}\n`)
  process.exit(2)
}

// The published package has no src/. A checkout may have both, and then the sources are the newer ones.
const source = new URL('../src/cli.ts', import.meta.url)
const built = new URL('../dist/cli.js', import.meta.url)

await import((existsSync(source) ? source : built).href)
