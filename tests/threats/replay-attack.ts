// An attacker who has recorded 500 keystrokes and a minute of pointing plays them into a session of their own: correct protocol, fresh ticket,
// fresh timestamps. Whether that is noticed depends on what was done to the recording.

import { eventsOf, EventType, type InputEvent, type Recording } from '../../src/biometrics/index.ts'
import { livenessHouse, type Played } from './liveness-house.ts'
import { cropped, inARow, jittered, together } from './replaying.ts'

export interface RecordedHands {
  /** What the person typed on the day of the recording; 500 keystrokes are taken of it. */
  readonly typing: readonly InputEvent[]
  /** What the person pointed at; a minute is taken of it. */
  readonly pointing: readonly InputEvent[]
}

export type Channels = 'both' | 'typing' | 'pointing'

export interface ReplayAttack {
  readonly channels: Channels
  /** Standard deviation of the jitter on each event. */
  readonly sigmaMs: number
  readonly change?: (events: readonly InputEvent[], random: () => number) => readonly InputEvent[]
}

const keystrokesReplayed = 500
const pointingMs = 60_000

/** The owner's day, then the attacker's. */
export async function replayAttack(
  hands: RecordedHands,
  attack: ReplayAttack,
  random: () => number
): Promise<{ readonly owner: Played; readonly attacker: Played }> {
  const house = livenessHouse()
  const day = together(hands.typing, hands.pointing)
  const owner = await house.play('ana', day)
  const presses = hands.typing.filter(({ type }) => type === EventType.keyDown).length
  const from = Math.floor(random() * Math.max(presses - keystrokesReplayed + 1, 1))
  const typing = cropped(hands.typing, from, keystrokesReplayed)
  const pointing = minuteOf(hands.pointing, random)
  const taken =
    attack.channels === 'typing' ? typing : attack.channels === 'pointing' ? pointing : together(typing, pointing)
  const changed = attack.change?.(taken, random) ?? taken
  return { owner, attacker: await house.play('ana', jittered(changed, attack.sigmaMs, random)) }
}

function minuteOf(events: readonly InputEvent[], random: () => number): InputEvent[] {
  const length = (events.at(-1)?.t ?? 0) - (events[0]?.t ?? 0)
  const start = (events[0]?.t ?? 0) + random() * Math.max(length - pointingMs, 0)
  return events.filter(({ t }) => t >= start && t < start + pointingMs)
}

/** The keys of a recording. */
export function typingOf(recording: Recording): InputEvent[] {
  return eventsOf(recording).filter(({ type }) => type <= EventType.keyUp)
}

/** Sentences one after another, as one day's typing. */
export function dayOf(sentences: readonly (readonly InputEvent[])[]): InputEvent[] {
  return inARow(sentences)
}
