// The two sides of the demo: the stand-alone provider and a relying party that knows it, with a secret between them that lives as long as
// the process.

import { randomBytes } from 'node:crypto'
import { type ServerOptions, startServer, type VigilServer } from 'oidc-vigil/server'
import { type RelyingParty, startRelyingParty } from '../relying-party/relying-party.ts'
import { demoRoutes } from './demo-routes.ts'

export interface DemoOptions extends Omit<ServerOptions, 'routes'> {
  readonly rpPort: number
}

export interface Demo {
  readonly provider: VigilServer
  readonly relyingParty: RelyingParty
  close(): Promise<void>
}

export async function startDemo({ rpPort, clients = [], ...options }: DemoOptions): Promise<Demo> {
  const clientSecret = randomBytes(32).toString('base64url')
  const provider = await startServer({
    ...options,
    clients: [notes(rpPort, clientSecret), replay, ...clients],
    routes: demoRoutes
  })
  try {
    const relyingParty = await startRelyingParty({
      issuer: provider.issuer,
      clientId: 'notes',
      clientSecret,
      port: rpPort,
      riskReports: `${provider.issuer}/demo/risk`
    })
    return {
      provider,
      relyingParty,
      async close() {
        await relyingParty.close()
        await provider.close()
      }
    }
  } catch (error) {
    await provider.close()
    throw error
  }
}

function notes(port: number, secret: string): Readonly<Record<string, unknown>> {
  const origins = [`http://localhost:${port}`, `http://127.0.0.1:${port}`]
  return {
    client_id: 'notes',
    client_name: 'Northwind Notes',
    client_secret: secret,
    redirect_uris: origins.map((origin) => `${origin}/callback`),
    post_logout_redirect_uris: origins.map((origin) => `${origin}/`),
    grant_types: ['authorization_code', 'refresh_token'],
    backchannel_logout_uri: `http://localhost:${port}/backchannel-logout`,
    backchannel_logout_session_required: true,
    vigil_watch: 'optional'
  }
}

/** For `vigil replay`: nobody is behind the address, the player stops there. */
const replay = {
  client_id: 'replay',
  client_name: 'Replay',
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/replay'],
  token_endpoint_auth_method: 'none'
}
