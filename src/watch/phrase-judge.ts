// A typed phrase, the part with effects: the keystrokes that came with the form are held against the person's profile for the class of device, and against
// what they typed before, for nobody types the same twice. Whatever cannot be read, was not typed by hand or is too little says nothing for or against.

import type { PhraseAssessment, PhraseJudge } from '../challenge/typed-phrase.ts'
import {
  createDeviceTracker,
  createWindowBuilder,
  EventType,
  KeyClass,
  type Engine,
  type InputEvent,
  type Window
} from '../biometrics/index.ts'
import type { Frame } from '../channel/ports.ts'
import { isVigilError } from '../errors.ts'
import type { Profiles } from '../people/profiles.ts'
import type { Liveness } from './liveness.ts'

export interface PhraseJudgeOptions {
  readonly profiles: Pick<Profiles, 'find' | 'devices'>
  readonly liveness: Pick<Liveness, 'open'>
  engine(): Engine
  /** Throws coded errors for what is no frame. */
  decode(bytes: Uint8Array): Frame
  /** Whole seconds since the epoch. */
  now(): number
}

/**
 * Natural-log likelihood ratios "stranger : owner" from which on a phrase answers a doubt, or makes it an alarm. Measured: docs/challenges.md.
 */
export const ownerAt = -2
export const strangerAt = 2

export function createPhraseJudge(options: PhraseJudgeOptions): PhraseJudge {
  const { profiles, liveness, engine, now } = options

  return {
    has: async (accountId) => (await profiles.devices(accountId)).length > 0,

    async judge({ accountId, sentence, shownAt }, typing) {
      const frame = frameOf(typing)
      const nothing = frame ? reasonAgainst(frame, sentence, now() - shownAt) : 'nothing_told'
      if (!frame || nothing !== undefined) return unclear({ evidence: nothing })
      const device = deviceOf(frame)
      const known = await profiles.find(accountId, device)
      if (!known) return unclear({ evidence: 'not_known', device })
      const finding = await live(accountId, frame)
      if (finding) return unclear({ evidence: finding.kind, strength: finding.strength })
      const { llr, keystrokes, shares } = engine().assessWhole(known.profile, windowsOf(frame))
      if (llr === undefined) return unclear({ evidence: 'too_little', device })
      const verdict = llr <= ownerAt ? 'owner' : llr >= strangerAt ? 'stranger' : 'unclear'
      return { verdict, because: { llr, keystrokes, device, detectors: shares } }
    }
  }

  /** Undefined for what is no frame. */
  function frameOf(typing: string): Frame | undefined {
    try {
      return options.decode(Buffer.from(typing, 'base64'))
    } catch (error) {
      if (isVigilError(error)) return undefined
      throw error
    }
  }

  async function live(accountId: string, frame: Frame) {
    const stream = await liveness.open(accountId)
    try {
      return await stream.take(frame)
    } finally {
      // What it was is remembered: sent once more, it is a replay.
      stream.close()
    }
  }
}

function unclear(because: PhraseAssessment['because']): PhraseAssessment {
  return { verdict: 'unclear', because }
}

/** Why it tells nothing of the hands; undefined when it may. */
function reasonAgainst(
  { counters, events, grainMs }: Frame,
  sentence: string,
  openSeconds: number
): string | undefined {
  if (counters.pasted > 0) return 'pasted'
  if (counters.composed > 0) return 'composed'
  if (counters.untrusted > 0) return 'untrusted'
  if (grainMs > coarsestGrainMs) return 'coarse_clock'
  const lastedMs = (events.at(-1)?.t ?? 0) - (events[0]?.t ?? 0)
  if (lastedMs > (openSeconds + slackSeconds) * 1000) return 'longer_than_shown'
  return writes(events, sentence) ? undefined : 'other_keys'
}

/** On a coarser clock there is no rhythm left. */
const coarsestGrainMs = 34
/** Seconds are rounded. */
const slackSeconds = 2
/** Corrections by pointer, dead keys and the like, as a share of the sentence. */
const strayShare = 0.1

/** Whether keys like these write a sentence like this: so many letters between the spaces, whatever the keys are called on this keyboard. */
function writes(events: readonly InputEvent[], sentence: string): boolean {
  const lengths: number[] = [0]
  for (const { type, cls } of events) {
    if (type !== EventType.keyDown) continue
    if (cls === KeyClass.space) lengths.push(0)
    else if (cls === KeyClass.backspace) {
      if (lengths.at(-1) === 0 && lengths.length > 1) lengths.pop()
      else lengths.push(Math.max(0, lengths.pop()! - 1))
    } else if (cls === KeyClass.left || cls === KeyClass.right || cls === KeyClass.other)
      lengths.push(lengths.pop()! + 1)
  }
  const wanted = sentence.split(' ').map(({ length }) => length)
  let apart = Math.abs(wanted.length - lengths.length)
  for (const [i, length] of wanted.entries()) apart += Math.abs(length - (lengths[i] ?? 0))
  return apart <= strayShare * sentence.length
}

function deviceOf({ device, events }: Frame) {
  const tracker = createDeviceTracker()
  tracker.announce(device)
  for (const event of events) tracker.push(event)
  return tracker.device ?? 'keyboard'
}

function windowsOf({ counters, events }: Frame): Window[] {
  const builder = createWindowBuilder()
  builder.count(counters)
  const windows = events.map((event) => builder.push(event))
  return [...windows, builder.flush()].filter((window) => window !== undefined)
}
