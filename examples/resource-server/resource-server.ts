// An API as an application team would write it, on plain node:http with Vigil's guard before each route: reading the balance takes a token,
// sending money takes a second factor of the last five minutes. It never talks to the provider about a single token: it checks the signature, and
// reads the revocation feed.

import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuard, jwtTokens } from 'oidc-vigil/relying-party'

export interface ResourceServerOptions {
  readonly issuer: string
  /** How the provider knows the API: `aud` of its tokens. */
  readonly audience: string
  /** Default 3002; 0 = any free port. */
  readonly port?: number
}

export interface ResourceServer {
  readonly url: string
  readonly server: Server
  close(): void
}

export async function startResourceServer({
  issuer,
  audience,
  port = 3002
}: ResourceServerOptions): Promise<ResourceServer> {
  const guard = createGuard({
    tokens: jwtTokens({ issuer, audience, revocations: { intervalSeconds: 1 } })
  })
  const routes: Readonly<Record<string, RequestListener>> = {
    'GET /balance': guard.node({ scope: ['read'] }, (_request, response, { subject }) => {
      send(response, { owner: subject, balance: 1200 })
    }),
    'POST /payments': guard.node(
      { scope: ['read'], acr: 'urn:vigil:loa:2', maxAge: 300 },
      (_request, response, token) => {
        send(response, { sent: true, by: token.subject, proved: token.amr })
      }
    )
  }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://here')
    const route = routes[`${request.method} ${pathname}`]
    if (route) route(request, response)
    else response.writeHead(404).end()
  })
  server.listen(port)
  await once(server, 'listening')
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    server,
    close() {
      server.closeAllConnections()
      server.close()
    }
  }
}

function send(response: Parameters<RequestListener>[1], body: Readonly<Record<string, unknown>>): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(body))
}
