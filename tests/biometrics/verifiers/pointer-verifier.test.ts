// Whose hand moves the pointer, on invented people: the verifier knows strangers it has never seen, and says nothing it cannot know.

import { describe, expect, it } from 'vitest'
import { syntheticRecordings, windowsOf } from '../../../src/biometrics/index.ts'
import {
  enrolPointer,
  learnPointerVerifier,
  peopleLike,
  stepsIn,
  strangerPointing
} from '../../../src/biometrics/verifiers/pointer-verifier.ts'
import { thinnedMoves } from '../../../src/evaluation/stand-ins.ts'
import { emptyStatistics, sumStatistics, type Statistics } from '../../../src/biometrics/features/statistics.ts'

const sessions = 18
const teachers = hopsOfPeople(5, 24)
const tested = hopsOfPeople(6, 12)
const model = learnPointerVerifier(teachers)!

describe('the verifier of pointing', () => {
  it('tells strangers whom it has never seen from owners whom it has never seen', () => {
    const owners: number[] = []
    const strangers: number[] = []
    tested.forEach((enrolled, target) => {
      const place = enrolPointer(model, firstHalf(enrolled))
      tested.forEach((other, prober) => {
        const ratio = strangerPointing(model, place, lastHalf(other))
        ;(target === prober ? owners : strangers).push(ratio)
      })
    })
    expect(areaUnder(owners, strangers)).toBeGreaterThan(0.9)
  })

  it('is surer of much than of little', () => {
    const [ana, ben] = tested
    const place = enrolPointer(model, firstHalf(ana!))
    const little = strangerPointing(model, place, ben!.at(-1)!)
    expect(Math.abs(strangerPointing(model, place, lastHalf(ben!)))).toBeGreaterThan(Math.abs(little))
  })

  it('says nothing of no pointing, and has no place for who never pointed but that of people in general', () => {
    const nothing = emptyStatistics()
    expect(stepsIn(nothing)).toBe(0)
    expect(strangerPointing(model, enrolPointer(model, firstHalf(tested[0]!)), nothing)).toBe(0)
    const nobody = enrolPointer(model, nothing)
    expect(nobody.mean.every((mean) => mean === 0)).toBe(true)
    expect(nobody.variance).toEqual(Float64Array.from(model.families.flatMap(({ between }) => [...between])))
  })

  it('stays finite however wild the counts are', () => {
    const place = enrolPointer(model, firstHalf(tested[0]!))
    for (const count of [1e-6, 1, 1e9, 1e30]) {
      const wild = emptyStatistics().map((_, i) => (i % 7 === 0 ? count : 0))
      expect(Number.isFinite(strangerPointing(model, place, wild))).toBe(true)
    }
  })

  it('knows from how many it can tell a person: from nobody whose pointer is heard of seldom, as nobody else’s is', () => {
    const places = tested.map((hops) => enrolPointer(model, sumStatistics(hops)))
    const numbers = places.map((place) => peopleLike(model, place)).sort((a, b) => a - b)
    expect(numbers[0]).toBeGreaterThan(2)
    expect(numbers[numbers.length >> 1]).toBeGreaterThan(teachers.length / 3)
    for (const hops of hopsOfPeople(6, 12, 110)) {
      expect(peopleLike(model, enrolPointer(model, sumStatistics(hops)))).toBe(0)
    }
  })

  it('is not learnt from five people', () => {
    expect(learnPointerVerifier(teachers.slice(0, 5))).toBeUndefined()
    expect(learnPointerVerifier(teachers.slice(0, 6))).toBeDefined()
  })

  it('is the same for the same people', () => {
    expect(learnPointerVerifier(teachers)).toEqual(model)
  })
})

/** `everyMs`: how often the pointer is heard of. */
function hopsOfPeople(seed: number, people: number, everyMs = 0): Statistics[][] {
  const recordings = syntheticRecordings(seed, people, { sessions, strokes: 8 }).map((recording) =>
    everyMs > 0 ? thinnedMoves(recording, everyMs) : recording
  )
  return Array.from({ length: people }, (_, n) =>
    windowsOf(recordings.slice(n * sessions, (n + 1) * sessions)).map(({ fresh }) => fresh)
  )
}

function firstHalf(hops: readonly Statistics[]): Statistics {
  return sumStatistics(hops.slice(0, hops.length / 2))
}

function lastHalf(hops: readonly Statistics[]): Statistics {
  return sumStatistics(hops.slice(hops.length / 2))
}

/** Share of pairs in which the stranger scores higher. */
function areaUnder(owners: readonly number[], strangers: readonly number[]): number {
  const higher = owners.flatMap((own) => strangers.filter((stranger) => stranger > own))
  return higher.length / owners.length / strangers.length
}
