// Which room of src/ may know which: arrows point one way, from the rim to the pure middle, and only four files know
// everybody. Reads import statements as text, types included, because a type is knowledge too.

import { glob, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'

/** One import that points the wrong way, e.g. `src/risk/policy.ts imports src/provider/pages/pages.ts: …`. */
export type BrokenArrow = string

export async function brokenArrows(root: string): Promise<BrokenArrow[]> {
  const files: { path: string; text: string }[] = []
  for await (const found of glob('src/**/*.ts', { cwd: root })) {
    files.push({ path: found.replaceAll('\\', '/'), text: await readFile(join(root, found), 'utf8') })
  }
  return files
    .toSorted((a, b) => a.path.localeCompare(b.path, 'en'))
    .flatMap(({ path, text }) => brokenArrowsOf(path, text))
}

/** `path` is relative to the checkout, with forward slashes. */
export function brokenArrowsOf(path: string, text: string): BrokenArrow[] {
  return importsOf(text).flatMap((specifier) => {
    const objection = specifier.startsWith('.')
      ? objectionToFile(path, posix.join(posix.dirname(path), specifier))
      : objectionToPackage(path, specifier)
    return objection === undefined ? [] : [objection]
  })
}

/** Files that put the house together. Nobody else imports them, except each other. */
const knowEverybody = new Set(['src/index.ts', 'src/vigil.ts', 'src/server.ts', 'src/cli.ts'])

/** Words, ports and checks that every room may use. */
const common = ['src/errors.ts', 'src/ports.ts', 'src/schema.ts', 'src/risk/levels.ts']

/** What a room may know beside itself and `common`; a room that is not listed may know all but the four and adapters. */
const mayKnow: Readonly<Record<string, readonly string[]>> = {
  biometrics: [],
  risk: ['src/biometrics/'],
  challenge: [],
  browser: [
    'src/biometrics/events.ts',
    'src/biometrics/fixed-text/typed-rhythm.ts',
    'src/channel/ports.ts',
    'src/channel/wire.ts'
  ],
  channel: ['src/biometrics/', 'src/risk/', 'src/challenge/', 'src/secrets.ts', 'src/heap.ts'],
  provider: ['src/biometrics/', 'src/risk/', 'src/challenge/', 'src/channel/', 'src/browser/', 'src/secrets.ts'],
  people: ['src/biometrics/', 'src/risk/', 'src/challenge/', 'src/provider/vigil-api.ts', 'src/secrets.ts'],
  population: ['src/biometrics/', 'src/people/profiles.ts', 'src/supervised-thread.ts'],
  watch: [
    'src/biometrics/',
    'src/risk/',
    'src/challenge/',
    'src/people/',
    'src/channel/ports.ts',
    'src/provider/vigil-api.ts',
    'src/secrets.ts'
  ],
  // Runs at somebody else's: it speaks to the provider over HTTP alone.
  'relying-party': [],
  // Judges as live sessions are judged, and speaks to the terminal as the other commands do.
  evaluation: [
    'src/biometrics/',
    'src/risk/',
    'src/watch/judge.ts',
    'src/population/shipped-population.ts',
    'src/commands/options.ts',
    'src/commands/progress.ts'
  ],
  // Adapters implement the ports of whoever asked. `session-guard.ts` is the rule that stored sessions obey.
  adapters: ['src/provider/ports.ts', 'src/channel/ports.ts', 'src/provider/sessions/session-guard.ts']
}

/** The pure rooms: packages without effects only. */
const packagesOfPureRooms: Readonly<Record<string, readonly string[]>> = {
  // Compression is a function of its bytes.
  biometrics: ['node:zlib'],
  risk: ['yaml', 'zod'],
  // A code is a function of its key and its counter.
  challenge: ['node:crypto', 'zod']
}

/** Networks are trained where they are evaluated; training alone, which runs in a thread of its own, may use these. */
const foldersThatTrain = ['src/biometrics/networks/', 'src/biometrics/encoder/'] as const
const packagesOfTraining: ReadonlySet<string> = new Set([
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-backend-wasm',
  'node:module',
  'node:path',
  'node:util'
])

function objectionToFile(path: string, target: string): BrokenArrow | undefined {
  if (knowEverybody.has(path)) return undefined
  const from = roomOf(path)
  if (knowEverybody.has(target)) return `${path} imports ${target}: only ${[...knowEverybody].join(', ')} may`
  if (from !== undefined && from === roomOf(target)) return undefined
  if (common.includes(target)) return undefined
  const known = from === undefined ? undefined : mayKnow[from]
  if (known === undefined) {
    return target.startsWith('src/adapters/') ? `${path} imports ${target}: it should ask for a port` : undefined
  }
  if (known.some((allowed) => target === allowed || (allowed.endsWith('/') && target.startsWith(allowed))))
    return undefined
  return `${path} imports ${target}: src/${from} may know only ${[...common, ...known].join(', ')}`
}

function objectionToPackage(path: string, specifier: string): BrokenArrow | undefined {
  const room = roomOf(path)
  if (packagesOfTraining.has(specifier) && foldersThatTrain.some((folder) => path.startsWith(folder))) return undefined
  const allowed = room === undefined ? undefined : packagesOfPureRooms[room]
  if (allowed === undefined || allowed.includes(specifier)) return undefined
  return `${path} imports ${specifier}: src/${room} is pure${allowed.length > 0 ? ` and may use only ${allowed.join(', ')}` : ''}`
}

/** `src/risk/policy.ts` is in `risk`; `src/errors.ts` is in no room. */
function roomOf(path: string): string | undefined {
  const [, room, rest] = path.split('/')
  return rest === undefined ? undefined : room
}

/** Module specifiers of static imports, re-exports and dynamic imports of literals. */
function importsOf(text: string): string[] {
  const statement = /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]/gm
  const call = /\bimport\(\s*['"]([^'"]+)['"]/g
  return [...text.matchAll(statement), ...text.matchAll(call)].map((match) => (match[1] ?? match[2])!)
}
