// An owner who types as never before, on another device, hurt or tired, is asked and never shut out (attack 13 of the threat list): whatever is seen
// of a person's hands, no rule that ships ends a session or refuses a login.

import { expect, test } from 'vitest'
import { loa1, loa2, loa3 } from '../support/server.ts'
import { rhythmVerdicts } from '../../src/biometrics/fixed-text/verdict.ts'
import { livenessKinds } from '../../src/biometrics/liveness/finding.ts'
import { riskLevels, watchStates } from '../../src/risk/levels.ts'
import { decide, defaultPolicyDocument, parsePolicy, type Facts } from '../../src/risk/policy.ts'

const policy = parsePolicy(defaultPolicyDocument, [loa1, loa2, loa3])
const suspicions = [undefined, ...livenessKinds]

/** Everything that the default policy can be told. */
function allFacts(): Facts[] {
  const logins = suspicions.flatMap((liveness) =>
    rhythmVerdicts.flatMap((rhythm) => [true, false].map((newDevice) => ({ rhythm, liveness, newDevice })))
  )
  return riskLevels.flatMap((risk) =>
    watchStates.flatMap((watch) =>
      suspicions.flatMap((liveness) =>
        [undefined, { known: true }, { known: false }].flatMap((device) =>
          [undefined, ...logins].map((login) => ({ risk, watch, liveness, device, login, clients: ['notes'] }))
        )
      )
    )
  )
}

test('whatever their hands look like, they are asked at most', () => {
  const decided = allFacts().map((facts) => decide(policy, facts).action)
  expect(decided.length).toBeGreaterThan(1000)
  expect(
    [...new Set(decided)].filter((action) => !['allow', 'notify', 'step_up', 'reauthenticate'].includes(action))
  ).toEqual([])
  expect(decided).toContain('step_up')
})

test('another device alone is no reason to ask for anything', () => {
  const device = { known: false }
  const facts: Facts = { risk: 'LOW', watch: 'watched', clients: ['notes'], device }
  expect(['allow', 'notify']).toContain(decide(policy, facts).action)
})
