// What the sequence encoder read in learnt visits: it moves the owner's place, is small, belongs to one encoder, and is never misread.

import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  concludeVisit,
  createEngine,
  createVisit,
  decodeProfile,
  encodeProfile,
  lineageOf,
  materialOf,
  noCourse,
  windowsOf,
  type EnrolledPerson,
  type Engine,
  type Learner,
  type Lesson,
  type Profile
} from '../../../src/biometrics/index.ts'
import { encoderIdOf } from '../../../src/biometrics/encoder/encoder-id.ts'
import { hopEncoderOf } from '../../../src/biometrics/encoder/hops.ts'
import { joinPeople, pickHops, thinned } from '../../../src/biometrics/population/enrolled-person.ts'
import { decodePlain, encodePlain } from '../../../src/biometrics/plain-codec.ts'
import { sumStatistics } from '../../../src/biometrics/features/statistics.ts'
import { inventedDay } from '../../support/invented.ts'
import { populationWithNetworks } from '../../support/invented-networks.ts'

const [ana] = inventedDay().people
let engine: Engine
let enrolled: Profile
let lesson: Lesson

beforeAll(async () => {
  engine = createEngine(await populationWithNetworks(21, 3))
  enrolled = engine.enrol(windowsOf(ana.recordings.slice(0, 8)))
  lesson = lessonFrom({ profile: enrolled, lineage: lineageOf(enrolled), course: noCourse }, 1)
  // A population is learnt, which takes a while on a busy machine.
}, 240_000)

function lessonFrom(learner: Learner, day: number, by = engine): Lesson {
  const visit = createVisit()
  for (const window of windowsOf(ana.recordings.slice(8, 13)))
    visit.add(window, by.assess(learner.profile, window), true)
  const { outcome } = concludeVisit(by, learner, visit.summary(), { day, calm: true })
  if (typeof outcome === 'string') throw new Error(`refused: ${outcome}`)
  return outcome
}

describe('a learnt visit', () => {
  it('leaves what the encoder read and none of the keystrokes, and the place moves', () => {
    const { person, models } = lesson.profile
    const anchor = enrolled.person.hops.length
    expect(person.embedded!.encoder).toBe(encoderIdOf(engine.population.sequence!.encoder))
    expect(person.embedded!.sums).toHaveLength(person.hops.length)
    expect(person.embedded!.sums.slice(0, anchor).every(({ length }) => length === 0)).toBe(true)
    expect(person.embedded!.sums.slice(anchor).some(({ length }) => length > 0)).toBe(true)
    expect(person.typed.slice(anchor).every(({ length }) => length === 0)).toBe(true)
    expect(models.sequence).not.toEqual(enrolled.models.sequence)
    expect(engine.derive(withoutEmbeddings(person)).models.sequence).toEqual(enrolled.models.sequence)
  })

  it('is read hop by hop as it was typed, with what came before each hop', () => {
    const encoder = hopEncoderOf(engine.population.sequence!.encoder)
    const all = encoder.statisticsOf(materialOf(windowsOf(ana.recordings.slice(8, 13))).typed)
    const read = lesson.profile.person.embedded!.sums.filter(({ length }) => length > 0)
    for (const sums of read) expect(all.some((one) => one.every((value, i) => value === sums[i]))).toBe(true)
  })

  it('moves the place by less than what was enrolled holds it, however much was read', () => {
    const { person } = lesson.profile
    const embedded = { ...person.embedded!, sums: person.embedded!.sums.map((sums) => sums.map((sum) => 1000 * sum)) }
    const pulled = engine.derive({ ...person, embedded }).models.sequence!
    const alone = enrolled.models.sequence!
    const far = engine.derive({
      ...person,
      embedded: { ...embedded, sums: embedded.sums.map((sums) => sums.map((sum) => 10 * sum)) }
    })
    expect(far.models.sequence!.mean.map((mean) => Math.round(1e4 * mean))).toEqual(
      pulled.mean.map((mean) => Math.round(1e4 * mean))
    )
    expect(pulled.mean).not.toEqual(alone.mean)
  })

  it('is lost to another encoder, and its sums are not', async () => {
    const later = createEngine(await populationWithNetworks(21, 4))
    const known = later.derive(lesson.profile.person)
    expect(known.models.sequence).toEqual(later.derive(withoutEmbeddings(lesson.profile.person)).models.sequence)
    expect(known.keystrokes).toBe(lesson.profile.keystrokes)
    const next = lessonFrom({ profile: known, lineage: lesson.lineage, course: noCourse }, 2, later)
    expect(next.profile.person.embedded!.encoder).toBe(encoderIdOf(later.population.sequence!.encoder))
    const before = next.profile.person.hops.length - next.hops
    expect(next.profile.person.embedded!.sums.slice(0, before).every(({ length }) => length === 0)).toBe(true)
    expect(next.profile.person.hops.length).toBeGreaterThan(known.person.hops.length)
  })

  it('stays with its hops when they are picked, joined and thinned', () => {
    const { person } = lesson.profile
    const sums = person.embedded!.sums
    const last = sums.length - 1
    expect(pickHops(person, [last, 0]).embedded!.sums).toEqual([sums[last], sums[0]])
    expect(pickHops(person, [0, 1])).not.toHaveProperty('embedded')
    expect(joinPeople(pickHops(person, [0]), pickHops(person, [last])).embedded!.sums).toEqual([sums[0], sums[last]])
    const filled = (one: EnrolledPerson) => one.embedded!.sums.filter(({ length }) => length > 0)
    const thin = thinned(person, Math.ceil(person.hops.length / 2))
    expect(thin.embedded!.sums).toHaveLength(thin.hops.length)
    expect([...sumStatistics(filled(thin))]).toEqual(
      [...sumStatistics(filled(person))].map((sum) => expect.closeTo(sum, 3) as number)
    )
  })
})

