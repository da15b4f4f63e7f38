// The provider's own signing keys: made at the first start, stored sealed, and replaced without a token that nobody can check. A new key is
// published for a while before it signs, and an old one stays published until what it signed has died. RS256 because OpenID Connect Core §15.1
// requires it, ES256 for those who choose.

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { type JWK, exportJWK, generateKeyPair } from 'jose'
import { VigilError } from '../../errors.ts'
import { seal, unseal } from '../../secrets.ts'
import type { KeyStore } from '../ports.ts'

export const signingAlgorithms = ['RS256', 'ES256'] as const
export type SigningAlgorithm = (typeof signingAlgorithms)[number]

/** Longer than relying parties keep a key set without looking again. */
const publishedAheadSeconds = 3600
/** Longer than any token lives that these keys sign, with room for clocks that differ. */
const livesOnSeconds = 2 * 3600
/** How often a process looks for what another one has rotated: far more often than keys are published ahead. */
export const refreshSeconds = 60

export interface SigningKeysOptions {
  readonly store: KeyStore
  /** 32 bytes that seal the keys. */
  readonly key: Uint8Array
  /** Seconds since the epoch. */
  readonly now: () => number
}

export interface SigningKey {
  readonly alg: SigningAlgorithm
  readonly kid: string
  /** Seconds since the epoch; 0 for the first. */
  readonly usedFrom: number
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly publicJwk: JWK
}

export interface SigningKeys {
  /** Those that a relying party must know now: of each algorithm the one that signs, the one before while its tokens live, and the next. */
  published(): readonly SigningKey[]
  /** The newest of its algorithm whose time has come. */
  signing(alg: SigningAlgorithm): SigningKey
  /**
   * Makes a new key of each algorithm and publishes it; from `usedFrom` on it signs. Throws `conflict` while the last rotation is not over: the
   * key before last would die under living tokens.
   */
  rotate(): Promise<{ readonly usedFrom: number }>
  /** Takes up what another process has rotated. */
  refresh(): Promise<void>
}

/** Throws `secret_weak` when SECRET_KEY is not the one that sealed them. */
export async function openSigningKeys({ store, key, now }: SigningKeysOptions): Promise<SigningKeys> {
  let generation = 1
  let keys = read(await firstGeneration(), generation)
  await refresh()

  /** Written once: whoever comes second takes what the first has made. */
  async function firstGeneration(): Promise<Uint8Array> {
    const found = await store.get(nameOf(1))
    return found ?? store.put(nameOf(1), sealed(await newKeys(0), 1))
  }

  function sealed(stored: readonly StoredKey[], number: number): Uint8Array {
    return seal(key, Buffer.from(JSON.stringify({ keys: stored })), nameOf(number))
  }

  function read(bytes: Uint8Array, number: number): readonly SigningKey[] {
    let stored: StoredKey[]
    try {
      stored = (JSON.parse(Buffer.from(unseal(key, bytes, nameOf(number))).toString('utf8')) as { keys: StoredKey[] })
        .keys
    } catch (cause) {
      throw new VigilError('secret_weak', 'SECRET_KEY is not the one that this database was made with', { cause })
    }
    return stored.map(keyOf)
  }

  async function refresh(): Promise<void> {
    for (;;) {
      const next = await store.get(nameOf(generation + 1))
      if (!next) return
      keys = read(next, ++generation)
    }
  }

  function published(): readonly SigningKey[] {
    return keys.filter((one) => {
      const successor = keys.find(({ alg, usedFrom }) => alg === one.alg && usedFrom > one.usedFrom)
      return !successor || now() < successor.usedFrom + livesOnSeconds
    })
  }

  return {
    published,
    signing: (alg) => keys.findLast((one) => one.alg === alg && one.usedFrom <= now())!,
    async rotate() {
      await refresh()
      const living = published()
      if (living.length > signingAlgorithms.length) {
        const since = Math.max(...living.map(({ usedFrom }) => usedFrom))
        const until = new Date((since + livesOnSeconds) * 1000).toISOString()
        throw new VigilError('conflict', `the last rotation of the signing keys is not over before ${until}`)
      }
      const usedFrom = now() + publishedAheadSeconds
      const stored = [...living.map(storedOf), ...(await newKeys(usedFrom))]
      const bytes = sealed(stored, generation + 1)
      const written = await store.put(nameOf(generation + 1), bytes)
      await refresh()
      if (!Buffer.from(written).equals(bytes)) {
        throw new VigilError('conflict', 'another process is rotating the signing keys')
      }
      return { usedFrom }
    },
    refresh
  }
}

/** A private JWK; `usedFrom` is missing in those of the first release. */
type StoredKey = JWK & { readonly usedFrom?: number }

function nameOf(generation: number): string {
  return generation === 1 ? 'signing-keys' : `signing-keys/${generation}`
}

async function newKeys(usedFrom: number): Promise<StoredKey[]> {
  return Promise.all(
    signingAlgorithms.map(async (alg) => {
      const { privateKey } = await generateKeyPair(alg, { extractable: true })
      return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: `${alg}-${crypto.randomUUID()}`, usedFrom }
    })
  )
}

function keyOf({ usedFrom = 0, ...jwk }: StoredKey): SigningKey {
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...publicJwk } = jwk
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
  return {
    alg: jwk.alg as SigningAlgorithm,
    kid: jwk.kid!,
    usedFrom,
    privateKey,
    publicKey: createPublicKey(privateKey),
    publicJwk
  }
}

function storedOf({ privateKey, publicJwk, usedFrom }: SigningKey): StoredKey {
  return { ...(privateKey.export({ format: 'jwk' }) as JWK), ...publicJwk, usedFrom }
}
