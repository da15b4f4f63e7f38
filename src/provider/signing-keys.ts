// The provider's own signing keys: made at the first start, stored sealed, the same ever after. RS256 because OpenID Connect Core §15.1
// requires it, ES256 for those who choose.

import { type JWK, exportJWK, generateKeyPair } from 'jose'
import { VigilError } from '../errors.ts'
import { seal, unseal } from '../secrets.ts'
import type { KeyStore } from './ports.ts'

const name = 'signing-keys'

/** A JWK set with private keys. Throws `secret_weak` when SECRET_KEY is not the one that sealed them. */
export async function signingKeys(store: KeyStore, key: Uint8Array): Promise<{ keys: JWK[] }> {
  const sealed = (await store.get(name)) ?? (await store.put(name, seal(key, await newKeys(), name)))
  try {
    return JSON.parse(Buffer.from(unseal(key, sealed, name)).toString('utf8')) as { keys: JWK[] }
  } catch (cause) {
    throw new VigilError('secret_weak', 'SECRET_KEY is not the one that this database was made with', { cause })
  }
}

async function newKeys(): Promise<Uint8Array> {
  const keys = await Promise.all(['RS256', 'ES256'].map(newKey))
  return Buffer.from(JSON.stringify({ keys }))
}

async function newKey(alg: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: `${alg}-${crypto.randomUUID()}` }
}
