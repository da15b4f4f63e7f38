// The passkeys of the stand-alone provider's people: making, checking, naming and removing them, by the ceremonies of W3C Web Authentication
// Level 3 §7. They are discoverable and verify their user, always; the site they belong to is the issuer's host.

import { Buffer } from 'node:buffer'
import { isIP } from 'node:net'
import type * as WebAuthn from '@simplewebauthn/server'
import type {
  AuthenticationResponseJSON,
  RegistrationResponseJSON,
  VerifiedRegistrationResponse
} from '@simplewebauthn/server'
import type { PasskeyChecker } from '../../challenge/passkey.ts'
import { VigilError } from '../../errors.ts'
import type { AuditLog } from '../../ports.ts'
import { byAddress, giveBack, takeAll } from '../accounts/attempts.ts'
import type { Limiter, Visitor } from '../accounts/attempts.ts'
import type { Doer, FactorChange, FactorRecords, KeptPasskey } from './factor-records.ts'
import { showsHardware } from './attestation.ts'
import type { RecoveryCodes } from './recovery.ts'

/** A passkey as its owner sees it. Times are seconds since the epoch. */
export interface PasskeySummary {
  readonly id: string
  readonly name: string
  readonly since: number
  readonly usedAt?: number
  readonly synced: boolean
  readonly hardware: boolean
}

export interface Passkeys extends PasskeyChecker<Visitor> {
  /** False where the issuer's host cannot have any: an IP address is no relying party (§5.1.2). */
  readonly possible: boolean
  list(accountId: string): Promise<readonly PasskeySummary[]>
  /** What a page hands to `navigator.credentials.create`, and the challenge in it. */
  offer(person: { readonly id: string; readonly username: string }): Promise<PasskeyOffer>
  /**
   * Keeps the passkey that answers the challenge. Returns recovery codes, to be shown once, where the person had none. Throws
   * `passkey_invalid`.
   */
  enrol(who: Doer, challenge: string, passkey: string, name: string): Promise<readonly string[] | undefined>
  /** Throws `not_found`. An empty name is the one that it had without one. */
  rename(who: Doer, id: string, name: string): Promise<void>
  /** Throws `not_found`. The last one takes the recovery codes with it, unless there is an app. */
  remove(who: Doer, id: string): Promise<void>
  /** The account that a passkey says it belongs to; nothing is believed of it before it is verified. */
  accountOf(passkey: string): string | undefined
}

export interface PasskeyOffer {
  readonly challenge: string
  readonly options: Readonly<Record<string, unknown>>
}

export interface PasskeysOptions {
  readonly records: FactorRecords
  readonly recovery: RecoveryCodes
  readonly audit: AuditLog
  readonly issuer: string
  changed?(accountId: string, change: FactorChange): void
  /** Failures from one address. */
  readonly addresses: Limiter
  /** PEM certificates of makers of authenticators: a passkey whose attestation leads to one is known to live in hardware. */
  readonly attestationRoots?: readonly string[] | undefined
  /** Seconds since the epoch. */
  readonly now: () => number
}

/** How many a person can have: more is somebody filling the record. */
export const mostPasskeys = 20
export const passkeyNameLength = 64
/** A page waits as long as the challenge lives, in milliseconds. */
const timeout = 10 * 60_000

/** COSE names of Ed25519, ES256 and RS256: what authenticators can do. */
const supportedAlgorithmIDs = [-8, -7, -257]

