// Puts the present option table into README.md.

import { readFile, writeFile } from 'node:fs/promises'
import { withOptionTable } from './options-table.ts'

const readme = new URL('../README.md', import.meta.url)
await writeFile(readme, withOptionTable(await readFile(readme, 'utf8')))
