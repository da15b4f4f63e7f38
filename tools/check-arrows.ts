// Says which imports of src/ point the wrong way, one a line, and fails if there are any. Part of `npm run check`.

import { fileURLToPath } from 'node:url'
import { brokenArrows } from './arrows.ts'

const broken = await brokenArrows(fileURLToPath(new URL('..', import.meta.url)))

for (const arrow of broken) process.stderr.write(`${arrow}\n`)
process.exitCode = broken.length > 0 ? 1 : 0
