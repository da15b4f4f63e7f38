// A recording as numbers in a row, as the browser agent would have sent it: a third of its JSON, no key names, quick to hand to a thread.

import {
  counterNames,
  type Counters,
  EventType,
  type InputEvent,
  noCounters,
  type RecordedInput,
  type Recording,
  type RecordingKind,
  stepsOf
} from '../biometrics/index.ts'

export interface PackedRecording {
  readonly kind: RecordingKind
  /** Events in the recording, those that the agent would not have sent (held keys) included. */
  readonly recorded: number
  /** Time of the first of them. */
  readonly startedAt: number
  readonly t: Float64Array
  /** Where each event stands in the recording, from 0. */
  readonly positions: Uint32Array
  /** Four an event: type, class or button, slot, counter (0 = none, else 1 + its place in `counterNames`). */
  readonly codes: Uint8Array
  /** Two an event of the pointer, in order. */
  readonly xy: Float64Array
}

export function packed(recording: Recording): PackedRecording {
  const t: number[] = []
  const positions: number[] = []
  const codes: number[] = []
  const xy: number[] = []
  for (const { event, position, counter } of stepsOf(recording)) {
    t.push(event.t)
    positions.push(position)
    codes.push(event.type, event.cls, event.slot, counter === undefined ? 0 : 1 + counterNames.indexOf(counter))
    if (!isKey(event.type)) xy.push(event.x, event.y)
  }
  return {
    kind: recording.kind,
    recorded: recording.events.length,
    startedAt: recording.events[0]?.t ?? 0,
    t: Float64Array.from(t),
    positions: Uint32Array.from(positions),
    codes: Uint8Array.from(codes),
    xy: Float64Array.from(xy)
  }
}

/** The whole recording at once. */
export function unpacked(recording: PackedRecording): RecordedInput {
  const events: InputEvent[] = []
  const counters: { -readonly [name in keyof Counters]: number } = { ...noCounters }
  for (const { event, counter } of stepsIn(recording)) {
    events.push(event)
    if (counter !== undefined) counters[counter]++
  }
  return { kind: recording.kind, events, counters }
}

export interface PackedStep {
  readonly event: InputEvent
  readonly position: number
  readonly counter: keyof Counters | undefined
}

/** Event by event. */
export function* stepsIn({ t, positions, codes, xy }: PackedRecording): Generator<PackedStep, void, undefined> {
  let pointed = 0
  for (let i = 0; i < t.length; i++) {
    const type = codes[4 * i] as EventType
    const key = isKey(type)
    const event: InputEvent = {
      t: t[i]!,
      type,
      cls: codes[4 * i + 1]!,
      slot: codes[4 * i + 2]!,
      x: key ? 0 : xy[pointed]!,
      y: key ? 0 : xy[pointed + 1]!
    }
    if (!key) pointed += 2
    const counter = codes[4 * i + 3]!
    yield { event, position: positions[i]!, counter: counter === 0 ? undefined : counterNames[counter - 1] }
  }
}

function isKey(type: EventType): boolean {
  return type === EventType.keyDown || type === EventType.keyUp
}
