// What a client is told of a session beside its level: methods, with a name for watched behaviour where the client asked for one, and the risk
// where it may know it.

import type { SessionStanding } from '../sessions/session-standing.ts'
import { vigilMetadata } from '../requests/client-metadata.ts'

/**
 * RFC 8176 values of what passed. A client that opted in (`vigil_amr`) finds its own URI among them while the session is watched and
 * nothing speaks against the person; it counts for no level.
 */
export function toldAmr(standing: SessionStanding, client: object | undefined): string[] {
  const { vigil_amr: own } = vigilMetadata(client)
  return own !== undefined && vouchedFor(standing) ? [...standing.amr, own] : [...standing.amr]
}

/** The methods of an earlier time, without the client's own URI where it is not true any more. */
export function stillToldAmr(amr: readonly string[], standing: SessionStanding, client: object | undefined): string[] {
  const { vigil_amr: own } = vigilMetadata(client)
  return own === undefined || vouchedFor(standing) ? [...amr] : amr.filter((method) => method !== own)
}

export function toldRisk({ risk }: SessionStanding, client: object | undefined): { risk_level?: string } {
  return vigilMetadata(client).vigil_risk_level === false ? {} : { risk_level: risk }
}

function vouchedFor({ watch, risk, record }: SessionStanding): boolean {
  return watch === 'watched' && risk === 'LOW' && record.cap === undefined
}
