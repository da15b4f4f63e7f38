// Windows that nobody typed: one that somebody did, with something else in some place.

import type { Window } from '../../src/biometrics/index.ts'

/** `{ ...window }` would leave out what a window makes when it is read. */
export function windowWith(window: Window, changes: Partial<Window>): Window {
  const { features, sequence, fresh, trail, typed } = window
  return { ...window, features, sequence, fresh, trail, typed, ...changes }
}
