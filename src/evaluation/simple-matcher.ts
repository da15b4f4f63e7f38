// The simple method that the engine has to beat: scaled Manhattan distance (Killourhy and Maxion, DSN 2009, after Araújo et al. 2005) on the
// same key classes that the engine sees.

import { eventsOf, type Recording } from '../biometrics/index.ts'
import { createKeystrokeTracker, type Keystroke } from '../biometrics/features/keystrokes.ts'
import type { Matcher, Role } from './matcher.ts'
import { byTime } from './slices.ts'

/** Per cell: mean and mean absolute deviation of the enrolment. */
type Cells = ReadonlyMap<string, { readonly mean: number; readonly deviation: number }>
/** One quantity of one keystroke, e.g. the hold of a class. */
type Observe = (cell: string, value: number) => void

/** Free text: holds per class and press-to-press times per pair of classes; the mean distance of all of a probe's. */
const simpleFreeText: Matcher<Cells> = simpleMatcher((recording, observe) => {
  for (const { cls, previousCls, holdMs, pressToPressMs } of keystrokesOf(recording)) {
    observe(`hold ${cls}`, holdMs)
    // A pause is thought, not rhythm.
    if (pressToPressMs < longestRhythmMs) observe(`pair ${previousCls} ${cls}`, pressToPressMs)
  }
})

/** Fixed text, position by position: holds, press-to-press and release-to-press times, as on the password of the CMU set. */
const simpleFixedText: Matcher<Cells> = simpleMatcher((recording, observe) => {
  keystrokesOf(recording).forEach(({ holdMs, pressToPressMs, releaseToPressMs }, position) => {
    observe(`hold ${position}`, holdMs)
    observe(`press ${position}`, pressToPressMs)
    observe(`flight ${position}`, releaseToPressMs)
  })
})

/** Pointing, in pieces of fifteen seconds: mean and spread of each piece's speeds, accelerations and turns, and of how long buttons are held. */
const simplePointing: Matcher<Cells> = simpleMatcher((recording, observe) => {
  const pieces = byTime(recording, pieceMs)
  for (const piece of pieces.length > 0 ? pieces : [recording]) {
    for (const [quantity, values] of movesOf(piece)) {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
      observe(`mean ${quantity}`, mean)
      observe(`spread ${quantity}`, Math.sqrt(variance))
    }
  }
})

const pieceMs = 15_000

function movesOf({ events }: Recording): Values {
  const values = new Map<string, number[]>()
  const observe = (quantity: string, value: number): void => {
    if (Number.isNaN(value)) return
    const known = values.get(quantity)
    if (known === undefined) values.set(quantity, [value])
    else known.push(value)
  }
  let last: { t: number; x: number; y: number; speed: number; angle: number } | undefined
  let downT = Number.NaN
  for (const event of events) {
    if ('code' in event) continue
    const { t, type, x, y } = event
    if (type === 'mousedown') downT = t
    else if (type === 'mouseup') observe('hold', t - downT)
    if (type !== 'mousemove') continue
    const ms = t - (last?.t ?? Number.NaN)
    const way = Math.hypot(x - (last?.x ?? x), y - (last?.y ?? y))
    if (last === undefined || ms > longestMoveMs) last = { t, x, y, speed: Number.NaN, angle: Number.NaN }
    else if (ms > 0 && way > 0) {
      const speed = Math.log(way / ms)
      const angle = Math.atan2(y - last.y, x - last.x)
      observe('speed', speed)
      observe('acceleration', speed - last.speed)
      observe('turn', Math.abs(Math.atan2(Math.sin(angle - last.angle), Math.cos(angle - last.angle))))
      last = { t, x, y, speed, angle }
    }
  }
  return values
}

/** Moves further apart belong to different strokes. */
const longestMoveMs = 200

/** The simple method for the kind of recordings that these people have. */
export function simpleMatcherFor(roles: readonly Role[]): Matcher<Cells> {
  const kind = roles[0]?.enrolment[0]?.kind
  if (kind === 'pointer') return simplePointing
  return kind === 'fixed' ? simpleFixedText : simpleFreeText
}

const longestRhythmMs = 1000
/** A cell seen less often at enrolment has no deviation to be measured by. */
const fewestInCell = 3
const leastDeviation = 1e-3

function simpleMatcher(quantities: (recording: Recording, observe: Observe) => void): Matcher<Cells> {
  const probes = new WeakMap<Recording, Values>()
  const valuesOf = (recordings: readonly Recording[]): Values => {
    const values = new Map<string, number[]>()
    for (const recording of recordings) {
      quantities(recording, (cell, value) => {
        if (Number.isNaN(value)) return
        const known = values.get(cell)
        if (known === undefined) values.set(cell, [value])
        else known.push(value)
      })
    }
    return values
  }
  return {
    enrol: (recordings) => cellsOf(valuesOf(recordings)),
    score(cells, probe) {
      let values = probes.get(probe)
      if (values === undefined) probes.set(probe, (values = valuesOf([probe])))
      let sum = 0
      let count = 0
      for (const [cell, all] of values) {
        const known = cells.get(cell)
        if (known === undefined) continue
        for (const value of all) sum += Math.abs(value - known.mean) / known.deviation
        count += all.length
      }
      return count === 0 ? undefined : sum / count
    }
  }
}

type Values = ReadonlyMap<string, readonly number[]>

function cellsOf(values: Values): Cells {
  const cells = new Map<string, { mean: number; deviation: number }>()
  for (const [cell, all] of values) {
    if (all.length < fewestInCell) continue
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length
    const deviation = all.reduce((sum, value) => sum + Math.abs(value - mean), 0) / all.length
    cells.set(cell, { mean, deviation: Math.max(deviation, leastDeviation) })
  }
  return cells
}

function keystrokesOf(recording: Recording): Keystroke[] {
  const keystrokes: Keystroke[] = []
  const tracker = createKeystrokeTracker((keystroke) => keystrokes.push(keystroke))
  for (const event of eventsOf(recording)) tracker.push(event)
  tracker.flush()
  return keystrokes
}
