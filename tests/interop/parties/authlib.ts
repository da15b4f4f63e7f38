// Authlib, in a small program of Python's own web server. Debian has both.

import { fileURLToPath } from 'node:url'
import { program } from '../../support/process.ts'
import { hasAuthlib, systemPython } from '../../support/programs.ts'
import type { Party } from '../party.ts'
import { webVisit } from '../web-visit.ts'
import { query } from './query.ts'

export const authlib: Party = {
  name: 'Authlib',
  backChannel: true,
  renewsSilently: true,
  available: hasAuthlib(),
  metadata: (origin) => ({
    redirect_uris: [`${origin}/callback`],
    post_logout_redirect_uris: [`${origin}/`],
    backchannel_logout_uri: `${origin}/backchannel-logout`,
    backchannel_logout_session_required: true
  }),
  async start({ issuer, clientId, clientSecret, origin, port }) {
    const server = program(systemPython, [
      '-u',
      fileURLToPath(new URL('authlib-party.py', import.meta.url)),
      issuer,
      clientId,
      clientSecret,
      String(port)
    ])
    await server.saw(/listening/)
    return {
      visit: (person) => webVisit({ origin, issuer, login: (ask) => `/login?${query(ask)}` }, person),
      async close() {
        await server.stop('SIGTERM')
      }
    }
  }
}
