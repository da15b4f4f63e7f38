// express-openid-connect, as its README sets it up, with its own back-channel logout.

import express, { type ErrorRequestHandler } from 'express'
import session from 'express-session'
import openid from 'express-openid-connect'
import type { Party } from '../party.ts'
import { webVisit } from '../web-visit.ts'
import { listen } from './listen.ts'
import { query } from './query.ts'

/** Its types want more of a store than the hooks use: express-session's are what its documents name. */
type LogoutStore = NonNullable<Exclude<openid.ConfigParams['backchannelLogout'], boolean | undefined>['store']>

export const expressOpenidConnect: Party = {
  name: 'express-openid-connect',
  backChannel: true,
  renewsSilently: true,
  available: true,
  metadata: (origin) => ({
    redirect_uris: [`${origin}/callback`],
    post_logout_redirect_uris: [origin],
    backchannel_logout_uri: `${origin}/backchannel-logout`,
    backchannel_logout_session_required: true
  }),
  async start({ issuer, clientId, clientSecret, origin, port }) {
    const app = express()
    app.use(
      openid.auth({
        issuerBaseURL: issuer,
        baseURL: origin,
        clientID: clientId,
        clientSecret,
        secret: 'a secret for the cookies of this application',
        authRequired: false,
        idpLogout: true,
        enableTelemetry: false,
        authorizationParams: { response_type: 'code', scope: 'openid' },
        routes: { login: false },
        backchannelLogout: { store: new session.MemoryStore() as unknown as LogoutStore }
      })
    )
    app.get('/login', (request, response) => {
      const { max_age: age, ...asked } = request.query
      const authorizationParams = { ...asked, ...(age !== undefined && { max_age: Number(age) }) }
      return response.oidc.login({ returnTo: '/', authorizationParams })
    })
    app.get('/', (_request, response) => void response.send('<h1>An application</h1>'))
    app.get('/claims', (request, response) => {
      if (request.oidc.isAuthenticated()) response.json(request.oidc.idTokenClaims)
      else response.sendStatus(401)
    })
    app.use(showError)
    const close = await listen(app, port)
    return { visit: (person) => webVisit({ origin, issuer, login: (ask) => `/login?${query(ask)}` }, person), close }
  }
}

const showError: ErrorRequestHandler = (
  error: { error?: string; status?: number; message: string },
  _q,
  response,
  _n
) => {
  response.status(error.status ?? 500).json({ error: error.error, message: error.message })
}
