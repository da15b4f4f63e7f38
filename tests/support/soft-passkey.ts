// An authenticator in software, as a browser answers for it: makes passkeys and signs with them, and can be told to misbehave. W3C Web
// Authentication Level 3 §6.1 (authenticator data) and §6.5 (attestation).

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'
import { formsOf, type Page } from '../provider/visitor.ts'

/** What one ceremony does otherwise than it should. */
export interface Quirks {
  readonly origin?: string
  readonly rpId?: string
  readonly challenge?: string
  readonly userVerified?: boolean
  /** Of the key, said instead of the next number. */
  readonly counter?: number
  readonly userHandle?: string
}

export interface SoftPasskey {
  readonly id: string
  /** JSON of what `navigator.credentials.create` gives. */
  readonly created: string
  /** JSON of what `navigator.credentials.get` gives for these options. */
  answer(options: Readonly<Record<string, unknown>>, quirks?: Quirks): string
}

export interface Attesting {
  readonly fmt: 'packed'
  /** DER, the one that signs first. */
  readonly chain: readonly Uint8Array[]
  readonly key: KeyObject
  readonly aaguid: Uint8Array
}

/** What `data-options` of the passkey form on a page says, and the fields of the form. */
export function passkeyFormOn(page: Page): {
  options: Readonly<Record<string, unknown>>
  fields: Readonly<Record<string, string>>
} {
  const escaped = /data-options="([^"]*)"/.exec(page.text)?.[1] ?? ''
  const options = JSON.parse(escaped.replaceAll('&quot;', '"').replaceAll('&amp;', '&')) as Record<string, unknown>
  return { options, fields: formsOf(page).find(({ fields }) => 'passkey' in fields)!.fields }
}

/** A passkey for the options of a registration. */
export function softPasskey(
  origin: string,
  options: Readonly<Record<string, unknown>>,
  how: Quirks & { readonly synced?: boolean; readonly counts?: boolean; readonly attesting?: Attesting } = {}
): SoftPasskey {
  const { rp, user, challenge } = options as { rp: { id: string }; user: { id: string }; challenge: string }
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(16)
  let counter = 0
  const synced = how.synced ?? true
  const counts = how.counts ?? !synced

  function authenticatorData(quirks: Quirks, attested?: Uint8Array): Buffer {
    const flags = 0x01 | (quirks.userVerified === false ? 0 : 0x04) | (synced ? 0x18 : 0) | (attested ? 0x40 : 0)
    const count = Buffer.alloc(4)
    count.writeUInt32BE(quirks.counter ?? (counts ? ++counter : 0))
    const rpIdHash = createHash('sha256')
      .update(quirks.rpId ?? rp.id)
      .digest()
    return Buffer.concat([rpIdHash, Buffer.of(flags), count, attested ?? Buffer.alloc(0)])
  }

  function clientData(type: string, asked: string, quirks: Quirks): Buffer {
    const said = { type, challenge: quirks.challenge ?? asked, origin: quirks.origin ?? origin, crossOrigin: false }
    return Buffer.from(JSON.stringify(said))
  }

  const wrapped = (response: Readonly<Record<string, unknown>>): string =>
    JSON.stringify({ id: text(id), rawId: text(id), type: 'public-key', response, clientExtensionResults: {} })

  const { x, y } = publicKey.export({ format: 'jwk' })
  const cose = isoCBOR.encode(
    new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x!, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y!, 'base64url'))]
    ])
  )
  const aaguid = how.attesting?.aaguid ?? new Uint8Array(16)
  const data = authenticatorData(how, Buffer.concat([aaguid, Buffer.of(0, id.length), id, cose]))
  const said = clientData('webauthn.create', challenge, how)
  const statement = new Map<string, unknown>()
  if (how.attesting) {
    const signed = Buffer.concat([data, createHash('sha256').update(said).digest()])
    statement.set('alg', -7)
    statement.set('sig', new Uint8Array(sign('sha256', signed, how.attesting.key)))
    statement.set(
      'x5c',
      how.attesting.chain.map((der) => new Uint8Array(der))
    )
  }
  const attestation = new Map<string, unknown>([
    ['fmt', how.attesting?.fmt ?? 'none'],
    ['attStmt', statement],
    ['authData', new Uint8Array(data)]
  ])
  return {
    id: text(id),
    created: wrapped({
      clientDataJSON: text(said),
      attestationObject: text(isoCBOR.encode(attestation as Parameters<typeof isoCBOR.encode>[0])),
      transports: ['internal']
    }),
    answer(asked, quirks = {}) {
      const authData = authenticatorData(quirks)
      const signedData = clientData('webauthn.get', String(asked['challenge']), quirks)
      const hash = createHash('sha256').update(signedData).digest()
      return wrapped({
        clientDataJSON: text(signedData),
        authenticatorData: text(authData),
        signature: text(sign('sha256', Buffer.concat([authData, hash]), privateKey)),
        userHandle: quirks.userHandle ?? user.id
      })
    }
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
