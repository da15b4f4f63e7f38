// The signing keys as oidc-provider takes them. It reads its keys once, when it is made; these stand for whichever key has the role at the
// moment, so that a rotation needs no restart. What is published is answered here as well, for the same reason.

import { sign, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import Router from '@koa/router'
import { ExternalSigningKey, type default as Provider } from 'oidc-provider'
import { signingAlgorithms, type SigningAlgorithm, type SigningKey, type SigningKeys } from './signing-keys.ts'

/** For `jwks`, with `features.externalSigningSupport`. The first of an algorithm signs; the second checks what another one signed. */
export function signingSlots(keys: SigningKeys): ExternalSigningKey[] {
  return signingAlgorithms.flatMap((alg) => [
    new SigningSlot(keys, alg, () => keys.signing(alg)),
    new SigningSlot(keys, alg, () => keys.published().find((one) => one.alg === alg && one !== keys.signing(alg)))
  ])
}

/** `GET` on the address of the key set: what is published now. */
export function publishedKeys(provider: Provider, keys: SigningKeys): Router {
  return new Router().get(new URL(provider.urlFor('jwks')).pathname, (ctx) => {
    ctx.body = { keys: keys.published().map(({ publicJwk }) => publicJwk) }
    ctx.type = 'application/jwk-set+json; charset=utf-8'
  })
}

const signAsync = promisify(sign)

class SigningSlot extends ExternalSigningKey {
  readonly #keys: SigningKeys
  readonly #alg: SigningAlgorithm
  readonly #holder: () => SigningKey | undefined

  constructor(keys: SigningKeys, alg: SigningAlgorithm, holder: () => SigningKey | undefined) {
    super()
    this.#keys = keys
    this.#alg = alg
    this.#holder = holder
  }

  override get kid(): string {
    return this.#holder()?.kid ?? `${this.#alg}-vacant`
  }

  override get alg(): string {
    return this.#alg
  }

  /** The library wants the parts of a public key also from a place that nobody holds yet; no token names that place. */
  override keyObject(): KeyObject {
    return (this.#holder() ?? this.#keys.signing(this.#alg)).publicKey
  }

  /** With the key that the token names already: between the naming and this another one may have begun to sign. */
  override sign(data: Uint8Array): Promise<Uint8Array> {
    const kid = kidIn(data)
    const named = this.#keys.published().find((one) => one.alg === this.#alg && one.kid === kid)
    const { privateKey } = named ?? this.#keys.signing(this.#alg)
    return signAsync('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
  }
}

/** Of the protected header, with which the signing input begins (RFC 7515 §5.1). */
function kidIn(data: Uint8Array): string | undefined {
  const header = Buffer.from(data.subarray(0, data.indexOf(0x2e))).toString('latin1')
  return (JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as { kid?: string }).kid
}
