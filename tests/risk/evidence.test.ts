// Evidence that another person has taken over: how it grows, fades and is forgotten, and how a budget becomes a threshold.

import { describe, expect, it } from 'vitest'
import {
  addEvidence,
  alarmModel,
  noEvidence,
  parseBudget,
  riskOf,
  type EvidenceInput
} from '../../src/risk/evidence.ts'

const innocent = { alarms: { maxima: Array.from({ length: 200 }, (_, i) => 6 - Math.log(i + 1)), hours: 4 } }
const model = { doubt: 3, alarm: 6 }

describe('a challenge budget', () => {
  it('is read as challenges per watched hours', () => {
    expect(parseBudget('1/40h')).toEqual({ challenges: 1, hours: 40 })
    expect(parseBudget('0.5/2h')).toEqual({ challenges: 0.5, hours: 2 })
  })

  it.each(['', '1', '1/40', '0/2h', '1/0h', '-1/2h', '1/2d', 'NaN/2h', '1e9/2h', ' 1/2h'])(
    'is refused as %j',
    (text) => {
      expect(() => parseBudget(text)).toThrow(expect.objectContaining({ code: 'config_invalid' }))
    }
  )

  it('asks for more evidence the smaller it is, beyond anything that was seen of innocent people', () => {
    const alarms = ['10/1h', '1/2h', '1/40h', '1/1000h'].map((text) => alarmModel(parseBudget(text), innocent).alarm)
    expect(alarms).toEqual([...alarms].sort((a, b) => a - b))
    expect(new Set(alarms).size).toBe(4)
    expect(alarms.at(-1)).toBeGreaterThan(6)
  })

  it('keeps needless challenges on innocent streams within it', () => {
    const { alarm } = alarmModel(parseBudget('5/1h'), innocent)
    const needless = innocent.alarms.maxima.filter((highest) => highest >= alarm).length
    expect(needless).toBeGreaterThan(0)
    expect(needless / innocent.alarms.hours).toBeLessThanOrEqual(5)
  })

  it('puts doubt before alarm, even when nobody innocent has been seen', () => {
    for (const population of [innocent, { alarms: { maxima: [], hours: 0 } }]) {
      const thresholds = alarmModel(parseBudget('1/2h'), population)
      expect(thresholds.doubt).toBeLessThan(thresholds.alarm)
      expect(Number.isFinite(thresholds.alarm)).toBe(true)
    }
  })
})

describe('evidence', () => {
  it('begins with nothing', () => {
    expect(riskOf(noEvidence(), model)).toBe('LOW')
  })

  it('becomes doubt and then alarm', () => {
    let evidence = addEvidence(noEvidence(), window(4), model)
    expect(riskOf(evidence, model)).toBe('MEDIUM')
    evidence = addEvidence(evidence, window(7), model)
    expect(riskOf(evidence, model)).toBe('HIGH')
  })

  it('is not raised by windows that say nothing', () => {
    let evidence = noEvidence()
    for (let i = 0; i < 100; i++) evidence = addEvidence(evidence, window(undefined), model)
    expect(riskOf(evidence, model)).toBe('LOW')
  })

  it('fades as the owner types on, and outlives a single good window', () => {
    let evidence = addEvidence(noEvidence(), window(5), model)
    evidence = addEvidence(evidence, window(-4), model)
    expect(riskOf(evidence, model)).toBe('MEDIUM')
    for (let i = 0; i < 6; i++) evidence = addEvidence(evidence, window(-4), model)
    expect(riskOf(evidence, model)).toBe('LOW')
  })

  it('stops growing, so that it can always fade', () => {
    let evidence = addEvidence(noEvidence(), window(1e9), model)
    for (let i = 0; i < 20; i++) evidence = addEvidence(evidence, window(-4), model)
    expect(riskOf(evidence, model)).toBe('LOW')
  })

  it('does not count what was typed before it began: a person who proved who they are starts clean', () => {
    const long: EvidenceInput = {
      ...window(-2),
      stretches: [
        { hops: 1, llr: -2 },
        { hops: 4, llr: 50 }
      ]
    }
    let evidence = addEvidence(noEvidence(), long, model)
    expect(riskOf(evidence, model)).toBe('LOW')
    for (let i = 0; i < 3; i++) evidence = addEvidence(evidence, long, model)
    expect(riskOf(evidence, model)).toBe('HIGH')
  })

  it('is plain data and counts watched time', () => {
    const before = noEvidence()
    const evidence = addEvidence(before, window(1), model)
    expect(JSON.parse(JSON.stringify(evidence))).toEqual(evidence)
    expect(evidence).toMatchObject({ watchedMs: 5000, keystrokes: 25, windows: 1 })
    expect(before).toEqual(noEvidence())
  })
})

function window(llr: number | undefined): EvidenceInput {
  return { stretches: [{ hops: 1, llr }], freshKeystrokes: 25, freshMs: 5000 }
}
