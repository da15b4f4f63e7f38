// What hands are on: what the page says, and whoever types like on a keyboard is at one.

import { expect, test } from 'vitest'
import { createDeviceTracker, EventType, type InputEvent } from '../../src/biometrics/index.ts'

function typed(keys: number, holdMs: number): InputEvent[] {
  return Array.from({ length: keys }, (_, n): InputEvent[] => {
    const key = { cls: n % 2, slot: n % 16, x: 0, y: 0 }
    return [
      { ...key, t: 200 * n, type: EventType.keyDown },
      { ...key, t: 200 * n + holdMs, type: EventType.keyUp }
    ]
  }).flat()
}

function seen(announced: ('keyboard' | 'touch' | undefined)[], events: readonly InputEvent[]) {
  const tracker = createDeviceTracker()
  for (const one of announced) tracker.announce(one)
  for (const event of events) tracker.push(event)
  return tracker.device
}

test('the page is believed, and goes on meaning what it said last', () => {
  expect(seen([], [])).toBeUndefined()
  expect(seen(['touch', undefined], [])).toBe('touch')
  expect(seen(['touch', 'keyboard'], [])).toBe('keyboard')
})

test('twenty keys that go down and up again are a keyboard, whatever the page says', () => {
  expect(seen(['touch'], typed(19, 80))).toBe('touch')
  expect(seen(['touch'], typed(20, 80))).toBe('keyboard')
  expect(seen([], typed(20, 80))).toBe('keyboard')
})

test('keys of a screen, whose press and release come together, are none; nor are keys without a press', () => {
  expect(seen(['touch'], typed(500, 3))).toBe('touch')
  expect(seen(['touch'], typed(500, 5000))).toBe('touch')
  const releases = typed(500, 80).filter(({ type }) => type === EventType.keyUp)
  expect(seen(['touch'], releases)).toBe('touch')
})
