// Fixed text: a secret is known to two people, and typed by one of them the way the other does not.

import { beforeAll, describe, expect, it } from 'vitest'
import {
  decodeFixedTextModel,
  decodeFixedTextTemplate,
  encodeFixedTextModel,
  encodeFixedTextTemplate,
  enrolFixedText,
  fewestRepetitions,
  fixedTextJudge,
  fixedTextRatio,
  learnFixedText,
  repetitionOf,
  updateFixedText,
  type FixedTextModel,
  type FixedTextTemplate,
  type Repetition
} from '../../src/biometrics/fixed-text/index.ts'
import { encodePlain } from '../../src/biometrics/plain-codec.ts'
import { eventsOf, type RecordedEvent } from '../../src/biometrics/index.ts'
import { normals, seededRandom } from '../../src/biometrics/random.ts'
import { isVigilError } from '../../src/errors.ts'

const keys = 9
const repetitions = 36

let model: FixedTextModel
let teachers: readonly (readonly (readonly Repetition[])[])[]
let people: readonly (readonly Repetition[])[]

beforeAll(() => {
  const secrets = [1, 2, 3].map((seed) => inventTypists(seed, 20))
  teachers = secrets[0]!.map((_, person) => secrets.map((typists) => typists[person]!))
  model = learnFixedText(teachers, 1)!
  people = inventTypists(8, 12)
})

describe('a secret that somebody else knows', () => {
  it('is told apart by its rhythm, with one threshold for everybody, by a model learnt on other people and another secret', () => {
    const owners: number[] = []
    const strangers: number[] = []
    for (const own of people) {
      const judge = fixedTextJudge(model, enrolFixedText(own.slice(0, 10))!)
      owners.push(...own.slice(10).map((repetition) => judge(repetition)!))
      for (const other of people) if (other !== own) strangers.push(...other.slice(0, 5).map((one) => judge(one)!))
    }
    expect(share(owners, (ratio) => ratio < 0)).toBeGreaterThan(0.85)
    expect(share(strangers, (ratio) => ratio > 0)).toBeGreaterThan(0.85)
  })

  it('is told apart better after twenty repetitions than after three', () => {
    expect(cost(20)).toBeLessThan(cost(3))
  })

  it('is told apart better when ten other people are known who type it', () => {
    const bystanders = inventTypists(8, 40).slice(12)
    expect(cost(10, bystanders)).toBeLessThan(cost(10))
    expect(cost(10, bystanders.slice(0, 9))).toBe(cost(10))
  })

  it('gives the same ratio for the same seed, and the template stays as it was', () => {
    const again = learnFixedText(teachers, 1)!
    const template = enrolled(0)
    const before = structuredClone(template)
    const probe = people[1]![0]!
    expect(fixedTextRatio(again, template, probe)).toBe(fixedTextRatio(model, template, probe))
    expect(template).toEqual(before)
  })

  it('is judged as well when releases were not seen, and some of the presses', () => {
    const blind = (one: Repetition): Repetition => ({ ...one, holdMs: one.holdMs.map(() => Number.NaN) })
    const template = enrolFixedText(people[0]!.slice(0, 10).map(blind))!
    const own = fixedTextRatio(model, template, blind(people[0]![20]!))!
    const other = fixedTextRatio(model, template, blind(people[1]![0]!))!
    expect(own).toBeLessThan(other)
    const holed = { ...people[0]![20]!, pressMs: people[0]![20]!.pressMs.map((t, i) => (i === 4 ? Number.NaN : t)) }
    expect(fixedTextRatio(model, enrolled(0), holed)).toBeLessThan(fixedTextRatio(model, enrolled(0), people[1]![0]!)!)
  })
})

describe('no evidence', () => {
  it('is not 0: another number of keys says nothing', () => {
    expect(fixedTextRatio(model, enrolled(0), cut(people[0]![20]!, keys - 1))).toBeUndefined()
  })

  it('is what two repetitions give', () => {
    const own = people[0]!
    const ratioAfter = (count: number): number | undefined =>
      fixedTextRatio(model, enrolFixedText(own.slice(0, count))!, own[20]!)
    expect(ratioAfter(fewestRepetitions - 1)).toBeUndefined()
    expect(ratioAfter(fewestRepetitions)).toBeTypeOf('number')
  })

  it('is what a repetition without times gives', () => {
    const nothing = new Float64Array(keys).fill(Number.NaN)
    expect(fixedTextRatio(model, enrolled(0), { pressMs: nothing, holdMs: nothing })).toBeUndefined()
  })

  it('is what a population of a handful gives', () => {
    expect(learnFixedText(teachers.slice(0, 8), 1)).toBeUndefined()
    expect(learnFixedText([], 1)).toBeUndefined()
    const short = teachers.map((own) => own.map((all) => all.slice(0, 20)))
    expect(learnFixedText(short, 1)).toBeUndefined()
  })
})

