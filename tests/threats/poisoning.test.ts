// Threat 5, slow poisoning: somebody with access to a person's session lets their own hands seep into the profile, day after day, until
// it takes them for the owner. The full size is tests/measure/poisoning.ts; here are fewer people and fewer days.

import { describe, expect, it } from 'vitest'
import type { Profile } from '../../src/biometrics/index.ts'
import type { Life } from '../support/learning-life.ts'
import { hasRecordedPeople, samplePeople } from '../support/recordings.ts'
import { typists } from '../support/retimed.ts'
import { populationOf } from './impostor.ts'
import { bending, blending, firstAlarm, livesOf, siegeOf, slowing, trialsOf, unchanged } from './poisoner.ts'

const trialsEach = 4
const people = typists(samplePeople(11, 12))
const siege = siegeOf(people, {
  population: populationOf(typists(samplePeople(12, 48, people))),
  budget: '1/2h',
  seed: 11,
  days: 25,
  keystrokes: 300
})
const { targets, days } = siege

/** Of 48 sittings of 200 keystrokes each: owners who are challenged, and others who are not. */
function errors(profiles: readonly Profile[]): { refused: number; accepted: number } {
  const { ownersChallenged, strangersAccepted } = trialsOf(siege, profiles, trialsEach)
  return { refused: countOf(ownersChallenged), accepted: countOf(strangersAccepted) }
}

function countOf(shares: readonly number[]): number {
  return Math.round(trialsEach * shares.reduce((sum, share) => sum + share, 0))
}

const before = errors(targets.map(({ enrolled }) => enrolled))
/** Half of the sittings of one person: they are much alike, so that a dozen people tell nothing finer apart. */
const room = trialsEach / 2

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** At most twice the strangers, and at most two points more of the owners, within what so few trials can tell. */
function expectUnpoisoned(after: readonly Life[]): void {
  const { refused, accepted } = errors(after.map(({ profile }) => profile))
  expect(accepted).toBeLessThanOrEqual(2 * before.accepted + room)
  expect(refused).toBeLessThanOrEqual(before.refused + 0.02 * trialsEach * targets.length + room)
}

describe('an attacker', () => {
  it('who types the end of each session, more every day, is noticed within ten days and gains nothing', () => {
    const after = livesOf(
      siege,
      blending((day) => 0.1 + day / days)
    )
    expect(median(after.map(firstAlarm))).toBeLessThanOrEqual(10)
    for (const life of after) expect(firstAlarm(life)).toBeLessThanOrEqual(days)
    expectUnpoisoned(after)
  })

  it('who never types more than a nudge gains nothing', () => {
    expectUnpoisoned(
      livesOf(
        siege,
        blending((_, { keystrokes }) => 20 / keystrokes)
      )
    )
  })

  it('who begins with the owner’s own rhythm and bends it to theirs gains nothing', () => {
    const after = livesOf(siege, bending)
    expectUnpoisoned(after)
    // Sooner or later the enrolment, the evidence or the course refuses.
    for (const { days: all } of after) expect(all.some(({ outcome }) => outcome !== 'learnt')).toBe(true)
  })
})

describe('an owner', () => {
  it('who stays the same is learnt from on most days, and is not taken for somebody else', () => {
    const after = livesOf(siege, unchanged)
    const all = after.flatMap((life) => life.days)
    expect(all.filter(({ outcome }) => outcome === 'learnt').length).toBeGreaterThan(all.length / 3)
    const accused = after.filter((life) => life.days.some(({ outcome }) => outcome === 'foreign'))
    // Of a dozen invented people it is four.
    expect(accused.length).toBeLessThanOrEqual(targets.length / (hasRecordedPeople ? 4 : 3))
    expectUnpoisoned(after)
  })

  it('who slows down over weeks is challenged less often by a profile that learns', () => {
    const challenged = (learning: boolean): number =>
      livesOf({ ...siege, targets: targets.slice(0, 8) }, slowing(days - 5, 1.4), learning)
        .flatMap((life) => life.days)
        .filter(({ highest }) => highest === 'HIGH').length
    expect(challenged(true)).toBeLessThan(challenged(false))
  })
})
