// A process as a server is whose sessions last, and set up as `vigil serve` is: much that stays, and a little at a time that replaces some of it. Prints how
// often the whole heap was collected.

import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { collectSeldom } from '../../src/heap.ts'

collectSeldom()

let collections = 0
new PerformanceObserver((list) => {
  for (const entry of list.getEntries() as (PerformanceEntry & { readonly detail?: unknown })[]) {
    if ((entry.detail as { readonly kind: number }).kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections++
  }
}).observe({ entryTypes: ['gc'] })

/** Some 20 MB. */
const held = Array.from({ length: 400_000 }, (_, n) => ({ n, half: n + 0.5 }))

async function replace(objects: number): Promise<void> {
  for (let replaced = 0; replaced < objects;) {
    for (let i = 0; i < 500; i++, replaced++) held[replaced % held.length] = { n: replaced, half: replaced + 0.5 }
    await setTimeout(5)
  }
}

// V8 sets its limit at a collection, by how fast memory was asked for in the seconds before.
await replace(400_000)
globalThis.gc?.()
await setTimeout(50)
collections = 0
await replace(700_000)
await setTimeout(50)
process.stdout.write(`${collections}\n`)
