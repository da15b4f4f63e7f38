// Apache with mod_auth_openidc, as Debian has both: a process of its own with a configuration of its own, in a folder that goes with it.
// What is asked for stands with the path; the module shows what it holds of a session by its info hook.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HeadlessPage } from '../../../src/replay/headless-browser.ts'
import { program, type Running } from '../../support/process.ts'
import { apache, hasApache } from '../../support/programs.ts'
import type { Claims, Party, PartyOptions } from '../party.ts'
import { webVisit } from '../web-visit.ts'
import { query } from './query.ts'

const callback = '/oidc'

export const modAuthOpenidc: Party = {
  name: 'mod_auth_openidc',
  backChannel: true,
  // Told that a page is needed, it sends the request that shows one.
  renewsSilently: false,
  available: hasApache(),
  metadata: (origin) => ({
    redirect_uris: [origin + callback],
    post_logout_redirect_uris: [`${origin}/`],
    backchannel_logout_uri: `${origin}${callback}?logout=backchannel`,
    backchannel_logout_session_required: true
  }),
  async start(options) {
    const { issuer, origin } = options
    const folder = mkdtempSync(join(tmpdir(), 'apache-'))
    const file = join(folder, 'apache.conf')
    writeFileSync(file, configuration(folder, options))
    const server = program(apache.command, ['-D', 'FOREGROUND', '-f', file])
    await answering(server, origin)
    return {
      visit: (person) =>
        webVisit(
          {
            origin,
            issuer,
            // With a level, the step-up of the path; else the module's own start of a sign-in, which takes parameters along.
            login: ({ acrValues, ...ask }) =>
              acrValues === undefined ? started(options, query(ask)) : `/levels/${acrValues}/`,
            claimsPath: `${callback}?info=json`,
            claimsOn,
            logout: { path: `${callback}?logout=${encodeURIComponent(`${origin}/`)}` }
          },
          person
        ),
      async close() {
        await server.stop('SIGTERM')
        rmSync(folder, { recursive: true, force: true })
      }
    }
  }
}

function started({ issuer, origin }: PartyOptions, parameters: URLSearchParams): string {
  const start = new URLSearchParams({
    iss: issuer,
    target_link_uri: `${origin}/`,
    auth_request_params: parameters.toString()
  })
  return `${callback}?${start}`
}

function claimsOn({ status, html }: HeadlessPage): Claims | undefined {
  return status === 200 ? (JSON.parse(html) as { id_token: Claims }).id_token : undefined
}

async function answering(server: Running, origin: string): Promise<void> {
  let over: string | undefined
  void server.ended.then(({ stderr }) => (over = stderr))
  while (!(await fetch(origin).catch(() => undefined))) {
    if (over !== undefined) throw new Error(`Apache ended: ${over}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function configuration(folder: string, { issuer, clientId, clientSecret, origin, port }: PartyOptions): string {
  const level = 'urn:vigil:loa:2'
  const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'alias', 'auth_openidc']
  return `
ServerName localhost
Listen ${port}
PidFile ${folder}/pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/error.log
DocumentRoot ${folder}
${modules.map((name) => `LoadModule ${name}_module ${apache.modules}/mod_${name}.so`).join('\n')}
StartServers 1
ThreadsPerChild 25

OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID ${clientId}
OIDCClientSecret ${clientSecret}
OIDCRedirectURI ${origin}${callback}
OIDCDefaultURL ${origin}/
OIDCDefaultLoggedOutURL ${origin}/
OIDCCryptoPassphrase "a passphrase for the cookies of this application"
OIDCScope "openid"
OIDCPKCEMethod S256
OIDCInfoHook iat id_token
OIDCCookieSameSite On

AliasMatch "^/(levels/.*)?$" "${folder}/apache.conf"
<Location "/">
  Require all granted
</Location>
<Location "${callback}">
  AuthType openid-connect
  Require valid-user
</Location>
<Location "/levels/${level}/">
  AuthType openid-connect
  Require claim acr:${level}
  OIDCUnAutzAction auth
  OIDCPathAuthRequestParams acr_values=${level}
</Location>
`
}
