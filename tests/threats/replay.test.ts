// THREATS.md 1 and 2, with few trials; `tests/measure/liveness.ts` runs them at full size.

import { describe, expect, it } from 'vitest'
import type { InputEvent } from '../../src/biometrics/index.ts'
import { seededRandom } from '../../src/biometrics/random.ts'
import { aaltoPeople, samplePeople } from '../support/recordings.ts'
import { livenessHouse } from './liveness-house.ts'
import { pointingPeople } from './pointing-people.ts'
import { dayOf, replayAttack, typingOf, type Channels, type RecordedHands, type ReplayAttack } from './replay-attack.ts'
import { reordered } from './replaying.ts'

const trials = 25

const pointers = pointingPeople()
const hands: readonly RecordedHands[] = samplePeople(7, trials).map(({ recordings }, i) => ({
  typing: dayOf(recordings.map(typingOf)),
  pointing: pointers[i % pointers.length]!
}))

async function accepted(attack: ReplayAttack): Promise<{ owners: number; attackers: number; audited: number }> {
  const random = seededRandom(attack.sigmaMs + 1)
  const count = { owners: 0, attackers: 0, audited: 0 }
  for (const one of hands) {
    const { owner, attacker } = await replayAttack(one, attack, random)
    if (owner.accepted) count.owners++
    if (attacker.accepted) count.attackers++
    if (attacker.suspicions.includes('replay_suspected')) count.audited++
  }
  return count
}

describe('an earlier day, played again into a new session', () => {
  it.each<Channels>(['both', 'typing', 'pointing'])(
    'is never accepted, and audited as a replay: %s',
    async (channels) => {
      expect(await accepted({ channels, sigmaMs: 0 })).toEqual({ owners: trials, attackers: 0, audited: trials })
    }
  )

  it.each([1, 2, 5])('is never accepted with a jitter of %i ms on every event', async (sigmaMs) => {
    expect(await accepted({ channels: 'both', sigmaMs })).toMatchObject({ attackers: 0, audited: trials })
  })

  it('is not made new by putting its pieces in another order', async () => {
    const change = (events: readonly InputEvent[], random: () => number) => reordered(events, 20, random)
    expect(await accepted({ channels: 'typing', sigmaMs: 2, change })).toMatchObject({ attackers: 0, audited: trials })
  })
})

it('a person who goes on working day after day replays nothing', async () => {
  for (const { recordings } of aaltoPeople().slice(0, 10)) {
    const house = livenessHouse()
    for (let day = 0; day < 3; day++) {
      const played = await house.play('ana', dayOf(recordings.slice(5 * day, 5 * day + 5).map(typingOf)))
      expect(played).toMatchObject({ accepted: true, suspicions: [] })
    }
  }
})

it('what one person typed is no replay for another', async () => {
  const [ana, ben] = samplePeople(8, 2)
  const house = livenessHouse()
  const typing = dayOf(ana!.recordings.map(typingOf))
  await house.play('ana', typing)
  expect(await house.play('ben', typing)).toMatchObject({ accepted: true })
  await house.play('ben', dayOf(ben!.recordings.map(typingOf)))
  expect(await house.play('ben', typing)).toMatchObject({ accepted: false })
})
