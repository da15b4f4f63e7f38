// An authenticator app: reads the key that a page shows and gives codes of it. Time goes on by half a minute with each code, for codes count once.

import { vi } from 'vitest'
import { hotp } from '../../src/challenge/totp.ts'

export interface Authenticator {
  /** The code of the present half-minute. */
  code(): string
  /** Half a minute later. Moves the clock of the process, and leaves its timers alone. */
  nextCode(): string
}

/** From the HTML or the text of a page with a key in groups of four. */
export function authenticatorOf(page: string): Authenticator {
  const [shown] = /\b([A-Z2-7]{4} ){7}[A-Z2-7]{4}\b/.exec(page) ?? []
  if (!shown) throw new Error(`no key on ${page.slice(0, 200)}`)
  const key = fromBase32(shown.replaceAll(' ', ''))
  const code = (): string => hotp(key, Math.floor(Date.now() / 30_000))
  return {
    code,
    nextCode() {
      laterBy(30)
      return code()
    }
  }
}

export function laterBy(seconds: number): void {
  const at = Date.now() + seconds * 1000
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['Date'], shouldAdvanceTime: true })
  vi.setSystemTime(at)
}

function fromBase32(text: string): Uint8Array {
  const bits = Array.from(text, (letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')
  ).join('')
  return Uint8Array.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
