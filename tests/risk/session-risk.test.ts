// How a session's record changes, and above all what can never happen to it: behaviour raises nothing, and nothing undoes a revocation.

import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { SessionRecord } from '../../src/ports.ts'
import { standingOf } from '../../src/risk/assurance.ts'
import { belowAll, defaultLadder, rankOf } from '../../src/risk/ladder.ts'
import { actions, type RiskLevel, riskLevels, watchStates } from '../../src/risk/levels.ts'
import type { Decision } from '../../src/risk/policy.ts'
import {
  authenticated,
  demanded,
  newSession,
  phraseAnswered,
  phrasesAnHour,
  phraseStanding,
  phraseTaken,
  revoked,
  riskMoved,
  watchChanged
} from '../../src/risk/session-risk.ts'

const start = 1_000_000
const [one, two] = defaultLadder.map(({ acr }) => acr) as [string, string]
const again: Decision = { action: 'reauthenticate', rule: 'a rule', policyVersion: 3 }
const stepUp: Decision = { action: 'step_up', rule: 'another rule', policyVersion: 3, acr: two }

function signedIn(amr: readonly string[] = ['pwd']): SessionRecord {
  return authenticated(newSession('session', 'ana', start + 1000), { amr, at: start, interaction: 'first' })
}

function acrOf(record: SessionRecord, now = start): string {
  return standingOf(record, defaultLadder, now).acr
}

/** An alarm, as the engine and the default policy raise it. */
function alarmed(record: SessionRecord, at = start + 10): SessionRecord {
  return demanded(riskMoved(record, 'HIGH', 'behaviour'), again, at)
}

function answered(record: SessionRecord, interaction: string, amr: readonly string[], at = start + 20): SessionRecord {
  return authenticated(record, { amr, at, interaction })
}

describe('an alarm', () => {
  it('takes the level, and says why, since when and by which rule', () => {
    const record = alarmed(signedIn())
    expect(record).toMatchObject({
      risk: 'HIGH',
      reason: 'behaviour',
      alarms: 1,
      cap: { acr: belowAll, since: start + 10, reason: 'behaviour' },
      demand: { action: 'reauthenticate', rule: 'a rule', policyVersion: 3, since: start + 10 }
    })
    expect(acrOf(record)).toBe(belowAll)
  })

  it('is over when the person proves who they are; the proof says that the risk engine asked', () => {
    const record = answered(alarmed(signedIn()), 'second', ['pwd'])
    expect(record).toMatchObject({ risk: 'LOW', answeredWith: ['pwd'] })
    expect(record).not.toHaveProperty('cap')
    expect(record).not.toHaveProperty('demand')
    expect(record).not.toHaveProperty('reason')
    expect(record.authentications.at(-1)?.amr).toEqual(['pwd', 'rba'])
    expect(acrOf(record, start + 20)).toBe(one)
  })

  it('a login that nobody asked for does not say so', () => {
    expect(answered(signedIn(), 'second', ['pwd']).authentications.at(-1)?.amr).toEqual(['pwd'])
  })

  it('does not go away by good behaviour', () => {
    const record = alarmed(signedIn())
    expect(riskMoved(record, 'LOW', 'behaviour')).toBe(record)
    expect(riskMoved(record, 'MEDIUM', 'behaviour')).toBe(record)
  })

  it('a doubt that took nothing may pass by itself', () => {
    const doubt = riskMoved(signedIn(), 'MEDIUM', 'behaviour')
    expect(doubt.risk).toBe('MEDIUM')
    expect(riskMoved(doubt, 'LOW', 'behaviour')).not.toHaveProperty('reason')
  })

  it('counts once while it stands', () => {
    const record = demanded(alarmed(signedIn()), again, start + 11)
    expect(record.alarms).toBe(1)
  })
})

describe('a watch that was gone', () => {
  const silent = (record: SessionRecord): SessionRecord =>
    demanded(watchChanged(watchChanged(record, 'watched'), 'unobserved'), stepUp, start)

  it('may be answered in the same way each time: a laptop that sleeps twice locks nobody out', () => {
    const once = answered(silent(signedIn()), 'second', ['pwd'])
    expect(once).not.toHaveProperty('answeredWith')
    expect(acrOf(answered(silent(once), 'third', ['pwd']), start + 20)).toBe(one)
  })

  it('and then a stranger on top is a suspicion, whatever came first', () => {
    const suspected = answered(alarmed(signedIn()), 'second', ['pwd'])
    const both = riskMoved(silent(suspected), 'HIGH', 'behaviour')
    expect(both.cap?.reason).toBe('behaviour')
    expect(acrOf(answered(both, 'third', ['pwd']), start + 20)).toBe(belowAll)
  })
})