export function createPasskeys(options: PasskeysOptions): Passkeys {
  const { records, recovery, audit, addresses, attestationRoots = [], now } = options
  const { hostname, origin } = new URL(options.issuer)
  const possible = isIP(hostname.replaceAll(/[[\]]/g, '')) === 0

  async function kept(accountId: string): Promise<readonly KeptPasskey[]> {
    return (await records.read(accountId)).passkeys ?? []
  }

  /** The key that signed the challenge, as it is to be kept from now on. */
  async function signed(
    { accountId, challenge }: { readonly accountId: string; readonly challenge: string },
    response: AuthenticationResponseJSON
  ): Promise<KeptPasskey | undefined> {
    const present = (await kept(accountId)).find(({ id }) => id === response.id)
    // The handle is part of what a discoverable key says of itself (§7.2 step 6).
    if (!present || (response.response.userHandle && handleOf(response) !== accountId)) return undefined
    const { verifyAuthenticationResponse } = await library()
    try {
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: origin,
        expectedRPID: hostname,
        requireUserVerification: true,
        credential: {
          id: present.id,
          publicKey: new Uint8Array(Buffer.from(present.publicKey, 'base64url')),
          counter: present.counter
        }
      })
      return verified ? { ...present, counter: authenticationInfo.newCounter, usedAt: now() } : undefined
    } catch {
      // The library throws for every check that fails, and for whatever a stranger sends in place of an answer.
      return undefined
    }
  }

  /** Once a counter has been seen, it rises (§6.1.1); of two answers with the same, one counts. */
  async function counted(accountId: string, next: KeptPasskey): Promise<boolean> {
    return records.change(accountId, (content) => {
      const before = content.passkeys?.find(({ id }) => id === next.id)
      if (!before || (next.counter > 0 && next.counter <= before.counter)) return undefined
      return { ...content, passkeys: content.passkeys!.map((one) => (one === before ? { ...one, ...next } : one)) }
    })
  }

  async function registered(challenge: string, passkey: string): Promise<KeptPasskey> {
    const { verifyRegistrationResponse } = await library()
    let result: VerifiedRegistrationResponse
    try {
      result = await verifyRegistrationResponse({
        response: JSON.parse(passkey) as RegistrationResponseJSON,
        expectedChallenge: challenge,
        expectedOrigin: origin,
        expectedRPID: hostname,
        requireUserVerification: true,
        supportedAlgorithmIDs
      })
    } catch (cause) {
      throw new VigilError('passkey_invalid', undefined, { cause })
    }
    if (!result.verified) throw new VigilError('passkey_invalid', 'the attestation does not hold')
    const { credential, credentialDeviceType, attestationObject } = result.registrationInfo
    const synced = credentialDeviceType === 'multiDevice'
    return {
      id: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports: (credential.transports ?? []).filter((one) => typeof one === 'string').slice(0, 8),
      name: '',
      since: now(),
      synced,
      hardware: !synced && (await showsHardware(attestationObject, attestationRoots, now()))
    }
  }

  return {
    possible,

    async list(accountId) {
      const all = await kept(accountId)
      return all.map(({ id, name, since, usedAt, synced, hardware }) => ({
        id,
        name,
        since,
        synced,
        hardware,
        ...(usedAt !== undefined && { usedAt })
      }))
    },

    has: async (accountId) => possible && (await kept(accountId)).length > 0,

    async begin(accountId) {
      const { generateAuthenticationOptions } = await library()
      const known = accountId === '' ? [] : await kept(accountId)
      const { challenge, ...rest } = await generateAuthenticationOptions({
        rpID: hostname,
        userVerification: 'required',
        timeout,
        allowCredentials: known.map(({ id, transports }) => ({ id, transports: [...transports] }))
      })
      return { challenge, options: { challenge, ...rest } }
    },

    async verify(state, passkey, from) {
      // No limit for an account: nobody guesses a signature, and a limit would let strangers shut its owner out.
      const attempts = byAddress(addresses, from)
      await takeAll(attempts)
      const response = responseOf(passkey)
      const next = response && (await signed(state, response))
      const passed = next !== undefined && (await counted(state.accountId, next))
      if (!passed) return undefined
      await giveBack(attempts)
      return [next.hardware ? 'hwk' : 'swk', 'user']
    },

    accountOf(passkey) {
      const response = responseOf(passkey)
      return response?.response.userHandle ? handleOf(response) : undefined
    },

    async offer({ id, username }) {
      const { generateRegistrationOptions } = await library()
      const present = await kept(id)
      const { challenge, ...rest } = await generateRegistrationOptions({
        rpName: hostname,
        rpID: hostname,
        userName: username,
        userDisplayName: username,
        userID: new Uint8Array(Buffer.from(id)),
        timeout,
        supportedAlgorithmIDs,
        // Asking for more than will be looked at only makes browsers ask people about it.
        attestationType: attestationRoots.length > 0 ? 'direct' : 'none',
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        excludeCredentials: present.map((one) => ({ id: one.id, transports: [...one.transports] }))
      })
      return { challenge, options: { challenge, ...rest } }
    },

    async enrol({ accountId, sessionUid }, challenge, passkey, name) {
      if (!possible) throw new VigilError('passkey_invalid', 'the issuer is an IP address')
      const made = { ...(await registered(challenge, passkey)), name: tidyName(name) }
      const fresh = recovery.make(accountId)
      let codes: readonly string[] | undefined
      await records.change(accountId, (content) => {
        const present = content.passkeys ?? []
        if (present.some(({ id }) => id === made.id)) throw new VigilError('passkey_invalid', 'it is here already')
        if (present.length >= mostPasskeys) throw new VigilError('passkey_invalid', `there are ${mostPasskeys} already`)
        const none = (content.recovery ?? []).length === 0
        codes = none ? fresh.codes : undefined
        return { ...content, passkeys: [...present, made], ...(none && { recovery: fresh.hashes }) }
      })
      const data = { factor: 'passkey', name: made.name, synced: made.synced, hardware: made.hardware }
      await audit.append({ type: 'factor.enrolled', accountId, sessionUid, data })
      options.changed?.(accountId, 'passkey_added')
      return codes
    },

    async rename({ accountId, sessionUid }, id, name) {
      const renamed = await records.change(accountId, ({ passkeys = [], ...rest }) =>
        passkeys.some((one) => one.id === id)
          ? { ...rest, passkeys: passkeys.map((one) => (one.id === id ? { ...one, name: tidyName(name) } : one)) }
          : undefined
      )
      if (!renamed) throw new VigilError('not_found', 'no such passkey of this person')
      await audit.append({ type: 'factor.renamed', accountId, sessionUid, data: { factor: 'passkey' } })
    },

    async remove({ accountId, sessionUid }, id) {
      const removed = await records.change(accountId, ({ passkeys = [], recovery: codes, ...rest }) => {
        const left = passkeys.filter((one) => one.id !== id)
        if (left.length === passkeys.length) return undefined
        const stays = codes !== undefined && (left.length > 0 || rest.totp !== undefined)
        return { ...rest, ...(left.length > 0 && { passkeys: left }), ...(stays && { recovery: codes }) }
      })
      if (!removed) throw new VigilError('not_found', 'no such passkey of this person')
      await audit.append({ type: 'factor.removed', accountId, sessionUid, data: { factor: 'passkey' } })
      options.changed?.(accountId, 'passkey_removed')
    }
  }
}

/** Loaded by whoever needs it first: it brings a whole certificate library along, and most starts sign nobody in. */
function library(): Promise<typeof WebAuthn> {
  return import('@simplewebauthn/server')
}

function responseOf(passkey: string): AuthenticationResponseJSON | undefined {
  let given: unknown
  try {
    given = JSON.parse(passkey)
  } catch {
    return undefined
  }
  const { id, response } = (given ?? {}) as { id?: unknown; response?: { userHandle?: unknown } | null }
  if (typeof id !== 'string' || typeof response !== 'object' || response === null) return undefined
  if (response.userHandle !== undefined && typeof response.userHandle !== 'string') return undefined
  return given as AuthenticationResponseJSON
}

function handleOf({ response }: AuthenticationResponseJSON): string {
  return Buffer.from(response.userHandle ?? '', 'base64url').toString('utf8')
}

/** What people call it; never empty, without what cannot be seen. */
function tidyName(name: string): string {
  const tidy = name.normalize('NFKC').replaceAll(/\p{C}/gu, '').trim()
  return Array.from(tidy).slice(0, passkeyNameLength).join('') || 'Passkey'
}
