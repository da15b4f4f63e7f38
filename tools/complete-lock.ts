// Run after `npm install`: adds to package-lock.json what a mirror did not have. See platform-packages.ts.

import { readFile, writeFile } from 'node:fs/promises'
import { withPlatformPackages } from './platform-packages.ts'

const path = new URL('../package-lock.json', import.meta.url)
const lock: unknown = JSON.parse(await readFile(path, 'utf8'))
await writeFile(path, `${JSON.stringify(withPlatformPackages(lock), null, 2)}\n`)
