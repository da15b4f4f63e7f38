// A page may say how coarse its clock is; it is believed when its times bear it out.

import { expect, it } from 'vitest'
import { EventType, type InputEvent } from '../../../src/biometrics/index.ts'
import { createClockClaim } from '../../../src/biometrics/liveness/clock-claim.ts'
import { createLivenessWatch } from '../../../src/biometrics/liveness/index.ts'
import { seededRandom } from '../../../src/biometrics/random.ts'
import { samplePeople } from '../../support/recordings.ts'
import { scriptedTyping } from '../../threats/scripts.ts'
import { dayOf, typingOf } from '../../threats/replay-attack.ts'

function onGrid(events: readonly InputEvent[], grainMs: number): InputEvent[] {
  return events.map((event) => ({ ...event, t: grainMs * Math.round(event.t / grainMs) }))
}

function suspicion(events: readonly InputEvent[], grainMs: number): string | undefined {
  const watch = createLivenessWatch()
  watch.clock(grainMs)
  let kind: string | undefined
  for (const event of events) {
    watch.push(event)
    if (event.type === EventType.keyUp) kind ??= watch.assess()?.kind
  }
  return kind
}

it('a claim that the times contradict counts for nothing', () => {
  const claim = createClockClaim()
  claim.claim(100)
  expect(claim.grainMs).toBe(100)
  for (let i = 0; i < 50; i++) claim.saw(137 * i)
  expect(claim.grainMs).toBe(1)
  const script = scriptedTyping({ delays: 'uniform', style: 'both', keystrokes: 200 }, seededRandom(5))
  expect(suspicion(script, 100)).toBe('automation')
})

it.each([
  ['more than there is', () => 300],
  ['a little more each time', (frame: number) => 40 + frame / 1000]
])('a claim of %s, frame by frame, is no excuse for what it never bears out', (_, claimOf) => {
  const script = scriptedTyping({ delays: 'constant', style: 'both', keystrokes: 200 }, seededRandom(5))
  const watch = createLivenessWatch()
  let kind: string | undefined
  for (const [i, event] of script.entries()) {
    if (i % 10 === 0) watch.clock(claimOf(i / 10))
    watch.push(event)
    kind ??= watch.assess()?.kind
  }
  expect(kind).toBe('automation')
})

it('a clock that hides the rhythm of hands hides that of scripts: neither is suspected', () => {
  const script = scriptedTyping({ delays: 'constant', style: 'press', keystrokes: 200 }, seededRandom(5))
  expect(suspicion(onGrid(script, 100), 100)).toBeUndefined()
})

it.each([16, 100 / 6, 33, 100])('people at a clock of %d ms are not taken for scripts', (grainMs) => {
  for (const { recordings } of samplePeople(12, 30))
    expect(suspicion(onGrid(dayOf(recordings.map(typingOf)), grainMs), grainMs)).toBeUndefined()
})
