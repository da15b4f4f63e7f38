// openid-client, in the relying party that the demo brings along.

import { startRelyingParty } from '../../../examples/relying-party/relying-party.ts'
import { attribute, type HeadlessPage } from '../../../src/replay/headless-browser.ts'
import type { Claims, Party } from '../party.ts'
import { webVisit } from '../web-visit.ts'
import { query } from './query.ts'

export const openidClient: Party = {
  name: 'openid-client',
  backChannel: true,
  renewsSilently: true,
  available: true,
  metadata: (origin) => ({
    redirect_uris: [`${origin}/callback`],
    post_logout_redirect_uris: [`${origin}/`],
    backchannel_logout_uri: `${origin}/backchannel-logout`,
    backchannel_logout_session_required: true
  }),
  async start({ issuer, clientId, clientSecret, origin, port }) {
    const party = await startRelyingParty({ issuer, clientId, clientSecret, port })
    return {
      visit: (person) =>
        webVisit(
          {
            origin,
            issuer,
            login: (ask) => `/login?${query(ask)}`,
            claimsPath: '/',
            claimsOn,
            logout: { path: '/', form: true }
          },
          person
        ),
      close: () => party.close()
    }
  }
}

function claimsOn({ html }: HeadlessPage): Claims | undefined {
  const shown: Record<string, unknown> = {}
  for (const [, tag] of html.matchAll(/<dd\b([^>]*)>/g)) {
    shown[attribute(tag!, 'data-claim') ?? ''] = JSON.parse(attribute(tag!, 'data-value') ?? 'null')
  }
  return 'acr' in shown ? (shown as unknown as Claims) : undefined
}
