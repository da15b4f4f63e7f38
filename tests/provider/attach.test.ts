// Vigil's own paths come before whatever a server answered before, and leave no trace when they go.

import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { attachHttp, pathnameOf } from '../../src/provider/attach-http.ts'

let server: Server
let heard: string[]
beforeEach(async () => {
  heard = []
  server = createServer((incoming, response) => {
    heard.push(incoming.url ?? '')
    response.end('theirs')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const owns = (pathname: string): boolean => pathname.startsWith('/vigil/')
const attach = () => attachHttp(server, owns, (_request, response) => void response.end('ours'))

/** Sends the target as it is: no URL parser tidies it up on the way. */
function answerTo(target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo
    request({ port, host: '127.0.0.1', path: target }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve(body))
    })
      .on('error', reject)
      .end()
  })
}

it.each([
  ['/vigil/agent.js', 'ours'],
  ['/vigil/agent.js?v=1', 'ours'],
  ['/vigil', 'theirs'],
  ['/vigilant/', 'theirs'],
  ['/', 'theirs'],
  ['/?/vigil/', 'theirs'],
  ['//vigil/agent.js', 'theirs'],
  ['/..%2fvigil/', 'theirs'],
  ['http://elsewhere.example.test/vigil/', 'theirs'],
  ['*', 'theirs']
])('%s is answered by %s', async (target, whose) => {
  attach()
  expect(await answerTo(target)).toBe(whose)
  expect(heard).toEqual(whose === 'theirs' ? [target] : [])
})

it('every listener that was there hears what is not ours, each once', async () => {
  const second: string[] = []
  server.on('request', (incoming: IncomingMessage) => second.push(incoming.url ?? ''))
  attach()
  await answerTo('/their/page')
  await answerTo('/vigil/page')
  expect([heard, second]).toEqual([['/their/page'], ['/their/page']])
})

it('goes without a trace', async () => {
  const before = server.listeners('request')
  const detach = attach()
  detach()
  expect(server.listeners('request')).toEqual(before)
  expect(await answerTo('/vigil/agent.js')).toBe('theirs')
})

it('two that are attached both answer, in the order of the last', async () => {
  attach()
  attachHttp(
    server,
    (pathname) => pathname === '/other',
    (_request, response) => void response.end('another’s')
  )
  expect(await answerTo('/other')).toBe('another’s')
  expect(await answerTo('/vigil/page')).toBe('ours')
  expect(await answerTo('/their/page')).toBe('theirs')
})

it.each([
  ['/a/b?c=/d', '/a/b'],
  ['/a#b?c', '/a'],
  ['?a', ''],
  [undefined, '/']
])('the path of %s is %s', (url, path) => {
  expect(pathnameOf({ url } as IncomingMessage)).toBe(path)
})
