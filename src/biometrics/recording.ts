// Recordings as JSON Lines, one a line, and the event stream that the browser agent would have sent for each: codes become classes at the
// door, held keys get slots, repeats are dropped.

import { VigilError } from '../errors.ts'
import { EventType, keyClassOf, noCounters, type Counters, type InputEvent } from './events.ts'

export interface RecordedKey {
  readonly t: number
  readonly type: 'keydown' | 'keyup'
  /** `KeyboardEvent.code`. */
  readonly code: string
  readonly repeat?: boolean
}

export interface RecordedPointer {
  readonly t: number
  readonly type: 'mousemove' | 'mousedown' | 'mouseup' | 'wheel'
  /** CSS pixels. */
  readonly x: number
  readonly y: number
  readonly button?: number
  readonly dx?: number
  readonly dy?: number
}

export type RecordedEvent = RecordedKey | RecordedPointer

export interface Recording {
  readonly person: string
  readonly session: string
  readonly kind: RecordingKind
  readonly device?: string
  /** Step of the recorder's clock. */
  readonly grainMs?: number
  readonly events: readonly RecordedEvent[]
}

const recordingKinds = ['free', 'fixed', 'pointer'] as const
export type RecordingKind = (typeof recordingKinds)[number]

/**
 * Reads recordings one line at a time, so that a file of any size passes through. Empty lines are skipped. Throws `recording_invalid`
 * with the line (from 1) and what was expected.
 */
export function* parseRecordings(lines: Iterable<string>): Generator<Recording, void, undefined> {
  const read = lineReader()
  for (const text of lines) {
    const recording = read(text)
    if (recording) yield recording
  }
}

/** The same for lines that arrive over time, e.g. from `readline`. */
export async function* parseRecordingStream(lines: AsyncIterable<string>): AsyncGenerator<Recording, void, undefined> {
  const read = lineReader()
  for await (const text of lines) {
    const recording = read(text)
    if (recording) yield recording
  }
}

/** Reads the lines of one file in turn: counts them, and knows which sessions it has seen. */
function lineReader(): (text: string) => Recording | undefined {
  const sessions = new Set<string>()
  let line = 0
  return (text) => {
    line++
    if (text.trim() === '') return undefined
    const recording = recordingOf(text, line)
    if (sessions.has(recording.session)) {
      throw invalid(line, `a session that is unique in the file, got ${JSON.stringify(recording.session)} again`)
    }
    sessions.add(recording.session)
    return recording
  }
}

/** What the agent would have sent: events with classes and slots, and what it would have counted apart. */
export interface RecordedStream {
  readonly events: readonly InputEvent[]
  readonly counters: Counters
}

/** One event of that stream, where it stands in the recording (from 0), and the counter that the agent would have raised with it. */
export interface RecordedStep {
  readonly event: InputEvent
  readonly position: number
  readonly counter: keyof Counters | undefined
}

export function streamOf(recording: Recording): RecordedStream {
  const events: InputEvent[] = []
  const counters: { -readonly [name in keyof Counters]: number } = { ...noCounters }
  for (const { event, counter } of stepsOf(recording)) {
    events.push(event)
    if (counter !== undefined) counters[counter]++
  }
  return { events, counters }
}

/** The same one by one, for what must not know the counters of what is still to come. */
export function* stepsOf(recording: Recording): Generator<RecordedStep, void, undefined> {
  const held = new Map<string, number>()
  const taken = new Set<number>()
  for (const [position, event] of recording.events.entries()) {
    if (!('code' in event)) yield { event: pointerEvent(event), position, counter: undefined }
    else if (event.type === 'keydown') {
      if (event.repeat === true) continue
      const slot = held.get(event.code) ?? freeSlot(taken)
      held.set(event.code, slot)
      taken.add(slot)
      const down = { t: event.t, type: EventType.keyDown, cls: keyClassOf(event.code), slot, x: 0, y: 0 }
      yield { event: down, position, counter: counterOf(event.code) }
    } else {
      const slot = held.get(event.code)
      // A release whose press came before the recording says nothing.
      if (slot === undefined) continue
      held.delete(event.code)
      taken.delete(slot)
      const up = { t: event.t, type: EventType.keyUp, cls: keyClassOf(event.code), slot, x: 0, y: 0 }
      yield { event: up, position, counter: undefined }
    }
  }
}

/** The events of `streamOf`. */
export function eventsOf(recording: Recording): readonly InputEvent[] {
  return streamOf(recording).events
}

const pointerTypes = {
  mousemove: EventType.pointerMove,
  mousedown: EventType.pointerDown,
  mouseup: EventType.pointerUp,
  wheel: EventType.wheel
} as const

