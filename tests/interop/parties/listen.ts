// A web server of a party, on the port that it was given.

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'

export async function listen(listener: RequestListener, port: number): Promise<() => Promise<void>> {
  const server = createServer(listener)
  server.listen(port)
  await once(server, 'listening')
  return async () => {
    server.close()
    server.closeAllConnections()
  }
}
