// The published package works in somebody else's project: every entry of `exports` with its types, the files that are read at
// run time, the command.

import { existsSync } from 'node:fs'
import { glob, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { type Consumer, installIntoEmptyProject, root } from './consumer.ts'

let consumer: Consumer

beforeAll(async () => {
  consumer = await installIntoEmptyProject()
}, 600_000)

afterAll(() => consumer?.remove())

/** `./adapters` → `oidc-vigil/adapters`. */
const specifiers = Object.entries(manifest.exports).map(([path, target]) => ({
  name: path.replace(/^\./, manifest.name),
  isModule: typeof target === 'object'
}))
const modules = specifiers.filter(({ isModule }) => isModule).map(({ name }) => name)

describe('somebody who installs the package', { timeout: 120_000 }, () => {
  it.each(modules)('imports %s', async (name) => {
    const { code, stdout, stderr } = await consumer.run(
      process.execPath,
      '--input-type=module',
      '--eval',
      `process.stdout.write(Object.keys(await import('${name}')).join())`
    )
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).not.toBe('')
  })

  it.each(specifiers.filter(({ isModule }) => !isModule).map(({ name }) => name))('finds %s', async (name) => {
    const { code, stderr } = await consumer.run(
      process.execPath,
      '--input-type=module',
      '--eval',
      `import { readFileSync } from 'node:fs'; readFileSync(new URL(import.meta.resolve('${name}')))`
    )
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  it('type-checks against every entry, strictly, and gets types rather than any', async () => {
    await typeCheck(
      'consumer.ts',
      [
        ...modules.map((name, at) => `import * as entry${at} from '${name}'`),
        'type IsAny<T> = 0 extends 1 & T ? true : false',
        'type Untyped<T> = { [K in keyof T]: IsAny<T[K]> extends true ? K : never }[keyof T]',
        ...modules.map((_, at) => `export const untyped${at}: never = null as unknown as Untyped<typeof entry${at}>`)
      ].join('\n')
    )
  })

  it('type-checks an API that is neither on Koa nor a provider without the types of either', async () => {
    const files = await typeCheck(
      'api.ts',
      `import { createServer } from 'node:http'
import { createGuard, jwtTokens } from 'oidc-vigil/relying-party'
const guard = createGuard({ tokens: jwtTokens({ issuer: 'https://a.test', audience: 'https://b.test' }) })
createServer(guard.node({ risk: 'LOW' }, (request, response, token) => response.end(token.subject)))
`
    )
    expect(files.filter((file) => file.endsWith('oidc-vigil/dist/relying-party/index.d.ts'))).toHaveLength(1)
    expect(files.filter((file) => /@types\/(koa|oidc-provider)\//.test(file))).toEqual([])
  })

  it('type-checks the example of the README', async () => {
    const example = /```ts\n(.*?createVigil.*?)```/s.exec(await readFile(join(root, 'README.md'), 'utf8'))
    expect(example).not.toBeNull()
    await typeCheck('readme.ts', example![1]!)
  })

  it('starts the server, which finds its pages, its migrations and the agent', async () => {
    await writeFile(join(consumer.folder, 'serve.js'), serveAndAsk)
    const { stdout, stderr } = await consumer.run(process.execPath, 'serve.js')
    expect(stderr).toBe('')
    expect(stdout).toBe('/healthz 200\n/signup 200\n/vigil/agent.js 200\n')
  })

  it('has no declaration that names a source file', async () => {
    const offenders: string[] = []
    for await (const file of glob('dist/**/*.d.ts', { cwd: consumer.installed })) {
      const text = await readFile(join(consumer.installed, file), 'utf8')
      if (/['"]\.[^'"]*(?<!\.d)\.ts['"]/.test(text)) offenders.push(file)
    }
    expect(offenders).toEqual([])
  })

  it.each(['views', 'migrations'])('gets the same %s as the checkout', async (folder) => {
    const ours = (await readdir(join(root, folder), { recursive: true })).toSorted()
    expect(ours).not.toEqual([])
    expect((await readdir(join(consumer.installed, folder), { recursive: true })).toSorted()).toEqual(ours)
  })

  it('gets the licence, the changelog and the security notes', () => {
    const missing = ['LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'README.md'].filter(
      (file) => !existsSync(join(consumer.installed, file))
    )
    expect(missing).toEqual([])
  })

  it('gets the pages that the README leads to', async () => {
    const readme = await readFile(join(consumer.installed, 'README.md'), 'utf8')
    const links = [...readme.matchAll(/\]\(((?:docs|population)\/[^)#]+)/g)].map(([, path]) => path!)
    expect(links.length).toBeGreaterThan(10)
    expect(links.filter((path) => !existsSync(join(consumer.installed, path)))).toEqual([])
  })

  it('gets no sources, no tests and no tools', async () => {
    expect(
      (await readdir(consumer.installed)).filter((name) => ['src', 'tests', 'tools', 'examples'].includes(name))
    ).toEqual([])
  })

  it('runs the command', async () => {
    const { code, stdout, stderr } = await consumer.run('npx', '--no', '--', 'vigil', '--help')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stdout).toMatch(/^ +serve /m)
  })

  it('keeps the Node that it has', async () => {
    const packages = await readdir(join(consumer.folder, 'node_modules'))
    expect(packages.filter((name) => /^node-(bin|linux|darwin|win)/.test(name))).toEqual([])
    expect(existsSync(join(consumer.folder, 'node_modules/.bin/node'))).toBe(false)
  })
})

const serveAndAsk = `
import { startServer } from 'oidc-vigil/server'
import { pino } from 'pino'

const provider = await startServer({
  port: 0,
  secret: 'b1jQ0zv2Xo7R9uLk4nWcY8sE5tHdPaGf3mVq',
  database: 'memory://',
  logger: pino({ level: 'error' }, pino.destination(2))
})
for (const path of ['/healthz', '/signup', '/vigil/agent.js']) {
  const { status } = await fetch(provider.issuer + path)
  process.stdout.write(path + ' ' + status + '\\n')
}
await provider.close()
`

/** Settings of a careful project. Complaints about other packages' declarations are not ours. */
const compilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  module: 'nodenext',
  target: 'es2024',
  lib: ['es2024', 'dom', 'dom.iterable'],
  types: ['node'],
  noEmit: true
}

/** Resolves to the files that the compiler read. */
async function typeCheck(file: string, text: string): Promise<string[]> {
  await writeFile(join(consumer.folder, file), text)
  await writeFile(join(consumer.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout } = await consumer.run(process.execPath, tsc, '-p', '.', '--pretty', 'false', '--listFiles')
  const lines = stdout.split('\n')
  const complaints = lines.filter((line) => /error TS\d+/.test(line))
  expect(complaints.filter((line) => line.includes('oidc-vigil') || line.startsWith(file))).toEqual([])
  return lines.filter((line) => !complaints.includes(line))
}
