// Mail and links that a real deployment would send: the demo appends them to a file, one JSON line each.

import { appendFileSync } from 'node:fs'
import type { Mailer } from 'oidc-vigil/server'

export interface OutboxLine {
  readonly to: string
  readonly subject: string
  readonly code?: string
  readonly link?: string
}

/** Mail to people, printed and put into the same file; what a machine can use of it. */
export const outboxMailer: Mailer = {
  send({ to, subject, code, link }) {
    outbox({ to, subject, ...(code !== undefined && { code }), ...(link !== undefined && { link }) })
    const what = [code && `code ${code}`, link].filter(Boolean).join(', ')
    console.log(`Mail to ${to}: ${subject}${what && ` (${what})`}`)
    return Promise.resolve()
  }
}

/** Does nothing where `VIGIL_OUTBOX` names no file. */
export function outbox(line: OutboxLine): void {
  const file = process.env['VIGIL_OUTBOX']
  if (file) appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 })
}