describe('a second alarm in one session', () => {
  const second = () => alarmed(answered(alarmed(signedIn()), 'second', ['pwd']), start + 30)

  it('answered by the same factor is over and does not ask again, but gives nothing back', () => {
    const record = answered(second(), 'third', ['pwd'], start + 40)
    expect(record).not.toHaveProperty('demand')
    expect(record).toMatchObject({ alarms: 2, risk: 'HIGH', cap: { acr: belowAll } })
    expect(acrOf(record, start + 40)).toBe(belowAll)
    const stubborn = answered(record, 'fourth', ['pwd'], start + 50)
    expect(acrOf(stubborn, start + 50)).toBe(belowAll)
  })

  it('answered by another factor gives everything back', () => {
    const record = answered(second(), 'third', ['otp'], start + 40)
    expect(record).not.toHaveProperty('cap')
    expect(record.answeredWith).toEqual(['pwd', 'otp'])
    expect(acrOf(record, start + 40)).toBe(two)
  })

  it('the other factor may come later', () => {
    const record = answered(answered(second(), 'third', ['pwd'], start + 40), 'fourth', ['otp'], start + 50)
    expect(acrOf(record, start + 50)).toBe(two)
  })

  it('a third alarm is not disarmed by either of the two', () => {
    const third = alarmed(answered(second(), 'third', ['otp'], start + 40), start + 50)
    expect(acrOf(answered(third, 'fourth', ['pwd', 'otp'], start + 60), start + 60)).toBe(belowAll)
    expect(acrOf(answered(third, 'fourth', ['hwk', 'user'], start + 60), start + 60)).not.toBe(belowAll)
  })
})

describe('a phrase', () => {
  const phrase: Decision = { action: 'phrase', rule: 'a doubt', policyVersion: 3 }
  const doubted = (record = signedIn()) => demanded(riskMoved(record, 'MEDIUM', 'behaviour'), phrase, start + 5)

  it('is offered for a doubt, and takes and asks nothing', () => {
    const record = doubted()
    expect(record.phrase).toEqual({ rule: 'a doubt', policyVersion: 3, since: start + 5 })
    expect(acrOf(record)).toBe(one)
    expect(record).not.toHaveProperty('demand')
    expect(record.alarms).toBe(0)
    expect(demanded(record, phrase, start + 9)).toBe(record)
  })

  it('answers the doubt and nothing else', () => {
    const record = phraseAnswered(doubted())
    expect(record).toEqual(signedIn())
  })

  it('is for no session that has lost a level: a silence, an alarm, an end', () => {
    const silent = demanded(watchChanged(signedIn(), 'unobserved'), stepUp, start + 2)
    for (const lost of [silent, without(silent, 'demand'), without(silent, 'cap'), alarmed(signedIn())]) {
      const offered = doubted(lost)
      expect(offered).not.toHaveProperty('phrase')
      expect(phraseAnswered(offered)).toBe(offered)
    }
    expect(phraseStanding(revoked(doubted(), 'over', start + 9), start + 9)).toBe('none')
    const ended = revoked(doubted(), 'over', start + 9)
    expect(phraseAnswered(ended)).toBe(ended)
  })

  it('goes with the doubt: when it fades, when it becomes an alarm, when a rule asks for more, when a factor passes', () => {
    const record = doubted()
    expect(riskMoved(record, 'LOW', 'behaviour')).not.toHaveProperty('phrase')
    expect(riskMoved(record, 'HIGH', 'behaviour')).not.toHaveProperty('phrase')
    expect(demanded(record, stepUp, start + 9)).not.toHaveProperty('phrase')
    const passed = answered(record, 'by itself', ['pwd'])
    expect(passed).not.toHaveProperty('phrase')
    expect(passed).toMatchObject({ risk: 'LOW' })
  })

  it('is looked at so often an hour, whatever came of it', () => {
    let record = doubted()
    for (let n = 0; n < phrasesAnHour; n++) {
      expect(phraseStanding(record, start + n)).toBe('open')
      record = phraseTaken(record, `phrase ${n}`, start + n)
    }
    const later = doubted(phraseAnswered(record))
    expect([phraseStanding(record, start + 3599), phraseStanding(later, start + 9)]).toEqual(['used_up', 'used_up'])
    expect(phraseStanding(record, start + 3601)).toBe('open')
    expect(phraseTaken(record, 'later', start + 9000).phrases).toEqual([{ id: 'later', at: start + 9000 }])
  })

  function without(record: SessionRecord, key: 'demand' | 'cap'): SessionRecord {
    const { [key]: _gone, ...rest } = record
    return rest
  }
})

describe('a demand', () => {
  it('notify and allow ask nothing and take nothing', () => {
    const record = signedIn()
    for (const action of ['allow', 'notify'] as const)
      expect(demanded(record, { ...again, action }, start)).toBe(record)
  })

  it('gives way to a stronger one and to no weaker one, and keeps its beginning', () => {
    const mild = demanded(signedIn(), stepUp, start + 5)
    const strong = demanded(mild, again, start + 9)
    expect(strong.demand).toEqual({ action: 'reauthenticate', rule: 'a rule', policyVersion: 3, since: start + 5 })
    expect(demanded(strong, stepUp, start + 12)).toBe(strong)
    expect(strong.cap).toEqual(mild.cap)
  })

  it('names the reason: the watch that is gone, or the policy', () => {
    expect(demanded(watchChanged(signedIn(), 'unobserved'), stepUp, start).cap?.reason).toBe('unobserved')
    expect(demanded(signedIn(), stepUp, start).cap?.reason).toBe('policy')
  })
})

