// Everything that must stay secret is derived from one secret of the operator, one key per purpose, so that a key that leaks in one
// place opens nothing elsewhere (HKDF-SHA-256, RFC 5869).

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual
} from 'node:crypto'
import { VigilError } from './errors.ts'

/** What keys are for. A purpose is part of the derivation: never rename one that has protected data. */
export type KeyPurpose =
  | 'challenges'
  | 'cookies'
  | 'factors'
  | 'forms'
  | 'login-templates'
  | 'page-token'
  | 'profiles'
  | 'signing-keys'
  | 'sign-up'
  | 'sketches'
  | 'tickets'

export type DeriveKey = (purpose: KeyPurpose) => Uint8Array

const known = /^(change.?me|default|secret|password|example|test|dev|development|vigil|insecure|please)/i
const minimumLength = 32

/** Refuses secrets that protect nothing; returns the derivation otherwise. */
export function keysFrom(secret: string): DeriveKey {
  if (secret.length < minimumLength) {
    throw new VigilError(
      'secret_weak',
      `SECRET_KEY must have at least ${minimumLength} characters, got ${secret.length}`
    )
  }
  if (known.test(secret) || new Set(secret).size < 10) {
    throw new VigilError('secret_weak', 'SECRET_KEY must be random; make one with: openssl rand -base64 48')
  }
  return (purpose) => new Uint8Array(hkdfSync('sha256', secret, '', `oidc-vigil/v1/${purpose}`, 32))
}

/** AES-256-GCM; layout: 1 byte version, 12 bytes nonce, 16 bytes tag, ciphertext. `binding` must be the same to open it. */
export function seal(key: Uint8Array, plain: Uint8Array, binding: string): Uint8Array {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', prepared(key), nonce).setAAD(Buffer.from(binding))
  const body = [cipher.update(plain), cipher.final()]
  return joined([Uint8Array.of(sealVersion), nonce, cipher.getAuthTag(), ...body])
}

/** Throws an Error when one bit or the binding differs. */
export function unseal(key: Uint8Array, sealed: Uint8Array, binding: string): Uint8Array {
  if (sealed.length < 29 || sealed[0] !== sealVersion) throw new Error('not a sealed record of this version')
  const decipher = createDecipheriv('aes-256-gcm', prepared(key), sealed.subarray(1, 13))
    .setAAD(Buffer.from(binding))
    .setAuthTag(sealed.subarray(13, 29))
  return joined([decipher.update(sealed.subarray(29)), decipher.final()])
}

const sealVersion = 1

/** In memory of its own: a few hundred bytes of Node's pool would keep all 64 kB of it for as long as somebody keeps them. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Base64url HMAC-SHA-256 of `text`. */
export function sign(key: Uint8Array, text: string): string {
  return createHmac('sha256', prepared(key)).update(text).digest('base64url')
}

// Node imports a key that comes as bytes anew each time, which costs ten times what signing a line does. Keys are derived once and not written to.
function prepared(key: Uint8Array): KeyObject {
  const present = keyObjects.get(key)
  if (present) return present
  const made = createSecretKey(key)
  keyObjects.set(key, made)
  return made
}

const keyObjects = new WeakMap<Uint8Array, KeyObject>()

/** Compares two strings in time that does not depend on where they differ. */
export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
