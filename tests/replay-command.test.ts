// What `vigil replay` says when it cannot show what it is for: lessons that were too short, and a machine that is too slow for the speed.

import { expect, it } from 'vitest'
import { closedWords, profileWords } from '../src/replay/replay-command.ts'

it('says when the lessons make no profile, and how much is missing', () => {
  const lessons = { progress: 0.955, keystrokes: 382, keystrokesNeeded: 400 }
  expect(profileWords({ state: 'collecting', ...lessons })).toBe(
    'collecting, 382 of 400 keystrokes: the session is held against its own beginning alone'
  )
  expect(profileWords({ state: 'ready', ...lessons, progress: 1 })).toBe('ready')
})

it('says what to do when the server takes the pace for a forged clock', () => {
  expect(closedWords({ code: 1008, reason: 'frame_implausible' })).toBe(
    'the server closed the channel: 1008 frame_implausible; on a busy machine play at a lower --speed'
  )
  expect(closedWords({ code: 4001, reason: 'session_ended' })).toBe('the server closed the channel: 4001 session_ended')
})
