// An authenticator app: reads the key that a page shows and gives codes of it. Time goes on by half a minute with each code, for codes count once.

import { setTimeout } from 'node:timers/promises'
import { vi } from 'vitest'
import { hotp } from '../../src/challenge/totp.ts'

export interface Authenticator {
  /** The code of the present half-minute. */
  code(): string
  /** Half a minute later. Moves the clock of the process, and leaves its timers alone. */
  nextCode(): string
  /** One that was not given before, without touching the clock; waits where the person would have to. */
  freshCode(): Promise<string>
}

/** From the HTML or the text of a page with a key in groups of four. */
export function authenticatorOf(page: string): Authenticator {
  const [shown] = /\b([A-Z2-7]{4} ){7}[A-Z2-7]{4}\b/.exec(page) ?? []
  if (!shown) throw new Error(`no key on ${page.slice(0, 200)}`)
  const key = fromBase32(shown.replaceAll(' ', ''))
  const present = (): number => Math.floor(Date.now() / 30_000)
  const code = (): string => hotp(key, present())
  let given = Number.NEGATIVE_INFINITY
  return {
    async freshCode() {
      // Codes of the half-minute before and after the present one count too (RFC 6238 §5.2).
      given = Math.max(given + 1, present() - 1)
      while (given > present() + 1) await setTimeout(500)
      return hotp(key, given)
    },
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
