// Programs of the system that a few suites run against, and where Debian puts them.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

export const apache = { command: '/usr/sbin/apache2', modules: '/usr/lib/apache2/modules' }

/** Another python3 may stand first on the PATH, without Debian's packages. */
export const systemPython = '/usr/bin/python3'

/** Apache with mod_auth_openidc. */
export function hasApache(): boolean {
  return existsSync(apache.command) && existsSync(`${apache.modules}/mod_auth_openidc.so`)
}

export function hasAuthlib(): boolean {
  return spawnSync(systemPython, ['-c', 'import authlib, requests']).status === 0
}
