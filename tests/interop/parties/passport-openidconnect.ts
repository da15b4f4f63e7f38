// passport-openidconnect: a strategy has one `acr_values` and one `max_age`, so an application has a strategy for each door. It knows neither
// PKCE nor back-channel logout, and sends its secret in the body.

import { createRequire } from 'node:module'
import express, { type ErrorRequestHandler } from 'express'
import session from 'express-session'
import passport, { type Strategy } from 'passport'
import type { Claims, Party } from '../party.ts'
import { webVisit } from '../web-visit.ts'
import { listen } from './listen.ts'

/** The package has no types. The first argument of `verified` is an error. */
type Verify = (
  issuer: string,
  profile: unknown,
  context: unknown,
  idToken: string,
  verified: (error: null, user: User) => void
) => void
const OpenIDConnectStrategy = createRequire(import.meta.url)('passport-openidconnect') as new (
  options: Readonly<Record<string, unknown>>,
  verify: Verify
) => Strategy

interface User {
  readonly idToken: string
}

export const passportOpenidconnect: Party = {
  name: 'passport-openidconnect',
  backChannel: false,
  renewsSilently: true,
  available: true,
  metadata: (origin) => ({
    redirect_uris: ['plain', 'level2', 'age1', 'age3600', 'none'].map((door) => `${origin}/callback/${door}`),
    post_logout_redirect_uris: [`${origin}/`],
    token_endpoint_auth_method: 'client_secret_post'
  }),
  async start({ issuer, clientId, clientSecret, origin, port }) {
    const doors = {
      plain: {},
      level2: { acrValues: 'urn:vigil:loa:2' },
      age1: { maxAge: 1 },
      age3600: { maxAge: 3600 },
      none: { prompt: 'none' }
    }
    const app = express()
    app.use(session({ secret: 'a secret of this application', resave: false, saveUninitialized: false }))
    const people = new passport.Passport()
    people.serializeUser((user, done) => done(null, user))
    people.deserializeUser((user: User, done) => done(null, user))
    app.use(people.initialize(), people.session() as express.RequestHandler)
    for (const [door, more] of Object.entries(doors)) {
      const options = {
        issuer,
        authorizationURL: `${issuer}/auth`,
        tokenURL: `${issuer}/token`,
        userInfoURL: `${issuer}/me`,
        clientID: clientId,
        clientSecret,
        callbackURL: `${origin}/callback/${door}`,
        nonce: true,
        ...more
      }
      people.use(door, new OpenIDConnectStrategy(options, (_i, _p, _c, idToken, done) => done(null, { idToken })))
      app.get(`/login/${door}`, people.authenticate(door) as express.RequestHandler)
      app.get(`/callback/${door}`, people.authenticate(door, { successRedirect: '/' }) as express.RequestHandler)
    }
    app.get('/', (_request, response) => void response.send('<h1>An application</h1>'))
    app.get('/claims', (request, response) => {
      if (request.user) response.json(claimsOf(request.user as User))
      else response.sendStatus(401)
    })
    app.get('/logout', (request, response, next) => {
      const hint = (request.user as User | undefined)?.idToken ?? ''
      const end = new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: `${origin}/` })
      request.logout((error) => (error ? next(error) : response.redirect(`${issuer}/session/end?${end}`)))
    })
    app.use(showError)
    const close = await listen(app, port)
    return {
      visit: (person) =>
        webVisit(
          {
            origin,
            issuer,
            login: ({ acrValues, maxAgeSeconds, prompt }) => {
              if (prompt) return '/login/none'
              if (acrValues) return '/login/level2'
              return maxAgeSeconds === undefined ? '/login/plain' : `/login/age${maxAgeSeconds}`
            }
          },
          person
        ),
      close
    }
  }
}

function claimsOf({ idToken }: User): Claims {
  return JSON.parse(Buffer.from(idToken.split('.')[1]!, 'base64url').toString('utf8')) as Claims
}

const showError: ErrorRequestHandler = (
  error: { code?: string; status?: number; message: string },
  _q,
  response,
  _n
) => {
  response.status(error.status ?? 500).json({ error: error.code, message: error.message })
}
