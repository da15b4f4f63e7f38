#!/usr/bin/env node
// `exec node …` in the scripts of package.json makes the shell step aside, so that a signal sent to npm reaches the program. On
// Windows, whose shell has no `exec`, this file is the command of that name.

import { spawn } from 'node:child_process'

const [, ...args] = process.argv.slice(2)

spawn(process.execPath, args, { stdio: 'inherit' }).on('exit', (code) => process.exit(code ?? 1))
