// How near the process is to the end of its memory, so that load is shed while there still is some: a process that is killed loses every
// session, one that refuses loses those that come last.

import { getHeapStatistics } from 'node:v8'

/** Share of its memory that the process uses, 0 to 1: of the heap, or of what the operating system gives it, whichever is worse. */
export type MemoryUse = () => number

/** From here on nobody new is let in. */
export const fullShare = 0.85
/** From here on sockets are closed with 1013, some each second, until it is enough. */
export const overfullShare = 0.92

export function memoryUse(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
  // 0 or absurdly large where nobody limits the process.
  const given = process.constrainedMemory()
  const resident = given > 0 && given < 2 ** 50 ? process.memoryUsage.rss() / given : 0
  return Math.max(used / limit, resident)
}
