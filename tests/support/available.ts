// What this machine offers to tests. A suite that needs something which is not here is not registered, and the runner says
// at its end what was left out and why.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromiumPath } from './browser.ts'
import { hasApache, hasAuthlib } from './programs.ts'

export interface Available {
  /** `DATABASE_URL` names a PostgreSQL server. One that is named must answer: its suites fail otherwise. */
  readonly postgresql: boolean
  readonly chromium: boolean
  /** `REDIS_URL` names a server. */
  readonly redis: boolean
  /** Apache with mod_auth_openidc. */
  readonly apache: boolean
  /** Authlib, for the Python of the system. */
  readonly authlib: boolean
  /** The command, which makes certificates. */
  readonly openssl: boolean
  /** Recorded people; without them generated people take their place. */
  readonly recordings: boolean
}

export function available(env: NodeJS.ProcessEnv = process.env): Available {
  return {
    postgresql: /^postgres(ql)?:\/\//.test(env['DATABASE_URL'] ?? ''),
    chromium: chromiumPath() !== undefined,
    redis: (env['REDIS_URL'] ?? '') !== '',
    apache: hasApache(),
    authlib: hasAuthlib(),
    openssl: spawnSync('openssl', ['version']).status === 0,
    recordings: existsSync(new URL('aalto-free-text/keystrokes.csv.gz', datasets(env)))
  }
}

export interface LeftOut {
  /** One line for the person who started the tests. */
  readonly why: string
  /** True when something else stood in and the suites ran nevertheless. */
  readonly replaced: boolean
}

/** One entry for each thing that suites need and this machine lacks. */
export function leftOut({ postgresql, chromium, apache, authlib, openssl, recordings }: Available): LeftOut[] {
  return [
    !postgresql && { why: 'suites on PostgreSQL were left out: DATABASE_URL is not set', replaced: false },
    !chromium && {
      why: 'suites in a browser were left out: no chromium here, and CHROMIUM is not set',
      replaced: false
    },
    !apache && {
      why: 'Apache as a relying party was left out: no apache2 with libapache2-mod-auth-openidc here',
      replaced: false
    },
    !authlib && {
      why: 'Authlib as a relying party was left out: no python3-authlib here',
      replaced: false
    },
    !openssl && { why: 'suites behind a TLS proxy were left out: no openssl here', replaced: false },
    !recordings && {
      why: 'recorded people were left out: no ../shared/data, and VIGIL_DATASETS is not set; generated people took their place',
      replaced: true
    }
  ].filter((entry) => entry !== false)
}

function datasets(env: NodeJS.ProcessEnv): URL {
  const folder = env['VIGIL_DATASETS'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))
  return new URL(`file://${folder.replace(/\/?$/, '/')}`)
}
