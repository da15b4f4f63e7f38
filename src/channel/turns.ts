// Spreads work over time. When a thousand pages send in the same instant, the event loop would score them all before it looks up again, and
// everybody else's answer would wait for that. After a slice of it the rest takes turns with the network.

import type { Clock, Turn } from './ports.ts'

export interface Turns {
  readonly next: Turn
}

/** Time for which work may hold the event loop before others have a turn. */
const sliceMs = 8

export function createTurns(clock: Clock = () => performance.now()): Turns {
  const waiting: (() => void)[] = []
  let sliceBegan: number | undefined

  function pass(): void {
    sliceBegan = undefined
    if (waiting.length > 0) void serve()
  }

  /** As many as fit into a slice: on a busy machine turns of the event loop are few. */
  async function serve(): Promise<void> {
    sliceBegan = clock()
    do {
      waiting.shift()!()
      // What was let go begins before this goes on.
      await Promise.resolve()
    } while (waiting.length > 0 && clock() - sliceBegan < sliceMs)
    setImmediate(pass)
  }

  return {
    next() {
      if (sliceBegan === undefined) {
        sliceBegan = clock()
        setImmediate(pass)
        return undefined
      }
      if (waiting.length === 0 && clock() - sliceBegan < sliceMs) return undefined
      return new Promise((resolve) => waiting.push(resolve))
    }
  }
}