describe('a profile that has learnt', () => {
  it('is small after a hundred days, and scores the same after it was stored', () => {
    let learner: Learner = { ...lesson, course: noCourse }
    for (let day = 2; day < 40; day++) learner = { ...lessonFrom(learner, day), course: noCourse }
    const bytes = encodeProfile(learner.profile)
    expect(bytes.byteLength).toBeLessThan(300_000)
    const read = decodeProfile(bytes)
    expect(read.person.embedded).toEqual(learner.profile.person.embedded)
    expect(encodeProfile(read)).toEqual(bytes)
    expect(engine.assess(read, ana.windows[22]!)).toEqual(engine.assess(learner.profile, ana.windows[22]!))
  })

  it('of the version before is read: it knows what was enrolled, and no embeddings', () => {
    const read = decodeProfile(stored({ ...fieldsOf(enrolled), version: 2 }))
    expect(read).toEqual(decodeProfile(encodeProfile(enrolled)))
    expect(read.person).not.toHaveProperty('embedded')
    expect(() => decodeProfile(stored({ ...fieldsOf(enrolled), version: 1 }))).toThrow(corrupt)
  })

  it('is refused when the parts of what was read do not fit together', () => {
    const fields = fieldsOf(lesson.profile)
    const { encoder, at, sums } = fields.person.embedded
    const read = (embedded: unknown): Profile =>
      decodeProfile(stored({ ...fields, person: { ...fields.person, embedded } }))
    expect(read({ encoder, at, sums })).toEqual(decodeProfile(encodeProfile(lesson.profile)))
    for (const wrong of [
      { encoder, at, sums: sums.slice(1) },
      { encoder, at: at.map(() => at[0]!).fill(-1, 0, 1), sums },
      { encoder, at: at.map((hop) => hop + 64), sums },
      { encoder, at: new Int32Array(0), sums: new Float32Array(0) },
      { encoder, at, sums: sums.with(0, Number.NaN) },
      { encoder: 'x'.repeat(65), at, sums },
      { encoder, at, sums, more: 1 },
      { encoder, at },
      1
    ]) {
      expect(() => read(wrong)).toThrow(corrupt)
    }
  })
})

const corrupt = expect.objectContaining({ code: 'profile_corrupt' }) as Error

interface Fields {
  readonly person: {
    readonly embedded: { readonly encoder: string; readonly at: Int32Array; readonly sums: Float32Array }
  }
}

function fieldsOf(profile: Profile): Fields {
  return decodePlain(inflateRawSync(encodeProfile(profile)), 1e6) as unknown as Fields
}

function stored(fields: object): Uint8Array {
  return deflateRawSync(encodePlain(fields))
}

function withoutEmbeddings({ rows, hops, hopMs, typed }: EnrolledPerson): EnrolledPerson {
  return { rows, hops, hopMs, typed }
}
