// One request as a browser makes it when somebody follows a link. `fetch` says of itself that a script sent it (`Sec-Fetch-Mode: cors`),
// and parties that answer scripts with 401 instead of a redirect then do so.

import { request } from 'node:http'

export function navigate(url: URL, { method = 'GET', headers, body }: RequestInit): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method,
        headers: {
          ...Object.fromEntries(new Headers(headers)),
          'sec-fetch-mode': 'navigate',
          'sec-fetch-dest': 'document'
        }
      },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          const received = new Headers()
          for (let i = 0; i < answer.rawHeaders.length; i += 2) {
            received.append(answer.rawHeaders[i]!, answer.rawHeaders[i + 1]!)
          }
          const status = answer.statusCode ?? 0
          resolve(new Response(status === 204 ? null : Buffer.concat(chunks), { status, headers: received }))
        })
      }
    )
    sent.on('error', reject)
    // A form, or nothing.
    sent.end(body instanceof URLSearchParams ? body.toString() : undefined)
  })
}
