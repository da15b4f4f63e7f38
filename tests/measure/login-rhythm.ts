// Measures what a login's rhythm is worth: people sign in day after day as the product plays it (judged, then learnt from), and at each stage
// everybody else tries. The CMU password, which teaches nothing that ships. Run: `node --conditions=vigil-source tests/measure/login-rhythm.ts`.

import { assessSecret, nothingKnown, taught, type Repetition } from '../../src/biometrics/fixed-text/index.ts'
import { mechanical, repeated, submissionOf, type Submission } from '../../src/biometrics/fixed-text/secret-tells.ts'
import { mostRecent } from '../../src/biometrics/fixed-text/secret-course.ts'
import { strangerFrom } from '../../src/biometrics/fixed-text/verdict.ts'
import { normals, seededRandom } from '../../src/biometrics/random.ts'
import { drawPeople, estimateOf } from '../../src/evaluation/metrics/bootstrap.ts'
import { shippedPopulation } from '../../src/population/shipped-population.ts'
import { strongPasswordTypists, trainableTypists } from '../support/fixed-text-people.ts'

const model = shippedPopulation().fixedText
const people = strongPasswordTypists()
/** One in five repetitions is a login, two logins a day: eighty logins in forty days. */
const loginStride = 5
const loginsADay = 2
const stages = [5, 10, 20, 40] as const
const limits = [2, 2.5, 3, 4]
/** Standard deviations of the noise on each time, in milliseconds. */
const limitsOfNoise = [0, 1, 2, 3, 5]
const novice = [0, 1, 2, 3, 4]
const practised = [20, 90, 170, 260, 340]

type Kind = 'owner' | 'novice' | 'practised'

/** Ratios by kind and owner. */
interface Stage {
  readonly ratios: Readonly<Record<Kind, number[][]>>
  learnt: number
}

const seen = new Map(stages.map((stage): [number, Stage] => [stage, emptyStage()]))
const draws = drawPeople(people.length, { replicates: 500 })

for (const [person, repetitions] of people.entries()) live(person, repetitions)

print('| logins known | logins of owners | asked needlessly | taught | strangers new to it, asked | practised, asked |')
print('| -----------: | ---------------: | ---------------- | -----: | -------------------------- | ---------------- |')
for (const [stage, { ratios, learnt }] of seen) {
  const logins = ratios.owner.flat().length
  const shares = (['owner', 'novice', 'practised'] as const).map((kind) => withInterval(ratios[kind], strangerFrom))
  print(
    `| ${stage} | ${logins} | ${shares[0]} | ${((100 * learnt) / logins).toFixed(0)} % | ${shares[1]} | ${shares[2]} |`
  )
}
for (const limit of limits) {
  const [owner, novices, skilled] = (['owner', 'novice', 'practised'] as const).map((kind) =>
    withInterval(
      people.map((_, person) => [...seen.values()].flatMap(({ ratios }) => ratios[kind][person]!)),
      limit
    )
  )
  print(`at ${limit}, all stages: owners ${owner}, strangers ${novices}, practised ${skilled}`)
}
tells()

function live(person: number, repetitions: readonly Repetition[]): void {
  let course = nothingKnown
  repetitions.forEach((repetition, i) => {
    if (i % loginStride !== 0) return
    const typed = { repetition, grainMs: 1 }
    const assessment = assessSecret(model, course, typed)
    const known = course.template?.repetitions ?? 0
    const next = taught(course, typed, assessment, Math.floor(i / loginStride / loginsADay))
    const stage = seen.get(stages.findLast((from) => from <= known) ?? 0)
    if (stage && assessment.llr !== undefined) {
      stage.ratios.owner[person]!.push(assessment.llr)
      if (next.refusal === undefined) stage.learnt++
      for (const kind of ['novice', 'practised'] as const)
        stage.ratios[kind][person]!.push(...attempts(person, i, kind))
    }
    course = next.course
  })

  function attempts(owner: number, i: number, kind: 'novice' | 'practised'): number[] {
    const which = kind === 'novice' ? novice : practised
    return people.flatMap((other, stranger) => {
      if (stranger === owner) return []
      const repetition = other[which[(i / loginStride + stranger) % which.length]!]!
      return assessSecret(model, course, { repetition, grainMs: 1 }).llr ?? []
    })
  }
}

/** How often people look like a script or a copy of themselves, and how often copies are known. */
function tells(): void {
  const random = normals(seededRandom(1))
  for (const [name, typists] of [
    ['cmu-fixed-text', people],
    ['trainable/bksd', trainableTypists().flatMap((secrets) => secrets.filter((one) => one.length > 0))]
  ] as const) {
    const counts = { typings: 0, automation: 0, replay: 0, copies: 0, known: limitsOfNoise.map(() => 0) }
    for (const repetitions of typists) {
      let recent: Submission[] = []
      for (const repetition of repetitions) {
        counts.typings++
        if (mechanical(repetition, 1)) counts.automation++
        if (repeated(repetition, recent)) counts.replay++
        const copied = repetitions[counts.typings % repetitions.length]!
        counts.copies++
        limitsOfNoise.forEach((sigmaMs, i) => {
          if (repeated(shaken(copied, sigmaMs, random), [submissionOf(copied)])) counts.known[i]!++
        })
        recent = [...recent, submissionOf(repetition)].slice(-mostRecent)
      }
    }
    const known = counts.known.map(
      (count, i) => `${limitsOfNoise[i]} ms ${((100 * count) / counts.copies).toFixed(1)} %`
    )
    process.stdout.write(
      `\n${name}: ${counts.typings} typings; like a script ${counts.automation}, like a copy ${counts.replay}; `
    )
    process.stdout.write(`copies known at noise of ${known.join(', ')}\n`)
  }
}

function shaken({ pressMs, holdMs }: Repetition, sigmaMs: number, random: () => number): Repetition {
  return { pressMs: pressMs.map((t) => t + sigmaMs * random()), holdMs: holdMs.map((t) => t + sigmaMs * random()) }
}

function emptyStage(): Stage {
  const lists = (): number[][] => people.map(() => [])
  return { ratios: { owner: lists(), novice: lists(), practised: lists() }, learnt: 0 }
}

/** Share at or above the limit, with a 95 % interval by drawing owners. */
function withInterval(ratios: readonly (readonly number[])[], limit: number): string {
  const hits = ratios.map((list) => list.filter((llr) => llr >= limit).length)
  const share = (weights: ArrayLike<number>): number => {
    let above = 0
    let all = 0
    ratios.forEach((list, person) => {
      above += weights[person]! * hits[person]!
      all += weights[person]! * list.length
    })
    return (100 * above) / all
  }
  const { value, low, high } = estimateOf(share(ratios.map(() => 1)), draws.map(share))
  return `${value.toFixed(1)} % (${low.toFixed(1)}–${high.toFixed(1)})`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