function pointerEvent(event: RecordedPointer): InputEvent {
  const type = pointerTypes[event.type]
  const wheel = type === EventType.wheel
  const pressed = type === EventType.pointerDown || type === EventType.pointerUp
  return {
    t: event.t,
    type,
    cls: pressed ? (event.button ?? 0) : 0,
    slot: 0,
    x: wheel ? (event.dx ?? 0) : event.x,
    y: wheel ? (event.dy ?? 0) : event.y
  }
}

const slots = 16

/** The smallest number that no held key has; with sixteen keys down the last is shared. */
function freeSlot(taken: ReadonlySet<number>): number {
  for (let slot = 0; slot < slots - 1; slot++) if (!taken.has(slot)) return slot
  return slots - 1
}

const navigation = /^(?:Arrow(?:Left|Right|Up|Down)|Home|End|PageUp|PageDown)$/

function counterOf(code: string): keyof Counters | undefined {
  if (code === 'ShiftLeft') return 'shiftLeft'
  if (code === 'ShiftRight') return 'shiftRight'
  if (code === 'CapsLock') return 'capsLock'
  if (code.startsWith('Numpad')) return 'numpad'
  return navigation.test(code) ? 'navigation' : undefined
}

type Fields = Readonly<Record<string, unknown>>

function recordingOf(text: string, line: number): Recording {
  const fields = parsed(text, line)
  const { person, session, kind, device, grain_ms: grainMs, events } = fields
  if (typeof person !== 'string' || person === '') throw invalid(line, 'person to be a text')
  if (typeof session !== 'string' || session === '') throw invalid(line, 'session to be a text')
  const known = recordingKinds.find((name) => name === kind)
  if (known === undefined) throw invalid(line, `kind to be free, fixed or pointer, got ${JSON.stringify(kind)}`)
  if (device !== undefined && typeof device !== 'string') throw invalid(line, 'device to be a text')
  if (grainMs !== undefined && !(isFinite(grainMs) && grainMs >= 0))
    throw invalid(line, 'grain_ms to be a number from 0')
  if (!Array.isArray(events)) throw invalid(line, 'events to be a list')
  let last = Number.NEGATIVE_INFINITY
  const read = (events as readonly unknown[]).map((event, i) => {
    const one = eventOf(event, `events[${i}]`, line)
    if (one.t < last) throw invalid(line, `events in time order, but events[${i}].t goes back to ${one.t}`)
    last = one.t
    return one
  })
  return {
    person,
    session,
    kind: known,
    ...(device === undefined ? {} : { device }),
    ...(grainMs === undefined ? {} : { grainMs }),
    events: read
  }
}

function eventOf(value: unknown, path: string, line: number): RecordedEvent {
  if (!isFields(value)) throw invalid(line, `${path} to be an event`)
  const { t, type } = value
  if (!isFinite(t)) throw invalid(line, `${path}.t to be milliseconds`)
  switch (type) {
    case 'keydown':
    case 'keyup': {
      const { code, repeat } = value
      if (typeof code !== 'string') throw invalid(line, `${path}.code to be a KeyboardEvent.code`)
      if (repeat !== undefined && typeof repeat !== 'boolean') throw invalid(line, `${path}.repeat to be true or false`)
      return { t, type, code, ...(repeat === undefined ? {} : { repeat }) }
    }
    case 'mousemove':
    case 'mousedown':
    case 'mouseup':
    case 'wheel': {
      const { x, y } = value
      if (!isFinite(x) || !isFinite(y)) throw invalid(line, `${path}.x and ${path}.y to be CSS pixels`)
      return { t, type, x, y, ...optionalNumbers(value, path, line) }
    }
    default:
      throw invalid(
        line,
        `${path}.type to be keydown, keyup, mousemove, mousedown, mouseup or wheel, got ${JSON.stringify(type)}`
      )
  }
}

function optionalNumbers(value: Fields, path: string, line: number): { button?: number; dx?: number; dy?: number } {
  const found: { button?: number; dx?: number; dy?: number } = {}
  for (const name of ['button', 'dx', 'dy'] as const) {
    const number = value[name]
    if (number === undefined) continue
    if (!isFinite(number)) throw invalid(line, `${path}.${name} to be a number`)
    found[name] = number
  }
  return found
}

function parsed(text: string, line: number): Fields {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw invalid(line, 'a JSON object', cause)
  }
  if (!isFields(value)) throw invalid(line, 'a JSON object')
  return value
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isFinite(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function invalid(line: number, expected: string, cause?: unknown): VigilError {
  return new VigilError('recording_invalid', `line ${line}: expected ${expected}`, cause === undefined ? {} : { cause })
}