describe('enrolment', () => {
  it('leaves out repetitions in which a slip was corrected', () => {
    const own = people[0]!.slice(0, 10)
    const slipped = [own[0]!, cut(own[1]!, 7), ...own.slice(1)]
    expect(enrolFixedText(slipped)).toEqual(enrolFixedText(own))
  })

  it('takes no secret of three keys, and none of a page', () => {
    expect(enrolFixedText([cut(people[0]![0]!, 3)])).toBeUndefined()
    const page = Float64Array.from({ length: 129 }, (_, i) => 100 * i)
    expect(enrolFixedText([{ pressMs: page, holdMs: page.map(() => 80) }])).toBeUndefined()
    expect(enrolFixedText([])).toBeUndefined()
  })

  it('goes on with later logins: who gets faster is known again', () => {
    const own = people[0]!
    const faster = own.map((one) => ({ ...one, pressMs: one.pressMs.map((t) => t * 0.75) }))
    const early = enrolFixedText(own.slice(0, 10))!
    const late = faster.slice(10, 30).reduce(updateFixedText, early)
    expect(mean(faster.slice(30), late)).toBeLessThan(mean(faster.slice(30), early))
    expect(late.repetitions).toBe(30)
  })

  it('is not moved far by one wild login, nor at all by another secret', () => {
    const template = enrolFixedText(people[0]!.slice(0, 30))!
    const wild = { ...people[0]![30]!, pressMs: people[0]![30]!.pressMs.map((t) => t * 50) }
    const moved = updateFixedText(template, wild)
    template.views[1]!.mean.forEach((value, i) => {
      expect(Math.abs(moved.views[1]!.mean[i]! - value)).toBeLessThan(0.3)
    })
    expect(updateFixedText(template, cut(wild, 5))).toBe(template)
  })
})

describe('a repetition', () => {
  it('is read from events in the order of the presses, without the keys', () => {
    const events: RecordedEvent[] = [
      { t: 0, type: 'keydown', code: 'KeyS' },
      { t: 5, type: 'mousemove', x: 1, y: 2 },
      { t: 70, type: 'keydown', code: 'KeyE' },
      { t: 90, type: 'keyup', code: 'KeyS' },
      { t: 150, type: 'keydown', code: 'KeyC' },
      { t: 200, type: 'keyup', code: 'KeyE' }
    ]
    expect(repetitionOf(eventsOf({ person: 'ana', session: '1', kind: 'fixed', events }))).toEqual({
      pressMs: new Float64Array([0, 70, 150]),
      holdMs: new Float64Array([90, 130, Number.NaN])
    })
  })
})

describe('what is stored', () => {
  it('comes back and judges alike', () => {
    const template = enrolled(0)
    const bystanders = inventTypists(9, 11)
    const together = enrolFixedText(people[0]!.slice(0, 10), bystanders)!
    const stored = decodeFixedTextModel(encodeFixedTextModel(model))
    expect(stored).toEqual(model)
    for (const one of [template, together]) {
      const back = decodeFixedTextTemplate(encodeFixedTextTemplate(one))
      expect(back).toEqual(one)
      expect(fixedTextRatio(stored, back, people[1]![0]!)).toBe(fixedTextRatio(model, one, people[1]![0]!))
    }
    expect(encodeFixedTextTemplate(template).length).toBeLessThan(3000)
  })

  it.each<[string, (template: FixedTextTemplate) => unknown]>([
    ['another version', (template) => ({ ...template, version: 99 })],
    ['too many keys', (template) => ({ ...template, keys: 1e9 })],
    ['fewer positions than keys', (template) => ({ ...template, keys: keys + 1 })],
    ['a field too many', (template) => ({ ...template, secret: 'hunter2' })],
    ['a view too few', (template) => ({ ...template, views: template.views.slice(1) })],
    ['half a repetition', (template) => ({ ...template, repetitions: 1.5 })],
    [
      'a mean that is no number',
      (template) => withFirstView(template, { mean: new Float64Array(keys).fill(Number.NaN) })
    ],
    ['a scatter below 0', (template) => withFirstView(template, { scatter: new Float64Array(keys).fill(-1) })],
    ['a company of one', (template) => ({ ...template, company: { people: 1, mean: [], variance: [] } })],
    ['a company without views', (template) => ({ ...template, company: { people: 20, mean: [], variance: [] } })],
    ['nothing', () => 0]
  ])('a template with %s is refused', (_name, spoil) => {
    const bytes = encodePlain(tagged('vigil-fixed-text-template', spoil(enrolled(0))))
    expect(() => decodeFixedTextTemplate(bytes)).toThrow(expect.objectContaining({ code: 'profile_corrupt' }))
  })

  it.each<[string, (whole: FixedTextModel) => unknown]>([
    ['another version', (whole) => ({ ...whole, version: 99 })],
    ['no sizes', (whole) => ({ ...whole, alone: [] })],
    ['falling sizes', (whole) => ({ ...whole, alone: whole.alone.toReversed() })],
    ['weights missing', (whole) => ({ ...whole, alone: [{ ...whole.alone[0]!, weights: new Float64Array(2) }] })],
    [
      'a view missing',
      (whole) => ({ ...whole, alone: [{ ...whole.alone[0]!, views: whole.alone[0]!.views.slice(1) }] })
    ],
    ['regressors of the other kind', (whole) => ({ ...whole, company: whole.alone })]
  ])('a model with %s is refused', (_name, spoil) => {
    const bytes = encodePlain(tagged('vigil-fixed-text', spoil(model)))
    expect(() => decodeFixedTextModel(bytes)).toThrow(expect.objectContaining({ code: 'population_invalid' }))
  })

  it('in any state gives a template or a coded error', () => {
    const random = seededRandom(5)
    const bytes = encodeFixedTextTemplate(enrolled(0))
    let refused = 0
    for (let round = 0; round < 300; round++) {
      const spoilt = bytes.slice(0, random() < 0.3 ? Math.floor(random() * bytes.length) : bytes.length)
      for (let i = 0; i < 3 && spoilt.length > 0; i++) spoilt[Math.floor(random() * spoilt.length)] = random() * 256
      try {
        const ratio = fixedTextRatio(model, decodeFixedTextTemplate(spoilt), people[0]![20]!)
        expect(ratio === undefined || Number.isFinite(ratio)).toBe(true)
      } catch (error) {
        expect(isVigilError(error, 'profile_corrupt')).toBe(true)
        refused++
      }
    }
    expect(refused).toBeGreaterThan(100)
  })
})

