// What `vigil replay` says of its lessons: that they were too short is the first thing to know when a stranger is not noticed.

import { expect, it } from 'vitest'
import { profileWords } from '../src/replay/replay-command.ts'

it('says when the lessons make no profile, and how much is missing', () => {
  const lessons = { progress: 0.955, keystrokes: 382, keystrokesNeeded: 400 }
  expect(profileWords({ state: 'collecting', ...lessons })).toBe(
    'collecting, 382 of 400 keystrokes: the session is held against its own beginning alone'
  )
  expect(profileWords({ state: 'ready', ...lessons, progress: 1 })).toBe('ready')
})
