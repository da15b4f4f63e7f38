// A password typed at login after login: what is read from the page, what looks made by a machine, what is learnt, and what is kept.

import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  assessSecret,
  decodeSecretCourse,
  encodeSecretCourse,
  nothingKnown,
  parseTypedRhythm,
  remembered,
  type Repetition,
  type SecretCourse,
  taught
} from '../../src/biometrics/fixed-text/index.ts'
import { mechanical, repeated, submissionOf } from '../../src/biometrics/fixed-text/secret-tells.ts'
import { rhythmVerdict } from '../../src/biometrics/fixed-text/verdict.ts'
import { encodePlain } from '../../src/biometrics/plain-codec.ts'
import { isVigilError } from '../../src/errors.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { fieldOf, typist } from '../support/typists.ts'

const model = shippedPopulation().fixedText
const typed = (repetition: Repetition, grainMs = 0.1) => ({ repetition, grainMs })

/** A course after so many logins of one person, one a day. */
function courseOf(who: ReturnType<typeof typist>, logins: number): SecretCourse {
  let course = nothingKnown
  for (let day = 1; day <= logins; day++) course = taught(course, typed(who.type()), { rhythm: 'owner' }, day).course
  return course
}

describe('what a login page tells', () => {
  it('is read as times of presses and holds', () => {
    const field = '{"v":1,"grain":0.1,"untrusted":0,"press":[0,112.4,180],"hold":[83.2,null,60]}'
    const read = parseTypedRhythm(field)!
    expect(read.grainMs).toBe(0.1)
    expect([...read.repetition.pressMs]).toEqual([0, 112.4, 180])
    expect([...read.repetition.holdMs]).toEqual([83.2, Number.NaN, 60])
  })

  it('is no evidence when it is empty', () => {
    expect(parseTypedRhythm('')).toBeUndefined()
  })

  const good = { v: 1, grain: 0.1, untrusted: 0, press: [0, 100], hold: [80, 80] }
  it.each<[string, unknown]>([
    ['no JSON', '{'],
    ['a number', '7'],
    ['nothing', 'null'],
    ['a list', '[1]'],
    ['binary', '\0\u0001\u00ff'],
    ['another version', { ...good, v: 2 }],
    ['no version', { ...good, v: undefined }],
    ['a score of its own', { ...good, score: 0 }],
    ['a prototype', '{"__proto__":{"a":1},"v":1,"grain":0,"untrusted":0,"press":[0],"hold":[1]}'],
    ['times that go back', { ...good, press: [0, 100, 50], hold: [1, 1, 1] }],
    ['a negative press', { ...good, press: [-1, 100] }],
    ['a negative hold', { ...good, hold: [-1, 80] }],
    ['a press of NaN, which JSON writes as null', { ...good, press: [0, null] }],
    ['an endless time', '{"v":1,"grain":0.1,"untrusted":0,"press":[0,1e999],"hold":[1,1]}'],
    ['a time of a week', { ...good, press: [0, 7 * 86_400_000] }],
    ['text for times', { ...good, press: ['0', '100'] }],
    ['more holds than presses', { ...good, hold: [1, 2, 3] }],
    ['no keys', { ...good, press: [], hold: [] }],
    ['more keys than anybody types', { ...good, press: Array(129).fill(0), hold: Array(129).fill(1) }],
    ['a negative grain', { ...good, grain: -1 }],
    ['more text than the page sends', ' '.repeat(4001)]
  ])('%s is refused with a code', (_, value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    expect(() => parseTypedRhythm(text)).toThrow(/^rhythm: expected /)
    try {
      parseTypedRhythm(text)
    } catch (error) {
      expect(isVigilError(error, 'rhythm_invalid')).toBe(true)
    }
    expect('a' in {}).toBe(false)
  })

  test('any text is a rhythm, nothing, or a coded error', () => {
    const almost = fc.record(
      {
        v: fc.constantFrom<unknown>(1, 2, '1'),
        grain: fc.double(),
        untrusted: fc.integer(),
        press: fc.array(fc.oneof(fc.double(), fc.constant(null))),
        hold: fc.array(fc.oneof(fc.double(), fc.constant(null)))
      },
      { requiredKeys: [] }
    )
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      almost.map((value) => JSON.stringify(value))
    )
    fc.assert(
      fc.property(text, (field) => {
        try {
          const read = parseTypedRhythm(field)
          if (read) assessSecret(model, courseOf(typist(1), 6), read)
        } catch (error) {
          if (!isVigilError(error, 'rhythm_invalid')) throw error
        }
      }),
      { numRuns: 500 }
    )
  })
})

