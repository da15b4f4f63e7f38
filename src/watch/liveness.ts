// Liveness of the streams of people: one memory of recent input a person, shared by all of their streams and kept at rest as encrypted
// sketches, bounded and with a life. What cannot be read or written is left out: the watch goes on.

import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import {
  createLivenessWatch,
  createReplayMemory,
  decodeSketch,
  encodeSketch,
  type LivenessAssessment,
  type ReplayMemory,
  type Sketch
} from '../biometrics/liveness/index.ts'
import type { Frame } from '../channel/ports.ts'
import { VigilError } from '../errors.ts'
import type { AuditLog, SketchStore, StoredSketch } from '../ports.ts'
import { seal, unseal } from '../secrets.ts'

export interface LivenessOptions {
  readonly sketches: SketchStore
  /** Key of the purpose `sketches`. */
  readonly key: Uint8Array
  readonly audit: AuditLog
  readonly logger: Logger
  now(): number
}

export interface Liveness {
  /** Reads what the person did before. */
  open(accountId: string): Promise<LivenessStream>
  /** Erases what is remembered of a person. */
  erase(accountId: string): Promise<void>
  /** Resolves when what was to be remembered is written. */
  settled(): Promise<void>
}

export interface LivenessStream {
  /** Takes a frame; answers what the stream is suspected of by now, in a promise when a sketch is written first. Undefined = no evidence. */
  take(
    frame: Frame,
    /** `doubted`: nobody knows whose hands these are, so that nothing of them is remembered as the person's. */
    how?: { readonly doubted: boolean }
  ): LivenessAssessment | undefined | Promise<LivenessAssessment | undefined>
  /** The person proved who they are. */
  startAnew(): void
  /** Its page was left, and another may go on with it: nothing that was under way reaches into that. */
  left(): void
  /** The stream has ended: what is left of it is remembered. */
  close(): void
}

/** Sketches of a person at rest, each of at most 200 keystrokes and 100 movements: 85 KB at the very most. */
const mostSketches = 60
const lifeSeconds = 30 * 24 * 3600

/** Memory of a person while streams of theirs are open. */
interface Shared {
  readonly memory: Promise<ReplayMemory>
  streams: number
}

export function createLiveness({ sketches, key, audit, logger, now }: LivenessOptions): Liveness {
  const shared = new Map<string, Shared>()
  const writing = new Set<Promise<void>>()

  async function load(accountId: string): Promise<ReplayMemory> {
    const memory = createReplayMemory()
    for (const stored of await sketches.list(accountId)) {
      const sketch = await read(stored)
      if (sketch) memory.add(sketch)
    }
    return memory
  }

  async function read(stored: StoredSketch): Promise<Sketch | undefined> {
    const { accountId, id } = stored
    try {
      return decodeSketch(unseal(key, stored.blob, bindingOf(stored)))
    } catch (cause) {
      const error = new VigilError('profile_corrupt', 'a sketch cannot be read', { cause })
      logger.error({ err: error, accountId, sketch: id }, 'a sketch cannot be read')
      await audit.append({ type: 'sketch.corrupt', accountId, data: { sketch: id } })
      return undefined
    }
  }

  async function write(accountId: string, sketch: Sketch): Promise<void> {
    const record = { accountId, id: randomUUID(), createdAt: now(), expiresAt: now() + lifeSeconds }
    const written = sketches
      .add({ ...record, blob: seal(key, encodeSketch(sketch), bindingOf(record)) }, mostSketches)
      .catch((error: unknown) => logger.error({ err: error, accountId }, 'a sketch could not be stored'))
      .finally(() => writing.delete(written))
    writing.add(written)
    await written
  }

  function enter(accountId: string): Shared {
    const present = shared.get(accountId) ?? { memory: load(accountId), streams: 0 }
    shared.set(accountId, present)
    present.streams++
    return present
  }

  function leave(accountId: string, person: Shared): void {
    if (--person.streams === 0 && shared.get(accountId) === person) shared.delete(accountId)
  }

  return {
    async open(accountId) {
      const person = enter(accountId)
      const memory = await person.memory.catch((error: unknown) => {
        // The next stream tries again.
        shared.delete(accountId)
        throw error
      })
      const watch = createLivenessWatch(memory)

      let isDoubted = false

      function remember(streamEnds: boolean): Promise<void> | undefined {
        const sketch = watch.takeSketch(streamEnds)
        // What no hand makes now, or a stranger's, must not push a person's own out of the memory; nor does anything outlive its erasure.
        if (!sketch || isDoubted || watch.assess() !== undefined || shared.get(accountId) !== person) return undefined
        memory.add(sketch)
        return write(accountId, sketch)
      }

      return {
        take({ grainMs, counters, events }, { doubted } = { doubted: false }) {
          isDoubted = doubted
          watch.clock(grainMs)
          watch.count(counters)
          for (const event of events) watch.push(event)
          return remember(false)?.then(() => watch.assess()) ?? watch.assess()
        },
        startAnew: () => watch.startAnew(),
        left: () => watch.pause(),
        close() {
          void remember(true)
          leave(accountId, person)
        }
      }
    },

    async erase(accountId) {
      shared.delete(accountId)
      await sketches.erase(accountId)
    },

    async settled() {
      await Promise.allSettled(writing)
    }
  }
}

function bindingOf({ accountId, id }: Pick<StoredSketch, 'accountId' | 'id'>): string {
  return JSON.stringify([accountId, 'sketch', id])
}
