// Lessons that are not finished: what a person has taught so far, sealed, so that a lesson goes on after a restart and on another node. What is kept
// is what the profile would keep of it, and no more.

import type { Logger } from 'pino'
import { strokesIn } from '../biometrics/features/statistics.ts'
import {
  decodeMaterial,
  type DeviceClass,
  deviceClasses,
  encodeMaterial,
  type EnrolledPerson,
  joinPeople,
  materialOf,
  type Window
} from '../biometrics/index.ts'
import { isVigilError } from '../errors.ts'
import type { ProfileStore } from '../ports.ts'
import { seal, unseal } from '../secrets.ts'

export interface StartedLesson {
  readonly material: EnrolledPerson
  readonly keystrokes: number
  readonly strokes: number
  /** Windows since a profile was made of all of them; undefined before. */
  readonly since?: number
}

export interface Lessons {
  findAll(accountId: string): Promise<ReadonlyMap<DeviceClass, StartedLesson>>
  /** Compare and set: `next` gets the lesson, or undefined where there is none, and may run several times. */
  change(
    accountId: string,
    device: DeviceClass,
    next: (lesson: StartedLesson | undefined) => StartedLesson
  ): Promise<StartedLesson>
  remove(accountId: string, device: DeviceClass): Promise<void>
  forget(accountId: string): Promise<void>
}

export interface LessonsOptions {
  readonly store: ProfileStore
  /** Key of the purpose `profiles`. */
  readonly key: Uint8Array
  readonly logger: Logger
  /** Seconds since the epoch. */
  readonly now: () => number
}

/** A lesson that nobody went on with for a week is not looked at again. */
const lifeSeconds = 7 * 24 * 3600

export function createLessons({ store, key, logger, now }: LessonsOptions): Lessons {
  async function newest(
    accountId: string,
    device: DeviceClass
  ): Promise<{ readonly version: number; readonly lesson?: StartedLesson }> {
    const kind = kinds[device]
    const stored = await store.find(accountId, kind)
    if (!stored) return { version: 0 }
    const { version } = stored
    if (stored.createdAt + lifeSeconds <= now()) {
      await store.keep(accountId, kind, 0)
      return { version: 0 }
    }
    try {
      return { version, lesson: unpacked(unseal(key, stored.blob, bindingOf(accountId, kind, version))) }
    } catch (error) {
      logger.error({ err: error, accountId }, 'a lesson cannot be read; it begins anew')
      return { version }
    }
  }

  const remove: Lessons['remove'] = (accountId, device) => store.keep(accountId, kinds[device], 0)

  return {
    async findAll(accountId) {
      const found = await Promise.all(
        deviceClasses.map(async (device) => [device, (await newest(accountId, device)).lesson] as const)
      )
      return new Map(found.flatMap(([device, lesson]) => (lesson ? [[device, lesson] as const] : [])))
    },

    async change(accountId, device, next) {
      const kind = kinds[device]
      for (let tries = 0; ; tries++) {
        const { version: before, lesson } = await newest(accountId, device)
        const changed = next(lesson)
        const version = before + 1
        const blob = seal(key, packed(changed), bindingOf(accountId, kind, version))
        try {
          await store.add({ accountId, kind, version, blob, createdAt: now() })
        } catch (error) {
          // Another page of the same lesson was faster.
          if (!isVigilError(error, 'conflict') || tries >= mostTries) throw error
          continue
        }
        await store.keep(accountId, kind, 1)
        return changed
      }
    },

    remove,
    async forget(accountId) {
      for (const device of deviceClasses) await remove(accountId, device)
    }
  }
}

/** The lesson with one more window. */
export function grown(before: StartedLesson | undefined, window: Window): StartedLesson {
  const material = materialOf([window])
  return {
    material: before ? joinPeople(before.material, material) : material,
    keystrokes: (before?.keystrokes ?? 0) + window.freshKeystrokes,
    strokes: (before?.strokes ?? 0) + strokesIn(window.fresh),
    ...(before?.since !== undefined && { since: before.since + 1 })
  }
}

/** Kinds of stored records. */
const kinds = { keyboard: 'lesson', touch: 'lesson/touch' } as const satisfies Record<DeviceClass, string>
const mostTries = 20

/** Three numbers of eight bytes, little-endian (keystrokes, strokes, windows since or NaN), then the material. */
const headerLength = 24

function packed({ material, keystrokes, strokes, since }: StartedLesson): Uint8Array {
  const rest = encodeMaterial(material)
  const bytes = new Uint8Array(headerLength + rest.length)
  const view = new DataView(bytes.buffer)
  for (const [index, value] of [keystrokes, strokes, since ?? Number.NaN].entries()) {
    view.setFloat64(8 * index, value, true)
  }
  bytes.set(rest, headerLength)
  return bytes
}

/** Throws a RangeError or `profile_corrupt` for anything that `packed` did not make. */
function unpacked(bytes: Uint8Array): StartedLesson {
  if (bytes.length < headerLength) throw new RangeError('expected the header of a lesson')
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerLength)
  const [keystrokes, strokes, since] = [0, 8, 16].map((at) => view.getFloat64(at, true)) as [number, number, number]
  const material = decodeMaterial(bytes.subarray(headerLength))
  return { material, keystrokes, strokes, ...(!Number.isNaN(since) && { since }) }
}

function bindingOf(accountId: string, kind: string, version: number): string {
  return JSON.stringify([accountId, kind, version])
}