describe('a typing that no hand made', () => {
  const keys = 12
  const made = (gap: (i: number) => number, hold: (i: number) => number): Repetition => {
    const pressMs = new Float64Array(keys)
    for (let i = 1; i < keys; i++) pressMs[i] = pressMs[i - 1]! + gap(i)
    return { pressMs, holdMs: Float64Array.from({ length: keys }, (_, i) => hold(i)) }
  }
  const drawn = (i: number, from: number, to: number): number => from + ((i * 0.618) % 1) * (to - from)

  it.each([
    [
      'constant delays',
      made(
        () => 90,
        (i) => drawn(i, 50, 120)
      ),
      ['constant delays']
    ],
    [
      'constant delays, shaken a little',
      made(
        (i) => 90 + drawn(i, -4, 4),
        (i) => drawn(i, 50, 120)
      ),
      ['constant delays']
    ],
    [
      'uniform delays and a constant hold',
      made(
        (i) => drawn(i, 60, 200),
        () => 50
      ),
      ['constant holds']
    ],
    [
      'uniform delays and keys that are down for an instant',
      made(
        (i) => drawn(i, 60, 200),
        (i) => drawn(i, 0, 9)
      ),
      ['instant holds']
    ],
    [
      'one key when the one before is up',
      made(
        (i) => drawn(i - 1, 40, 120) + 1,
        (i) => drawn(i, 40, 120)
      ),
      ['constant delays']
    ]
  ])('%s are known', (_, repetition, reasons) => {
    expect(mechanical(repetition, 0.1)).toMatchObject({ kind: 'automation', reasons })
  })

  it('is not looked for on a clock that hides it, on one that nobody knows, or in a few keys', () => {
    const even = made(
      () => 90,
      () => 50
    )
    expect(mechanical(even, 16.7)).toBeUndefined()
    expect(mechanical(even, 0)).toBeUndefined()
    expect(mechanical({ pressMs: even.pressMs.slice(0, 5), holdMs: even.holdMs.slice(0, 5) }, 0.1)).toBeUndefined()
  })

  it('people are not taken for one, nor for a copy of themselves', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const who = typist(seed)
      const recent = Array.from({ length: 50 }, () => submissionOf(who.type()))
      const next = who.type()
      expect(mechanical(next, 0.1)).toBeUndefined()
      expect(repeated(next, recent)).toBeUndefined()
    }
  })

  it('is known when it comes again, to the letter and shaken by a millisecond', () => {
    const one = typist(1).type()
    const recent = [submissionOf(typist(2).type()), submissionOf(one)]
    const shaken = { ...one, holdMs: one.holdMs.map((ms, i) => ms + (i % 3) - 1) }
    for (const again of [one, shaken]) expect(repeated(again, recent)).toMatchObject({ kind: 'replay' })
    expect(repeated(one, [])).toBeUndefined()
    expect(repeated({ pressMs: one.pressMs.slice(1), holdMs: one.holdMs.slice(1) }, recent)).toBeUndefined()
  })

  it('a repetition with too little in it is a copy of nothing', () => {
    const blank = { pressMs: Float64Array.of(0, 5000, 11_000), holdMs: new Float64Array(3).fill(Number.NaN) }
    expect(repeated(blank, [submissionOf(blank)])).toBeUndefined()
  })
})

describe('a verdict', () => {
  test.each([
    [undefined, 'none'],
    [Number.NaN, 'none'],
    [-1, 'owner'],
    [-0.9, 'unsure'],
    [1.9, 'unsure'],
    [2, 'stranger']
  ] as const)('of a ratio of %s is %s', (llr, verdict) => {
    expect(rhythmVerdict(llr)).toBe(verdict)
  })

  it('is none until five logins are known, for another number of keys, and where nobody knows how people type', () => {
    const ana = typist(1)
    expect(assessSecret(model, courseOf(ana, 4), typed(ana.type())).rhythm).toBe('none')
    const course = courseOf(ana, 6)
    expect(assessSecret(model, course, typed(ana.type())).rhythm).not.toBe('none')
    expect(assessSecret(model, course, typed(typist(1, 11).type())).rhythm).toBe('none')
    expect(assessSecret(undefined, course, typed(ana.type())).rhythm).toBe('none')
  })

  it('comes with what speaks for it: shares of the views that add up, and a pace against the usual one', () => {
    const ana = typist(1)
    const course = courseOf(ana, 12)
    const one = ana.type()
    const slower = { pressMs: one.pressMs.map((t) => 1.5 * t), holdMs: one.holdMs.map((ms) => 2 * ms) }
    const assessment = assessSecret(model, course, typed(slower))
    expect(assessment.shares.map(({ view }) => view)).toEqual(['hold', 'pressToPress', 'releaseToPress'])
    expect(assessment.holdPercent).toBeGreaterThan(50)
    expect(assessment.gapPercent).toBeGreaterThan(20)
    const sums = [one, slower].map((repetition) => {
      const { shares, llr } = assessSecret(model, course, typed(repetition))
      return llr! - shares.reduce((sum, { share }) => sum + share, 0)
    })
    // What is left is the bias of the calibration, the same for both.
    expect(sums[0]).toBeCloseTo(sums[1]!, 9)
  })
})

