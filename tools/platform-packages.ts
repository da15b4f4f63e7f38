// Keeps package-lock.json whole behind a registry mirror that lacks some platforms' binaries: npm then leaves them out of
// the lock file and `npm ci` refuses it. An entry without checksum is enough; it is read only on its own platform.

export interface LockEntry {
  readonly version?: string
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly dev?: boolean
  readonly peer?: boolean
  readonly license?: string
  readonly optional?: boolean
  readonly engines?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>
}

/** Names of optional dependencies that the lock file asks for and does not hold. Throws when it is no lock file. */
export function platformPackagesMissing(lock: unknown): string[] {
  return Object.keys(missingEntries(asLock(lock)))
}

/** The lock file with an entry for each of them, in the order that npm keeps. */
export function withPlatformPackages(lock: unknown): Lock {
  const { packages, ...rest } = asLock(lock)
  const all = Object.entries({ ...packages, ...missingEntries({ packages }) })
  return { ...rest, packages: Object.fromEntries(all.toSorted(([a], [b]) => a.localeCompare(b, 'en'))) }
}

function asLock(lock: unknown): Lock {
  if (typeof lock !== 'object' || lock === null || !('packages' in lock)) throw new TypeError('not a package-lock.json')
  return lock as Lock
}

function missingEntries({ packages }: Lock): Record<string, LockEntry> {
  const missing: Record<string, LockEntry> = {}
  for (const [path, owner] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
      const key = `node_modules/${name}`
      if (key in packages || `${path}/${key}` in packages) continue
      missing[key] = {
        version,
        ...platformOf(name),
        ...(owner.dev && { dev: true }),
        license: owner.license ?? 'UNLICENSED',
        optional: true,
        ...(owner.peer && { peer: true }),
        ...(owner.engines && { engines: owner.engines })
      }
    }
  }
  return missing
}

/** Reads `…linux-x64-musl` at the end of a package name, the convention of all tools that we use. */
function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> {
  const [os, cpu, abi] = name
    .slice(name.lastIndexOf('/') + 1)
    .replace(/^binding-/, '')
    .split('-')
  if (os === undefined || cpu === undefined) throw new TypeError(`${name} does not end in a platform`)
  const libc = os === 'linux' && abi !== undefined ? { libc: [abi.startsWith('musl') ? 'musl' : 'glibc'] } : {}
  return { os: [os], cpu: [cpu], ...libc }
}
