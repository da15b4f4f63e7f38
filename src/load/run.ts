// The course of a load: pages come one by one during the ramp, stay for the duration, may all lose their connection at once in the middle, and
// leave when everything they sent was judged.

import { setTimeout as wait } from 'node:timers/promises'
import { seededRandom } from '../biometrics/random.ts'
import type { LoadInput } from './input.ts'
import { openLoadPage, type LoadPage, type LoadRhythm } from './page.ts'
import { createLatency, createTally, type Tally } from './tally.ts'
import type { OpenWay } from './way.ts'

export interface LoadPlan {
  readonly ways: readonly OpenWay[]
  /** Input of the n-th page, whose clock shows `startAt`. */
  readonly input: (n: number, startAt: number) => LoadInput
  readonly rampSeconds: number
  readonly durationSeconds: number
  /** All connections are cut at half time. */
  readonly reconnect: boolean
  readonly seed: number
  readonly rhythm?: LoadRhythm
  /** Ends the load before its time; what was counted until then stands. */
  readonly signal?: AbortSignal
  /** All pages had their turn: the load proper begins. */
  readonly onFull?: () => Promise<void>
  /** Everything was judged; all pages are still there, and send no more. */
  readonly onOver?: () => Promise<void>
  readonly onSecond?: (seconds: number, tally: Tally) => void
}

export interface LoadOutcome {
  readonly tally: Tally
  readonly sessions: number
  /** Pages with an open channel at the end of the duration. */
  readonly open: number
  /** Pages that the server ended for good. */
  readonly over: number
  /** Seconds that the load lasted after the ramp. */
  readonly seconds: number
  /** After the ramp. */
  readonly framesPerSecond: number
  readonly eventsPerSecond: number
  /** Connections that came back after all were cut, and how many seconds that took; undefined = they were not cut. */
  readonly reconnected?: { readonly cut: number; readonly back: number; readonly seconds: number }
}

const lookMs = 50
/** For what the ramp left behind. */
const settleMs = 2000
/** For what was sent last to be judged. */
const patienceMs = 10_000
/** For the first connection of every page once the ramp is over, and for all to be back after a cut. */
const openPatienceMs = 30_000

export async function runLoad(plan: LoadPlan): Promise<LoadOutcome> {
  const { ways, rampSeconds, durationSeconds, signal } = plan
  const random = seededRandom(plan.seed)
  const tally = createTally()
  const pages: LoadPage[] = []
  const isStopped = (): boolean => signal?.aborted ?? false
  const begun = performance.now()
  const onSecond = setInterval(() => plan.onSecond?.((performance.now() - begun) / 1000, tally), 1000)
  try {
    for (const [n, way] of ways.entries()) {
      await pause(begun + (1000 * rampSeconds * n) / ways.length - performance.now(), signal)
      if (isStopped()) break
      const input = plan.input(n, performance.now())
      pages.push(openLoadPage({ way, input, tally, random, ...plan.rhythm }))
    }
    await until(() => pages.every(({ wasOpen, isOver }) => wasOpen || isOver), openPatienceMs, isStopped)
    await plan.onFull?.()
    await until(() => pages.every(({ unanswered }) => unanswered === 0), settleMs, isStopped)
    // No frame is left out of the count, but how long decisions take while pages still come is another question.
    tally.decision = createLatency()
    tally.lateness = createLatency()
    const before = { frames: tally.sent, events: tally.events }

    const full = performance.now()
    let reconnected: LoadOutcome['reconnected']
    if (plan.reconnect) {
      await pause(500 * durationSeconds, signal)
      reconnected = await cutAll(pages, isStopped)
    }
    await pause(full + 1000 * durationSeconds - performance.now(), signal)
    const seconds = (performance.now() - full) / 1000
    const framesPerSecond = (tally.sent - before.frames) / seconds
    const eventsPerSecond = (tally.events - before.events) / seconds
    const open = pages.filter(({ isOpen }) => isOpen).length
    for (const page of pages) page.hush()
    await until(() => pages.every(({ unanswered }) => unanswered === 0), patienceMs)
    await plan.onOver?.()
    await Promise.all(pages.map((page) => page.leave()))
    const over = pages.filter((page) => page.isOver).length
    return {
      tally,
      sessions: pages.length,
      open,
      over,
      seconds,
      framesPerSecond,
      eventsPerSecond,
      ...(reconnected && { reconnected })
    }
  } finally {
    clearInterval(onSecond)
  }
}

async function cutAll(pages: readonly LoadPage[], isStopped: () => boolean): Promise<LoadOutcome['reconnected']> {
  const open = pages.filter(({ isOpen }) => isOpen)
  const begun = performance.now()
  for (const page of open) page.cut()
  // Cut sockets close with the next turn of the loop.
  await wait(lookMs)
  await until(() => open.every(({ isOpen, isOver }) => isOpen || isOver), openPatienceMs, isStopped)
  const back = open.filter(({ isOpen }) => isOpen).length
  return { cut: open.length, back, seconds: (performance.now() - begun) / 1000 }
}

async function until(so: () => boolean, ms: number, isOver: () => boolean = () => false): Promise<void> {
  const deadline = performance.now() + ms
  while (!so() && performance.now() < deadline && !isOver()) await wait(lookMs)
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (ms > 0) await wait(ms, undefined, signal ? { signal } : {}).catch(() => undefined)
}
