// Puts Vigil's own paths before whatever a server already answers. A server's listeners are wrapped, not replaced: Koa composes its
// middleware when `callback()` is called, so that adding to the provider afterwards would do nothing.

import type { IncomingMessage, Server, ServerResponse } from 'node:http'

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** `owns` says which paths are Vigil's; everything else reaches the listeners that were there. Returns an undo. */
export function attachHttp(server: Server, owns: (pathname: string) => boolean, ours: Listener): () => void {
  const theirs = server.listeners('request') as Listener[]
  server.removeAllListeners('request')
  const dispatch: Listener = (request, response) => {
    if (owns(pathnameOf(request))) return ours(request, response)
    for (const listener of theirs) listener.call(server, request, response)
  }
  server.on('request', dispatch)
  return () => {
    server.off('request', dispatch)
    for (const listener of theirs) server.on('request', listener)
  }
}

/** Only the path counts; a target that is no URL belongs to nobody. */
export function pathnameOf(request: IncomingMessage): string {
  const target = request.url ?? '/'
  const query = target.search(/[?#]/)
  return query === -1 ? target : target.slice(0, query)
}
