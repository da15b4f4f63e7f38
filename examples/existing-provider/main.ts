// An existing provider with Vigil plugged in: `node --conditions=vigil-source examples/existing-provider/main.ts`.

import { startHost } from './host.ts'

const host = await startHost({
  clients: [
    {
      client_id: 'notes',
      redirect_uris: ['https://notes.example.test/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token']
    }
  ]
})
console.log(`Sign up: ${host.issuer}/signup`)
