// A forger who has recorded somebody's keystrokes and draws them one by one, in an order of their own, is known by those that come twice.
// Nobody is known by it who types the same words again, or whose clock or hands are even.

import { describe, expect, it } from 'vitest'
import { EventType, eventsOf, type InputEvent } from '../../../src/biometrics/index.ts'
import { createLivenessWatch, type LivenessAssessment } from '../../../src/biometrics/liveness/index.ts'
import { seededRandom } from '../../../src/biometrics/random.ts'
import { samplePeople } from '../../support/recordings.ts'
import { drawnWith, forged, sampleOf, victimHand } from '../../threats/forger.ts'
import { dayOf, typingOf } from '../../threats/replay-attack.ts'

const people = samplePeople(31, 8)
const [victim] = people
const everybody = sampleOf(people.slice(1).map(({ recordings }) => dayOf(recordings.map(typingOf))))
const reason = 'the same keystrokes again in another order'

function watched(events: readonly InputEvent[], grainMs = 0): LivenessAssessment | undefined {
  const watch = createLivenessWatch()
  watch.clock(grainMs)
  for (const event of events) watch.push(event)
  return watch.assess()
}

function drawn(sentences: number, keystrokes: number, jitterMs = 0, seed = 3): InputEvent[] {
  const random = seededRandom(seed)
  const known = sampleOf(victim!.recordings.slice(0, sentences).map(typingOf))
  return forged(drawnWith(victimHand(known, everybody, random), jitterMs, random), keystrokes)
}

describe('keystrokes drawn from a recording', () => {
  it.each([
    [1, 150],
    [5, 250],
    [15, 400]
  ])('of %i sentences are known within %i', (sentences, keystrokes) => {
    expect(watched(drawn(sentences, keystrokes))).toMatchObject({
      kind: 'automation',
      reasons: expect.arrayContaining([reason]) as unknown
    })
  })

  it('are known on a coarse clock too', () => {
    const coarse = drawn(5, 300).map((event) => ({ ...event, t: 8 * Math.round(event.t / 8) }))
    expect(watched(coarse, 8)?.reasons).toContain(reason)
  })

  it('do not come twice when each is a little different: something else has to know them', () => {
    expect(watched(drawn(5, 300, 10))?.reasons ?? []).not.toContain(reason)
  })

  it('are forgotten when the person has proved who they are', () => {
    const watch = createLivenessWatch()
    for (const event of drawn(1, 200)) watch.push(event)
    expect(watch.assess()).toBeDefined()
    watch.startAnew()
    expect(watch.assess()).toBeUndefined()
  })
})

describe('a person', () => {
  it.each([1, 4, 8, 16, 33])('is not taken for a forger on a clock of %i ms', (grainMs) => {
    for (const { recordings } of people) {
      const day = dayOf(recordings.map(typingOf))
      const told = day.map((event) => ({ ...event, t: grainMs * Math.round(event.t / grainMs) }))
      expect(watched(told, grainMs)).toBeUndefined()
    }
  })

  it('who types the same sentence again and again is not taken for a forger', () => {
    for (const { recordings } of people) {
      // The same keys in the rhythm of other days: each sentence of the day gives its times to the first one's keys.
      const keys = eventsOf(recordings[0]!).filter(({ type }) => type <= EventType.keyUp)
      const days = Array.from({ length: 6 }, (_, day) => shaken(keys, day))
      expect(watched(dayOf(days))?.reasons ?? []).not.toContain(reason)
    }
  })
})

/** The same keys once more, each time some 15 ms off and in order. */
function shaken(events: readonly InputEvent[], seed: number): InputEvent[] {
  const random = seededRandom(seed)
  const moved = events.map((event) => ({ ...event, t: event.t + 30 * (random() - 0.5) }))
  const releaseOf = new Map<number, number>()
  for (const event of moved) {
    if (event.type === EventType.keyDown) releaseOf.set(event.slot, event.t)
    else event.t = Math.max(event.t, (releaseOf.get(event.slot) ?? 0) + 20)
  }
  return moved.sort((a, b) => a.t - b.t)
}
