// The host's own storage, as small as oidc-provider allows: a class over a Map. A real host has a database here.

import type { Adapter, AdapterPayload } from 'oidc-provider'

const rows = new Map<string, AdapterPayload>()

export class MapAdapter implements Adapter {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  upsert(id: string, payload: AdapterPayload): Promise<void> {
    rows.set(this.key(id), payload)
    return Promise.resolve()
  }

  find(id: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(rows.get(this.key(id)))
  }

  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(this.own().find((payload) => payload.uid === uid))
  }

  findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(this.own().find((payload) => payload.userCode === userCode))
  }

  consume(id: string): Promise<void> {
    const payload = rows.get(this.key(id))
    if (payload) payload['consumed'] = Math.floor(Date.now() / 1000)
    return Promise.resolve()
  }

  destroy(id: string): Promise<void> {
    rows.delete(this.key(id))
    return Promise.resolve()
  }

  revokeByGrantId(grantId: string): Promise<void> {
    for (const [key, payload] of rows) if (payload.grantId === grantId) rows.delete(key)
    return Promise.resolve()
  }

  private key(id: string): string {
    return `${this.name}:${id}`
  }

  private own(): AdapterPayload[] {
    return [...rows].filter(([key]) => key.startsWith(`${this.name}:`)).map(([, payload]) => payload)
  }
}