describe('a revocation', () => {
  it('wins over everything that comes later', () => {
    const gone = revoked(signedIn(), 'a test', start + 5)
    expect(gone).toMatchObject({ revokedAt: start + 5, reason: 'a test' })
    expect(riskMoved(gone, 'HIGH', 'behaviour')).toBe(gone)
    expect(demanded(gone, again, start + 6)).toBe(gone)
    expect(revoked(gone, 'another', start + 7)).toBe(gone)
    expect(answered(gone, 'second', ['hwk', 'user']).revokedAt).toBe(start + 5)
  })
})

describe('bookkeeping', () => {
  it('the same interaction counts once, however often it comes', () => {
    const record = signedIn()
    expect(authenticated(record, { amr: ['hwk', 'user'], at: start, interaction: 'first' })).toBe(record)
  })

  it('what changes nothing is the same object, so that nothing is written', () => {
    const record = signedIn()
    expect(riskMoved(record, 'LOW', 'behaviour')).toBe(record)
    expect(watchChanged(record, 'not_watched')).toBe(record)
  })

  it('a session of a thousand step-ups remembers the newest twenty', () => {
    let record = signedIn()
    for (let n = 0; n < 1000; n++) record = answered(record, `step ${n}`, ['pwd'], start + n)
    expect(record.authentications).toHaveLength(20)
    expect(record.authentications.at(-1)).toMatchObject({ at: start + 999 })
  })
})

describe('properties', () => {
  type Step = (record: SessionRecord, now: number) => SessionRecord
  const decisions: fc.Arbitrary<Decision> = fc.record({
    action: fc.constantFrom(...actions),
    rule: fc.constant('any'),
    policyVersion: fc.constant(1)
  })
  const behaviour: fc.Arbitrary<Step> = fc.oneof(
    fc.tuple(fc.constantFrom<RiskLevel>(...riskLevels), fc.constantFrom('behaviour', 'unobserved')).map(
      ([level, reason]): Step =>
        (record) =>
          riskMoved(record, level, reason)
    ),
    fc.constantFrom(...watchStates).map(
      (watch): Step =>
        (record) =>
          watchChanged(record, watch)
    ),
    decisions.map(
      (decision): Step =>
        (record, now) =>
          demanded(record, decision, now)
    ),
    fc.constant<Step>(phraseAnswered)
  )
  const login: fc.Arbitrary<Step> = fc
    .tuple(fc.uniqueArray(fc.constantFrom('pwd', 'otp', 'hwk', 'user'), { minLength: 1 }), fc.nat())
    .map(
      ([amr, n]): Step =>
        (record, now) =>
          authenticated(record, { amr, at: now, interaction: `login ${n}` })
    )

  /** A session with any past. */
  const sessions = fc
    .array(fc.oneof(behaviour, login), { maxLength: 12 })
    .map((steps) => steps.reduce((record, step, n) => step(record, start + n), signedIn()))

  test('behaviour never raises an acr, whatever the session went through before', () => {
    fc.assert(
      fc.property(
        sessions,
        fc.array(behaviour, { minLength: 1, maxLength: 12 }),
        fc.nat(14 * 3600),
        (record, steps, age) => {
          const now = start + 20 + age
          let rank = rankOf(defaultLadder, acrOf(record, now))
          let present = record
          for (const step of steps) {
            present = step(present, now)
            const next = rankOf(defaultLadder, acrOf(present, now))
            expect(next).toBeLessThanOrEqual(rank)
            rank = next
          }
          expect(present.authentications).toEqual(record.authentications)
        }
      ),
      { numRuns: 500 }
    )
  })

  test('a cap goes only with a factor that had not answered before', () => {
    fc.assert(
      fc.property(sessions, fc.oneof(behaviour, login), (record, step) => {
        const next = step(record, start + 50)
        if (!record.cap || next.cap) return
        const passed = next.authentications.at(-1)!.amr.filter((method) => method !== 'rba')
        expect(next.authentications).not.toEqual(record.authentications)
        const silence = record.cap.reason === 'unobserved'
        expect(silence || passed.some((method) => !record.answeredWith?.includes(method))).toBe(true)
      }),
      { numRuns: 500 }
    )
  })

  test('a demand can always be answered: whoever passes anything is not asked again', () => {
    fc.assert(
      fc.property(sessions, (record) => {
        expect(authenticated(record, { amr: ['pwd'], at: start + 60, interaction: 'the last' })).not.toHaveProperty(
          'demand'
        )
      })
    )
  })

  test('no step changes the record it was given', () => {
    fc.assert(
      fc.property(sessions, fc.oneof(behaviour, login), (record, step) => {
        const before = structuredClone(record)
        step(record, start + 50)
        expect(record).toEqual(before)
      })
    )
  })
})
