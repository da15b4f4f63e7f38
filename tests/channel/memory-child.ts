// A channel in a process with little memory, whose heart keeps a lot for each page. Prints its port; answers any request with the number of open
// sockets.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { memoryStorage } from '../../src/adapters/memory-storage.ts'
import { createAdmission } from '../../src/channel/admission.ts'
import { createChannel } from '../../src/channel/channel.ts'
import { createTickets } from '../../src/channel/tickets.ts'

const tickets = createTickets({
  key: new Uint8Array(32),
  used: memoryStorage().used,
  originsOf: () => Promise.resolve(['https://app.example']),
  now: () => Math.floor(Date.now() / 1000)
})
const quiet = (): void => undefined
/** Numbers that a page costs: 2 MB of heap. */
const numbers = 262_144

const channel = createChannel({
  admission: createAdmission({
    issuerOrigins: [],
    sessionOf: () => Promise.resolve(undefined),
    pageTokenKey: new Uint8Array(32),
    tickets,
    isLive: () => Promise.resolve(true)
  }),
  watch: {
    open: () => {
      let kept: number[] | undefined = Array.from({ length: numbers }, (_, n) => n + 0.5)
      return Promise.resolve({
        receive: () => Promise.resolve(),
        interrupted: quiet,
        resumed: () => Promise.resolve(),
        close() {
          kept?.splice(0)
          kept = undefined
        }
      })
    }
  },
  logger: { debug: quiet, info: quiet, error: quiet },
  limits: { heartbeatMs: 60_000 }
})

const server = createServer((request, response) => {
  const { ticket } = tickets.issue({ uid: request.url ?? '', accountId: request.url ?? '', clientId: 'app' })
  response.end(JSON.stringify({ ticket, connections: channel.connections }))
})
server.on('upgrade', (request, socket, head) => void channel.handleUpgrade(request, socket, head))
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
