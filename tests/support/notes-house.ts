// A stand-alone server and an application behind a real address, so that a browser comes back to something.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { type ServerOptions, startServer, type VigilServer } from '../../src/server.ts'
import { relyingParty, type RelyingParty } from './oidc.ts'

export interface NotesHouse {
  readonly server: VigilServer
  /** The application's; answers every request alike. */
  readonly redirectUri: string
  readonly application: RelyingParty
  close(): Promise<void>
}

export async function openNotesHouse(options: Partial<ServerOptions> = {}): Promise<NotesHouse> {
  const notes = createServer((_, answer) => answer.end('back'))
  await once(notes.listen(0, '127.0.0.1'), 'listening')
  const redirectUri = `http://127.0.0.1:${(notes.address() as AddressInfo).port}/callback`
  const server = await startServer({
    port: 0,
    secret: randomBytes(48).toString('base64url'),
    database: 'memory://',
    clients: [
      {
        client_id: 'notes',
        client_name: 'Notes',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'none'
      }
    ],
    administratorName: 'nobody',
    logger: pino({ level: 'silent' }),
    ...options
  })
  return {
    server,
    redirectUri,
    application: await relyingParty(server.issuer, { clientId: 'notes', redirectUri }),
    async close() {
      await server.close()
      notes.close()
    }
  }
}
