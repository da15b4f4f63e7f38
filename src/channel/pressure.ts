// How near the process is to the end of its memory, so that load is shed while there still is some: a process that is killed loses every
// session, one that refuses loses those that come last.

import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'
import { givenBytes } from '../heap.ts'

/** Share of its memory that the process uses, 0 to 1: of the heap, or of what the operating system gives it, whichever is worse. */
export type MemoryUse = () => number

/** From here on nobody new is let in. */
export const fullShare = 0.85
/** From here on sockets are closed with 1013, some each second, until it is enough. */
export const overfullShare = 0.92

/** What V8 adds to `--max-old-space-size` for young objects in the limit that it tells. It dies of the old ones alone. */
const youngBytes = 192 * 2 ** 20

export function memoryUse(): number {
  const { heap_size_limit: limit } = getHeapStatistics()
  let old = 0
  for (const { space_name: name, space_used_size: used } of getHeapSpaceStatistics()) {
    if (!name.startsWith('new_')) old += used
  }
  const given = givenBytes()
  const resident = given === undefined ? 0 : process.memoryUsage.rss() / given
  return Math.max(old / Math.max(limit - youngBytes, limit / 4), resident)
}
