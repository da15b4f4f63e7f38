// A provider with Vigil in a process of its own, whose memory is measured: some hundred people are enrolled and signed in before the count
// begins. Speaks with its parent by messages; needs `--expose-gc`.

import { bench } from './product.ts'
import { settledBytes, watchedHouse, type WatchedHouse } from './watched-house.ts'

export type Question = 'ready' | 'memory'
export type Ready = WatchedHouse
export type Answer = Ready | { readonly bytes: number }

export const sessions = 300

if (process.send !== undefined) await serve()

async function serve(): Promise<void> {
  const ready: Ready = await watchedHouse(
    bench().people.map(({ material }) => material),
    sessions
  )
  process.on('message', (question: Question) => {
    if (question === 'ready') process.send?.(ready)
    else void settledBytes().then((bytes) => process.send?.({ bytes }))
  })
}
