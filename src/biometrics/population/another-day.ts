// A person's material as it would have been on a day that was never recorded, or had somebody else typed it: sums, features and sequences are
// made again from the times of the keystrokes. One sitting does not show how a person differs from day to day.

import { keystrokeFeaturesOf } from '../features/keystroke-features.ts'
import { KeystrokeRing } from '../features/keystroke-ring.ts'
import { timesAt } from '../encoder/sequence.ts'
import { joinSequences, sliceSequence } from '../features/timing-sequence.ts'
import { retyped, type InventedDay, type InventedPerson, type Inventor } from '../encoder/variety.ts'
import { noCounters } from '../events.ts'
import { featureAt } from '../features/features.ts'
import { observeKeystroke } from '../features/hop.ts'
import { longestGapMs, type Keystroke } from '../features/keystrokes.ts'
import type { EnrolledPerson } from './population-model.ts'
import { emptyStatistics, firstPointerNumber, keystrokesIn, type Statistics } from '../features/statistics.ts'
import { windowKeystrokes } from '../features/window.ts'

/** Features that the times of keystrokes do not tell: counters, and how long pauses were. */
const untimed = [featureAt.shiftRightShare, featureAt.capsLockShare, featureAt.numpadShare, featureAt.density] as const

/** Hops whose keystrokes were not kept stay as they are, and so does all pointing. */
export function onDay(
  inventor: Inventor,
  { rows, hops, hopMs, typed }: EnrolledPerson,
  person: InventedPerson,
  day: InventedDay
): EnrolledPerson {
  const sequence = retyped(inventor, joinSequences(typed), person, day)
  const ring = new KeystrokeRing(windowKeystrokes)
  let at = 0
  let pressT = 0
  let before: Keystroke | undefined
  const made = typed.map((hop, i) => {
    const from = at
    at += hop.length
    const statistics = emptyStatistics()
    for (let index = from; index < at; index++) {
      const times = timesAt(sequence, index)
      const together = !Number.isNaN(times.pressToPressMs)
      pressT += together ? times.pressToPressMs : longestGapMs
      before = { ...times, pressT, previousCls: together ? (before?.cls ?? -1) : -1 }
      ring.add(before)
      observeKeystroke(statistics, before)
    }
    // A hop of pointing has features of the typing before it.
    const lost = at === from && (ring.size === 0 || keystrokesIn(hops[i]!) > 0)
    return {
      row: lost ? rows[i]! : retimed(rows[i]!, ring),
      hop: lost ? hops[i]! : withPointing(statistics, hops[i]!),
      typed: sliceSequence(sequence, from, at)
    }
  })
  return {
    rows: made.map(({ row }) => row),
    hops: made.map(({ hop }) => hop),
    hopMs,
    typed: made.map((one) => one.typed)
  }
}

function retimed(row: Float64Array, ring: KeystrokeRing): Float64Array {
  const features = row.slice()
  keystrokeFeaturesOf(ring, features, noCounters)
  for (const feature of untimed) features[feature] = row[feature]!
  return features
}

function withPointing(typing: Statistics, recorded: Statistics): Statistics {
  typing.set(recorded.subarray(firstPointerNumber), firstPointerNumber)
  return typing
}
