// `hwk` is said of a passkey only where its maker is one whom the operator trusts.

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { memoryStorage } from '../../../src/adapters/memory-storage.ts'
import { createFactors } from '../../../src/provider/factors/factors.ts'
import { maker } from '../../support/authenticator-maker.ts'
import { type Attesting, softPasskey } from '../../support/soft-passkey.ts'

const issuer = 'https://id.example.test'
const from = { address: '192.0.2.7' }
const attesting: Attesting = {
  fmt: 'packed',
  chain: [new X509Certificate(maker.certificate).raw],
  key: createPrivateKey(maker.key),
  aaguid: new Uint8Array(16)
}

/** What a passkey that was made so is worth at its next use. */
async function methods(
  attestationRoots: readonly string[],
  how: { readonly synced?: boolean; readonly attesting?: Attesting }
): Promise<readonly string[] | undefined> {
  const storage = memoryStorage()
  const { passkeys } = createFactors({
    ...storage,
    store: storage.factors,
    issuer,
    attestationRoots,
    key: Buffer.alloc(32, 3),
    logger: pino({ level: 'silent' })
  })
  const { challenge, options } = await passkeys.offer({ id: 'ana', username: 'ana' })
  expect(options['attestation']).toBe(attestationRoots.length > 0 ? 'direct' : 'none')
  const key = softPasskey(issuer, options, how)
  await passkeys.enrol({ accountId: 'ana', sessionUid: 's' }, challenge, key.created, '')
  const asked = await passkeys.begin('ana')
  return passkeys.verify({ accountId: 'ana', challenge: asked.challenge }, key.answer(asked.options), from)
}

test.each([
  ['attested by a maker who is trusted', [maker.root], { synced: false, attesting }, 'hwk'],
  ['attested by a maker whom nobody named', [], { synced: false, attesting }, 'swk'],
  ['attested by a root that bears the name and has another key', [maker.impostor], { synced: false, attesting }, 'swk'],
  ['attested, and able to be synced', [maker.root], { synced: true, attesting }, 'swk'],
  ['that attests nothing', [maker.root], { synced: false }, 'swk'],
  ['made when the operator’s list cannot be read', ['no certificate'], { synced: false, attesting }, 'swk']
] as const)('a passkey %s', async (_, roots, how, method) => {
  expect(await methods(roots, how)).toEqual([method, 'user'])
})

test('an attestation that its certificate did not sign is no passkey at all', async () => {
  const wrongKey: Attesting = { ...attesting, chain: [new X509Certificate(maker.root).raw] }
  await expect(methods([maker.root], { synced: false, attesting: wrongKey })).rejects.toMatchObject({
    code: 'passkey_invalid'
  })
})
