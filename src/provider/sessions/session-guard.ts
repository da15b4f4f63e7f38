// Keeps ended sessions dead. oidc-provider loads the session at the start of a request and saves all of it at the end: a request in
// flight while the session is destroyed would write it back. This stands between the library and the host's own adapter and
// asks the tombstones.

import type { Adapter, AdapterConstructor, AdapterFactory, AdapterPayload } from 'oidc-provider'
import type { TombstoneStore } from '../../ports.ts'

/** What oidc-provider takes as `adapter`. */
export type HostAdapter = AdapterConstructor | AdapterFactory

/**
 * The host's adapter, with a `Session` model in which a session that has a tombstone cannot be found, and cannot be saved. Every
 * other model is the host's own, untouched. Whoever ends a session sets the tombstone first and destroys the session after.
 */
export function guardSessions(adapter: HostAdapter, tombstones: TombstoneStore): AdapterFactory {
  const open = adapterFactory(adapter)
  if (guarded.get(open) === tombstones) return open
  return (name) => (name === 'Session' ? guard(open(name), tombstones) : open(name))
}

/** A class or a factory as a factory, told apart as oidc-provider does: what has a prototype is constructed. */
export function adapterFactory(adapter: HostAdapter): AdapterFactory {
  return isConstructor(adapter) ? (name) => new adapter(name) : adapter
}

/** Notes that this adapter asks these tombstones by itself (in the same statement, say), so that nobody asks them twice. */
export function declareGuarded(adapter: AdapterFactory, tombstones: TombstoneStore): AdapterFactory {
  guarded.set(adapter, tombstones)
  return adapter
}

const guarded = new WeakMap<AdapterFactory, TombstoneStore>()

function isConstructor(adapter: HostAdapter): adapter is AdapterConstructor {
  return typeof adapter.prototype === 'object' && adapter.prototype !== null
}

function guard(host: Adapter, tombstones: TombstoneStore): Adapter {
  async function living(found: AdapterPayload | undefined | void): Promise<AdapterPayload | undefined> {
    if (!found || (await isBuried(found, tombstones))) return undefined
    return found
  }

  return {
    // The second look is for the tombstone that was set, and the session destroyed, between the first look and the write.
    async upsert(id, payload, expiresInSeconds) {
      if (await isBuried(payload, tombstones)) return
      await host.upsert(id, payload, expiresInSeconds)
      if (await isBuried(payload, tombstones)) await host.destroy(id)
    },
    find: async (id) => living(await host.find(id)),
    findByUid: async (uid) => ((await tombstones.has(uid)) ? undefined : host.findByUid(uid)),
    findByUserCode: (userCode) => host.findByUserCode(userCode),
    consume: (id) => host.consume(id),
    destroy: (id) => host.destroy(id),
    revokeByGrantId: (grantId) => host.revokeByGrantId(grantId)
  }
}

async function isBuried({ uid }: AdapterPayload, tombstones: TombstoneStore): Promise<boolean> {
  return uid !== undefined && tombstones.has(uid)
}
