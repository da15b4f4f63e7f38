// Hands that type a given sentence, each its own way, and a judge who knows some of them: for tests of typed phrases, in which people have to type what
// they are shown.

import {
  type Counters,
  createEngine,
  EventType,
  type InputEvent,
  KeyClass,
  noCounters,
  windowsOfStreams
} from '../../src/biometrics/index.ts'
import { normals, seededRandom, seedFor } from '../../src/biometrics/random.ts'
import { createFrameWriter } from '../../src/browser/encode.ts'
import { decodeFrame } from '../../src/channel/frame.ts'
import { memoryStorage } from '../../src/adapters/memory-storage.ts'
import { createProfiles } from '../../src/people/profiles.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { keysFrom } from '../../src/secrets.ts'
import type { Liveness } from '../../src/watch/liveness.ts'
import { createPhraseJudge } from '../../src/watch/phrase-judge.ts'
import { nothingSuspected, secret, silent } from './server.ts'

/** Milliseconds and logarithms of spread. */
interface Hands {
  readonly gapMs: number
  readonly holdMs: number
  readonly gapSpread: number
  readonly holdSpread: number
  /** Factors of the gap when the hand changes, and before a space. */
  readonly change: number
  readonly space: number
}

/** Two whom nobody would take for each other. */
const people = {
  ana: { gapMs: 125, holdMs: 88, gapSpread: 0.26, holdSpread: 0.14, change: 0.8, space: 0.85 },
  ben: { gapMs: 190, holdMs: 165, gapSpread: 0.36, holdSpread: 0.2, change: 1.15, space: 1.3 }
} as const satisfies Record<string, Hands>
export type WhoTypes = keyof typeof people

/** One key, from the first press on in milliseconds. */
export interface Stroke {
  /** As `KeyboardEvent.key` has it, small letters only. */
  readonly key: string
  readonly pressMs: number
  readonly holdMs: number
}

/**
 * A sentence as this person types it; `seed` is the day. What makes hands hands is there: each key and pair has a time of its own, one stroke carries
 * over into the next, keys overlap, and now and then somebody looks up.
 */
export function strokesBy(sentence: string, who: WhoTypes, seed: number): Stroke[] {
  const { gapMs, holdMs, gapSpread, holdSpread, change, space } = people[who]
  const random = seededRandom(seedFor(seed, `hands of ${who}`))
  const draw = normals(random)
  let pressMs = 0
  let mood = 0
  let before = ' '
  return Array.from(sentence).flatMap((character) => {
    const letter = strokeOf(character.toLowerCase())
    return /[A-Z]/.test(character) ? [strokeOf('Shift'), letter] : [letter]
  })

  function strokeOf(key: string): Stroke {
    mood = 0.7 * mood + 0.5 * draw()
    const way = key === ' ' ? space : classOf(before) === classOf(key) ? 1 : change
    const pair = Math.exp(0.3 * ownOf(who, before + key))
    const looksUp = before === ' ' && random() < 0.15 ? 2 + 3 * random() : 1
    pressMs += Math.max(15, gapMs * way * pair * looksUp * Math.exp(gapSpread * mood))
    before = key
    const holds = Math.exp(0.18 * ownOf(who, key) + holdSpread * (0.6 * mood + 0.6 * draw()))
    return { key, pressMs, holdMs: Math.max(25, holdMs * holds) }
  }
}

/** The same as the page's script reports it. */
export function typedBy(sentence: string, who: WhoTypes, seed: number): InputEvent[] {
  const events: InputEvent[] = []
  const freeAt: number[] = []
  for (const { key, pressMs, holdMs } of strokesBy(sentence, who, seed)) {
    const t = 1000 + pressMs
    const free = freeAt.findIndex((at) => at <= t)
    const slot = free < 0 ? freeAt.length : free
    freeAt[slot] = t + holdMs
    const what = { cls: classOf(key), slot, x: 0, y: 0 }
    events.push({ t, type: EventType.keyDown, ...what }, { t: t + holdMs, type: EventType.keyUp, ...what })
  }
  return events.sort((a, b) => a.t - b.t)
}

/** From -1 to 1, always the same for a person and keys. */
function ownOf(who: string, keys: string): number {
  return 2 * seededRandom(seedFor(1, `${who} ${keys}`))() - 1
}

/** The hidden field of the form. */
export function fieldOf(events: readonly InputEvent[], counters: Counters = noCounters): string {
  const frame = createFrameWriter({ grainMs: 0.1 }).write({
    sentAt: (events.at(-1)?.t ?? 0) + 200,
    events,
    counters,
    device: 'keyboard'
  })
  return Buffer.from(frame).toString('base64')
}

export function handsWritten(sentence: string, who: WhoTypes, seed: number): string {
  return fieldOf(typedBy(sentence, who, seed))
}

/** Enough of it makes a profile. */
export const lesson =
  'Every morning the small boat leaves the harbor and the sailors sing about the long road home while the gulls follow them far out over the grey water. ' +
  'Nobody in the village remembers who built the old mill, but everybody knows a story about the wheel that turned without any water at all one winter. '

export function profileOf(who: WhoTypes) {
  const engine = createEngine(shippedPopulation())
  return engine.enrol(
    windowsOfStreams([1, 2, 3].map((day) => ({ events: typedBy(lesson, who, day), counters: noCounters })))
  )
}

/** A judge on storage in memory. `liveness` suspects nothing unless given. */
export async function openPhraseHouse({ liveness = nothingSuspected }: { liveness?: Liveness | undefined } = {}) {
  const storage = memoryStorage()
  const profiles = createProfiles(storage.profiles, keysFrom(secret)('profiles'), storage.audit, silent)
  const engine = createEngine(shippedPopulation())
  const now = (): number => Math.floor(Date.now() / 1000)
  return {
    storage,
    now,
    judge: createPhraseJudge({ profiles, liveness, engine: () => engine, decode: decodeFrame, now }),
    teach: (accountId: string, who: WhoTypes) => profiles.add(accountId, profileOf(who), now())
  }
}

function classOf(character: string): KeyClass {
  if (character === ' ') return KeyClass.space
  if (character === 'Shift') return KeyClass.shift
  if (/[qwertasdfgzxcvb]/i.test(character)) return KeyClass.left
  return /[yuiophjklnm]/i.test(character) ? KeyClass.right : KeyClass.other
}