describe('what a login teaches', () => {
  const ana = typist(1)

  it('nothing when a machine or a stranger typed', () => {
    const course = courseOf(ana, 12)
    const one = typed(ana.type())
    const finding = { kind: 'replay', strength: 5, reasons: [] } as const
    expect(taught(course, one, { rhythm: 'owner', liveness: finding }, 99)).toEqual({ course, refusal: 'liveness' })
    expect(taught(course, one, { rhythm: 'stranger' }, 99)).toEqual({ course, refusal: 'stranger' })
  })

  it('only what is clearly the owner’s once the person is known, three times a day, and all at first', () => {
    const known = courseOf(ana, 10)
    expect(taught(known, typed(ana.type()), { rhythm: 'unsure' }, 99).refusal).toBe('unsure')
    expect(taught(courseOf(ana, 9), typed(ana.type()), { rhythm: 'unsure' }, 99).refusal).toBeUndefined()
    let course = known
    for (let n = 0; n < 3; n++) course = taught(course, typed(ana.type()), { rhythm: 'owner' }, 99).course
    expect(course.template?.repetitions).toBe(13)
    expect(taught(course, typed(ana.type()), { rhythm: 'owner' }, 99).refusal).toBe('today')
    expect(taught(course, typed(ana.type()), { rhythm: 'owner' }, 100).refusal).toBeUndefined()
  })

  it('a slip in the first login does not decide how many keys the password has', () => {
    const slip = taught(nothingKnown, typed(typist(1, 14).type()), { rhythm: 'none' }, 1).course
    const next = taught(slip, typed(ana.type()), { rhythm: 'none' }, 2).course
    expect(next.template).toMatchObject({ keys: 12, repetitions: 1 })
    const settled = courseOf(ana, 6)
    const longer = taught(settled, typed(typist(1, 14).type()), { rhythm: 'none' }, 9)
    expect(longer).toMatchObject({ refusal: 'length', course: { template: settled.template } })
    expect(taught(nothingKnown, typed(typist(1, 3).type()), { rhythm: 'none' }, 1).refusal).toBe('length')
  })

  it('and what it does not teach is remembered too, so that it is known when it is sent again', () => {
    let course = courseOf(ana, 10)
    for (let n = 0; n < 3; n++) course = taught(course, typed(ana.type()), { rhythm: 'owner' }, 99).course
    for (const [rhythm, one] of [
      ['owner', ana.type()],
      ['unsure', ana.type()],
      ['none', typist(1, 14).type()]
    ] as const) {
      const { course: next, refusal } = taught(course, typed(one), { rhythm }, 99)
      expect(refusal).toBeDefined()
      expect(assessSecret(model, next, typed(one)).liveness?.kind).toBe('replay')
      expect(next.template).toBe(course.template)
    }
    const weak = remembered(nothingKnown, typed(ana.type()))
    expect(weak.recent).toHaveLength(1)
    expect(weak.template).toBeUndefined()
    const once = ana.type()
    expect(remembered(remembered(weak, typed(once)), typed(once)).recent).toHaveLength(2)
    expect(remembered(weak, typed(typist(1, 3).type()))).toBe(weak)
  })

  it('fifty logins are remembered', () => {
    expect(courseOf(ana, 60).recent).toHaveLength(50)
  })
})

describe('what is kept', () => {
  const course = courseOf(typist(1), 7)
  const bytes = encodeSecretCourse({ course, secret: 'a name' })

  it('comes back as it was, and is small', () => {
    expect(decodeSecretCourse(bytes)).toEqual({ course, secret: 'a name' })
    expect(decodeSecretCourse(encodeSecretCourse({ course: nothingKnown, secret: '' }))).toEqual({
      course: nothingKnown,
      secret: ''
    })
    expect(encodeSecretCourse({ course: courseOf(typist(1), 40), secret: 'a name' }).length).toBeLessThan(6000)
  })

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['a list', encodePlain([1])],
    ['another version', mangled({ version: 2 })],
    ['another format', mangled({ format: 'x' })],
    ['a field more', mangled({ more: 1 })],
    ['a negative day', mangled({ day: -1 })],
    ['half a lesson', mangled({ lessons: 0.5 })],
    ['more logins than are kept', mangled({ recent: Array.from({ length: 51 }, () => new Uint8Array(3)) })],
    ['a login of too many keys', mangled({ recent: [new Uint8Array(300)] })],
    ['a template that is none', mangled({ template: new Uint8Array(9) })],
    ['a template that is text', mangled({ template: 'x' })],
    ['more bytes than it can have', new Uint8Array(100_001)]
  ])('%s is refused', (_, broken) => {
    expect(() => decodeSecretCourse(broken)).toThrow(expect.objectContaining({ code: 'profile_corrupt' }))
  })

  test('any bytes are a course or a coded error', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const broken = bytes.slice()
        broken[at] = value
        try {
          decodeSecretCourse(broken)
        } catch (error) {
          if (!isVigilError(error, 'profile_corrupt')) throw error
        }
      })
    )
  })

  function mangled(change: Readonly<Record<string, unknown>>): Uint8Array {
    const plain = { format: 'vigil-secret-course', version: 1, secret: '', recent: [], day: 0, lessons: 0 }
    return encodePlain({ ...plain, ...change })
  }
})

test('the field that the tests make is what the page sends', () => {
  expect(parseTypedRhythm(fieldOf(typist(1).type()))?.repetition.pressMs).toHaveLength(12)
})
