// The storages that come with Vigil keep the contracts.

import { databases } from '../support/databases.ts'
import { oidcAdapterContract } from '../contracts/oidc-adapter.ts'
import { storageContract } from '../contracts/storage.ts'

for (const kind of databases()) {
  storageContract(kind.name, kind.open)
  oidcAdapterContract(kind.name, async (options) => {
    const { storage, cleanup } = await kind.open(options)
    return { oidc: storage.oidc, tombstones: storage.tombstones, cleanup }
  })
}
