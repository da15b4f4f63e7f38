// The contract of a detector catches detectors that break it, and names the promise that was broken.

import { describe, expect, it } from 'vitest'
import { workingStyle } from '../../examples/custom-detector.ts'
import type { Detector, FeatureWindow } from '../../src/biometrics/index.ts'
import { detectorContract } from '../../src/testing/index.ts'

interface State {
  learnt: number
  readonly sums: readonly number[]
  readonly all?: Float64Array
}

const sound = workingStyle as unknown as Detector<State>

describe('the contract of a detector', () => {
  it.each<[string, Partial<typeof sound>, string]>([
    ['has a name with capitals', { id: 'Mine' }, 'stable name'],
    ['says 0 while it warms up', { score: (state, window) => sound.score(state, window) ?? 0 }, 'says nothing'],
    ['prefers strangers', { score: (state, window) => negated(sound.score(state, window)) }, 'strangers above'],
    ['counts when it scores', { score: counting() }, 'does not change'],
    ['learns in place', { learn: inPlace }, 'leaves the state'],
    [
      'draws its own randomness',
      { init: (...given) => ({ ...sound.init(...given), luck: Math.random() }) },
      'same seed'
    ],
    ['grows for ever', { learn: growing }, 'state small'],
    ['names what is no feature', { explain: () => [{ feature: 'shoe', share: 1 }] }, 'features that exist'],
    ['names what it did not see', { explain: () => [{ feature: 'speed', share: 1 }] }, 'not observed'],
    ['blames what is as usual', { explain: blamingTheUsual() }, 'naming that first']
  ])('catches one that %s', (_, broken, promise) => {
    const failed = detectorContract({ ...sound, ...broken }).filter(({ check }) => throws(check))
    expect(failed.map(({ name }) => name)).toContainEqual(expect.stringContaining(promise))
  })
})

function throws(check: () => void): boolean {
  try {
    check()
    return false
  } catch {
    return true
  }
}

function negated(score: number | undefined): number | undefined {
  return score === undefined ? undefined : -score
}

function counting(): typeof sound.score {
  return (state, window) => {
    state.learnt++
    return sound.score(state, window)
  }
}

function blamingTheUsual(): NonNullable<typeof sound.explain> {
  return (state, window) => sound.explain!(state, window).map(({ feature, share }) => ({ feature, share: -share }))
}

function inPlace(state: State, window: FeatureWindow): State {
  return Object.assign(state, sound.learn(state, window))
}

function growing(state: State, window: FeatureWindow): State {
  return { ...sound.learn(state, window), all: Float64Array.from([...(state.all ?? []), ...window.features]) }
}
