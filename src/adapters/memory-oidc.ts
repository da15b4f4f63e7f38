// The records of oidc-provider in a Map, one for all models, so that a grant can be revoked across them.

import { errors } from 'oidc-provider'
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

export interface MemoryOidcOptions {
  /** Seconds since the epoch. */
  readonly now: () => number
  /** True for the uid of a session that was ended. */
  readonly isBuried: (uid: string) => boolean
  /** Where the records stand, by model and id. */
  readonly rows: Map<string, OidcRow>
}

export interface OidcRow {
  readonly model: string
  readonly payload: AdapterPayload
  readonly expiresAt: number
}

const sweepEvery = 1000

export function memoryOidc({ now, isBuried, rows }: MemoryOidcOptions): AdapterFactory {
  let upserts = 0
  return (model) => memoryAdapter(model)

  function memoryAdapter(model: string): Adapter {
    const keyOf = (id: string) => `${model}:${id}`
    return {
      async upsert(id, payload, expiresInSeconds) {
        if (isDead(model, payload)) return
        if (++upserts % sweepEvery === 0) sweep()
        const consumed: unknown = rows.get(keyOf(id))?.payload.consumed ?? payload.consumed
        rows.set(keyOf(id), {
          model,
          payload: structuredClone(consumed === undefined ? payload : { ...payload, consumed }),
          expiresAt: expiresInSeconds === undefined ? Infinity : now() + expiresInSeconds
        })
      },
      async find(id) {
        return read(rows.get(keyOf(id)))
      },
      async findByUserCode(userCode) {
        return newest((row) => row.model === model && row.payload.userCode === userCode)
      },
      async findByUid(uid) {
        return newest((row) => row.model === model && row.payload.uid === uid)
      },
      async consume(id) {
        const row = rows.get(keyOf(id))
        if (row === undefined || row.payload.consumed !== undefined) throw new errors.InvalidGrant('already used')
        row.payload.consumed = now()
      },
      async destroy(id) {
        rows.delete(keyOf(id))
      },
      async revokeByGrantId(grantId) {
        for (const [key, row] of rows) if (row.model === model && row.payload.grantId === grantId) rows.delete(key)
      }
    }
  }

  function isDead(model: string, payload: AdapterPayload): boolean {
    return model === 'Session' && payload.uid !== undefined && isBuried(payload.uid)
  }

  function read(row: OidcRow | undefined): AdapterPayload | undefined {
    if (row === undefined || row.expiresAt <= now() || isDead(row.model, row.payload)) return undefined
    return structuredClone(row.payload)
  }

  function newest(matches: (row: OidcRow) => boolean): AdapterPayload | undefined {
    return read([...rows.values()].findLast(matches))
  }

  function sweep(): void {
    for (const [key, row] of rows) if (row.expiresAt <= now()) rows.delete(key)
  }
}
