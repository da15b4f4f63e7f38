// Whether the attestation of a new passkey shows that its key lives in hardware: its certificates lead to a maker whom the operator trusts. Without
// that anybody can sign a statement about their own software, so nothing less counts (W3C Web Authentication Level 3 §7.1 steps 23 and 24).

import { X509Certificate } from 'node:crypto'

/** Formats that keep the key where it cannot be copied from; `apple` and `none` say nothing of the kind. */
const hardwareFormats: ReadonlySet<string> = new Set(['packed', 'tpm', 'android-key', 'fido-u2f'])

/**
 * `attestationObject` has been verified already, statement and signature. `roots` are PEM certificates, `now` is in seconds since the epoch.
 */
export async function showsHardware(
  attestationObject: Uint8Array,
  roots: readonly string[],
  now: number
): Promise<boolean> {
  if (roots.length === 0) return false
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers')
  const decoded = decodeAttestationObject(new Uint8Array(attestationObject))
  const chain = decoded.get('attStmt').get('x5c')
  if (!hardwareFormats.has(decoded.get('fmt')) || !Array.isArray(chain) || chain.length === 0) return false
  try {
    return leadsTo(
      chain.map((der) => new X509Certificate(Buffer.from(der))),
      roots.map((pem) => new X509Certificate(pem)),
      now
    )
  } catch {
    return false
  }
}

/** Each certificate is signed by the next, the last by a root; all are in their time. */
function leadsTo(chain: readonly X509Certificate[], roots: readonly X509Certificate[], now: number): boolean {
  const inTime = ({ validFromDate, validToDate }: X509Certificate): boolean =>
    validFromDate.getTime() <= now * 1000 && now * 1000 <= validToDate.getTime()
  const signedBy = (one: X509Certificate, issuer: X509Certificate): boolean =>
    one.checkIssued(issuer) && one.verify(issuer.publicKey)
  if (!chain.every(inTime)) return false
  if (!chain.slice(1).every((issuer, index) => issuer.ca && signedBy(chain[index]!, issuer))) return false
  const last = chain.at(-1)!
  return roots.some((root) => inTime(root) && (root.fingerprint256 === last.fingerprint256 || signedBy(last, root)))
}
