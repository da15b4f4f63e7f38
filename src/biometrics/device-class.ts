// What a person's hands are on. The same hands type and point otherwise on a keyboard than on a screen, so each class has a profile of its own.
// The page says which it is; whoever types like on a keyboard is at one, whatever the page says.

import { EventType, type InputEvent } from './events.ts'

/** `keyboard`: keys that go down, with whatever pointer. `touch`: a screen for everything. Stored with profiles; never renamed. */
export const deviceClasses = ['keyboard', 'touch'] as const
export type DeviceClass = (typeof deviceClasses)[number]

/** Keys that went down as on a keyboard. */
export interface HeldKeys {
  count: number
}

export interface DeviceTracker {
  /** Takes the next event. Times must not go back. */
  push(event: InputEvent): void
  /** Takes what the page says; undefined = nothing. */
  announce(device: DeviceClass | undefined): void
  /** Undefined = nothing is known yet. */
  readonly device: DeviceClass | undefined
}

/** Screens tell of a key when the finger lifts, if at all: both events come together. No key of a keyboard is that short. */
const shortestHoldMs = 25
const longestHoldMs = 1000
/** A few may be the buttons of a case or of a scanner. */
const keysToTell = 20
const slots = 16

/** `held`: what other pages on the same device have seen, or each page could say what it likes for its first keys. */
export function createDeviceTracker(held: HeldKeys = { count: 0 }): DeviceTracker {
  const pressedAt = new Float64Array(slots).fill(Number.NaN)
  let announced: DeviceClass | undefined
  return {
    push({ type, slot, t }) {
      if (held.count >= keysToTell) return
      const at = slot & (slots - 1)
      if (type === EventType.keyDown) pressedAt[at] = t
      else if (type === EventType.keyUp) {
        const holdMs = t - pressedAt[at]!
        if (holdMs >= shortestHoldMs && holdMs <= longestHoldMs) held.count++
        pressedAt[at] = Number.NaN
      }
    },
    announce(device) {
      announced = device ?? announced
    },
    get device() {
      return held.count >= keysToTell ? 'keyboard' : announced
    }
  }
}