function enrolled(person: number): FixedTextTemplate {
  return enrolFixedText(people[person]!.slice(0, 10))!
}

function cut({ pressMs, holdMs }: Repetition, length: number): Repetition {
  return { pressMs: pressMs.slice(0, length), holdMs: holdMs.slice(0, length) }
}

function mean(probes: readonly Repetition[], template: FixedTextTemplate): number {
  const judge = fixedTextJudge(model, template)
  return probes.reduce((sum, probe) => sum + judge(probe)!, 0) / probes.length
}

/** Mean loss of the ratios, owners and strangers alike (Cllr in nats). */
function cost(enrolment: number, others: readonly (readonly Repetition[])[] = []): number {
  let loss = 0
  for (const own of people) {
    const judge = fixedTextJudge(model, enrolFixedText(own.slice(0, enrolment), others)!)
    const owners = own.slice(20).map((one) => Math.log1p(Math.exp(judge(one)!)))
    const strangers = people
      .filter((other) => other !== own)
      .flatMap((other) => other.slice(0, 5).map((one) => Math.log1p(Math.exp(-judge(one)!))))
    loss += owners.reduce((a, b) => a + b, 0) / owners.length + strangers.reduce((a, b) => a + b, 0) / strangers.length
  }
  return loss / people.length
}

function share(values: readonly number[], fits: (value: number) => boolean): number {
  return values.filter(fits).length / values.length
}

function withFirstView(template: FixedTextTemplate, part: Partial<FixedTextTemplate['views'][number]>): unknown {
  return { ...template, views: template.views.map((view, i) => (i === 0 ? { ...view, ...part } : view)) }
}

function tagged(format: string, value: unknown): unknown {
  return typeof value === 'object' ? { format, ...value } : value
}

/** People who type one secret, each at a pace and with habits of their own, and slip now and then. The seed is the secret. */
function inventTypists(seed: number, count: number): readonly (readonly Repetition[])[] {
  const random = seededRandom(seed)
  const normal = normals(random)
  const difficulty = Array.from({ length: keys }, () => 0.4 * normal())
  return Array.from({ length: count }, () => {
    const pace = 0.3 * normal()
    const gaps = difficulty.map((one) => Math.log(180) + one + pace + 0.18 * normal())
    const holds = difficulty.map(() => Math.log(95) + 0.2 * pace + 0.12 * normal())
    return Array.from({ length: repetitions }, (_, repetition) => {
      const today = 0.06 * normal() + 0.2 * Math.exp(-repetition / 8)
      let t = 0
      const pressMs = new Float64Array(keys)
      const holdMs = new Float64Array(keys)
      for (let i = 0; i < keys; i++) {
        pressMs[i] = t
        holdMs[i] = Math.round(Math.exp(holds[i]! + 0.1 * normal()))
        t += Math.round(Math.exp(gaps[i]! + today + 0.15 * normal()) * (random() < 0.02 ? 3 : 1))
      }
      return { pressMs, holdMs }
    })
  })
}
