// Who teaches and who is tested.

import { describe, expect, it } from 'vitest'
import { halves, inDrawnOrder } from '../../src/evaluation/people.ts'
import { byKeystrokes } from '../../src/evaluation/slices.ts'
import { runTrials, type Matcher, type Role } from '../../src/evaluation/matcher.ts'
import { joinTrials } from '../../src/evaluation/metrics/trials.ts'
import type { Recording } from '../../src/biometrics/index.ts'

const people = Array.from({ length: 7 }, (_, i) => ({ person: String(i), recordings: [] }))

describe('the split', () => {
  it('puts nobody on both sides and forgets nobody', () => {
    const { teachers, tested } = halves(inDrawnOrder(people, 1))
    expect([teachers.length, tested.length]).toEqual([3, 4])
    expect(new Set([...teachers, ...tested].map(({ person }) => person)).size).toBe(7)
  })

  it('is drawn by the seed alone', () => {
    expect(inDrawnOrder(people, 1)).toEqual(inDrawnOrder(people, 1))
    expect(inDrawnOrder(people, 1)).not.toEqual(inDrawnOrder(people, 2))
  })
})

describe('trials', () => {
  const recording = (person: string, keystrokes: number): Recording => ({
    person,
    session: person,
    kind: 'free',
    events: Array.from({ length: keystrokes }, (_, t) => ({ t, type: 'keydown', code: 'KeyA' }))
  })
  const roles = ['a', 'b', 'c'].map((person): Role => {
    const own = byKeystrokes(recording(person, 4), 2)
    return { person, enrolment: [recording(person, 9)], own, asStranger: own.slice(0, 1) }
  })
  /** 0 for the owner, 1 for anybody else; nothing of `b`. */
  const knowing: Matcher<string> = {
    enrol: ([first]) => first!.person,
    score: (profile, { person }) => (person === 'b' ? undefined : profile === person ? 0 : 1)
  }

  it('hold each person’s own pieces and one of every other person against the profile', () => {
    const trials = runTrials(knowing, roles, { index: 0, of: 1 })
    expect([...trials.target]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    expect([...trials.prober]).toEqual([0, 0, 1, 2, 1, 1, 0, 2, 2, 2, 0, 1])
    expect([...trials.score]).toEqual([0, 0, Number.NaN, 1, Number.NaN, Number.NaN, 1, 1, 0, 0, 1, Number.NaN])
  })

  it('are the same however they are shared out', () => {
    const rows = ({ target, prober, score }: ReturnType<typeof runTrials>): string[] =>
      [...score.keys()].map((i) => `${target[i]} ${prober[i]} ${score[i]}`).toSorted()
    const shares = [0, 1].map((index) => runTrials(knowing, roles, { index, of: 2 }))
    expect(rows(joinTrials(shares))).toEqual(rows(runTrials(knowing, roles, { index: 0, of: 1 })))
  })

  it('hold intruders whom nobody knows against their target only', () => {
    const [first] = roles
    const trials = runTrials(knowing, [{ ...first!, intruders: [recording('x', 2)] }], { index: 0, of: 1 })
    expect([...trials.prober]).toEqual([0, 0, -1])
    expect([...trials.score]).toEqual([0, 0, 1])
  })
})
