// The storages that come with Vigil. A host may bring its own implementation of the ports instead.

export { memoryStorage } from './memory-storage.ts'
export type { MemoryStorageOptions } from './memory-storage.ts'
export { openStorage } from './open-storage.ts'
export type { OpenStorageOptions } from './open-storage.ts'
