// Mail and links that a real deployment would send: the demo appends them to a file, one JSON line each.

import { appendFileSync } from 'node:fs'

export interface OutboxLine {
  readonly to: string
  readonly subject: string
  readonly code?: string
  readonly link?: string
}

/** Does nothing where `VIGIL_OUTBOX` names no file. */
export function outbox(line: OutboxLine): void {
  const file = process.env['VIGIL_OUTBOX']
  if (file) appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 })
}
