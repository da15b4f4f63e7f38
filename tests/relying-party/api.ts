// An API behind the guard, three times: on Koa, on Express and on plain node:http. Tests call each over real sockets.

import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import Koa from 'koa'
import type { Guard, Requirement } from '../../src/relying-party/index.ts'

export interface Api {
  readonly url: string
  close(): void
}

export type Kind = 'koa' | 'express' | 'node'
export const kinds = ['koa', 'express', 'node'] as const

/** Answers a request that was let through with who it came from. */
export async function startApi(kind: Kind, guard: Guard, requirement: Requirement): Promise<Api> {
  const server = createServer(listenerOf(kind, guard, requirement))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: urlOf(server), close: () => (server.closeAllConnections(), server.close()) }
}

function listenerOf(kind: Kind, guard: Guard, requirement: Requirement): RequestListener {
  if (kind === 'koa') {
    const answer = new Koa()
      .use(guard.koa(requirement))
      .use((ctx) => void (ctx.body = { hello: guard.tokenOf(ctx.req).subject }))
      .callback()
    return (request, response) => void answer(request, response)
  }
  if (kind === 'express') {
    const app = express()
    app.use('/', guard.express(requirement), (request, response) => {
      response.json({ hello: guard.tokenOf(request).subject })
    })
    return app
  }
  return guard.node(requirement, (_request, response, { subject }) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ hello: subject }))
  })
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/money?from=ana`
}
