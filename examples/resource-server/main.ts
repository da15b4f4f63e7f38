// `node --conditions=vigil-source examples/resource-server/main.ts ISSUER AUDIENCE`: an API on port 3002 (`PORT`) behind tokens of ISSUER, which
// must give JWT access tokens for AUDIENCE (oidc-provider's `resourceIndicators`).

import { startResourceServer } from './resource-server.ts'

const [issuer, audience] = process.argv.slice(2)
if (issuer === undefined || audience === undefined) {
  console.error('usage: main.ts ISSUER AUDIENCE, e.g. https://login.example.com https://api.example.com')
  process.exitCode = 2
} else {
  const port = Number(process.env['PORT'] ?? 3002)
  const { url } = await startResourceServer({ issuer, audience, port })
  console.log(`GET ${url}/balance takes a token; POST ${url}/payments takes a second factor of the last five minutes.`)
}
