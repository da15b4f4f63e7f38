// A code from an authenticator app: proves that the person holds the device on which the key was put (RFC 6238, over RFC 4226). SHA-1, six
// digits and thirty seconds are what every app can do; apps are known to ignore other choices without a word.

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { AnswerSource } from './password.ts'
import type { ChallengeStrategy } from './strategy.ts'

export interface CodeAnswer<Source extends AnswerSource = AnswerSource> {
  /** As the person typed it. */
  readonly code: string
  readonly from: Source
}

/** Looks codes up and uses them up. */
export interface CodeChecker<Source extends AnswerSource = AnswerSource> {
  /** True when the person has a code to give. */
  has(accountId: string): Promise<boolean>
  /** True for one caller, once. May throw `too_many_attempts`. */
  verify(accountId: string, code: string, from: Source): Promise<boolean>
}

export interface CodeState {
  readonly accountId: string
}

export function totpStrategy<Source extends AnswerSource>(
  codes: CodeChecker<Source>
): ChallengeStrategy<CodeState, CodeAnswer<Source>> {
  return {
    id: 'totp',
    amr: ['otp'],
    available: (accountId) => codes.has(accountId),
    begin: (accountId) => Promise.resolve({ state: { accountId }, view: {} }),
    verify: ({ accountId }, { code, from }) => codes.verify(accountId, code, from)
  }
}

/** Seconds that a code lasts (RFC 6238 §4.1: X). */
export const stepSeconds = 30
/** Bytes of a key: as long as the hash (RFC 4226 §4, R6). */
export const totpKeyBytes = 20
const digits = 6
/** Steps before and after the present one whose codes count: clocks drift and people are slow (RFC 6238 §5.2). */
const window = 1

/** RFC 4226 §5.3, with as many digits as asked for. */
export function hotp(key: Uint8Array, counter: number, length = digits): string {
  const moving = Buffer.alloc(8)
  moving.writeBigUInt64BE(BigInt(counter))
  const mac = createHmac('sha1', key).update(moving).digest()
  const offset = mac[mac.length - 1]! & 0x0f
  const truncated = mac.readUInt32BE(offset) & 0x7fff_ffff
  return String(truncated % 10 ** length).padStart(length, '0')
}

/**
 * The step whose code this is; undefined when it is none of the window, or not later than `lastStep`: each code counts once, and none from
 * before one that was used (RFC 6238 §5.2). Looks at the whole window in any case.
 */
export function acceptedStep(
  key: Uint8Array,
  code: string,
  atSeconds: number,
  lastStep = Number.NEGATIVE_INFINITY
): number | undefined {
  const typed = Buffer.alloc(digits)
  const given = tidyCode(code)
  const plausible = /^\d{6}$/.test(given)
  if (plausible) typed.write(given)
  const present = Math.floor(atSeconds / stepSeconds)
  let accepted: number | undefined
  for (let step = Math.max(0, present - window); step <= present + window; step++) {
    const matches = timingSafeEqual(typed, Buffer.from(hotp(key, step)))
    if (matches && plausible && step > lastStep) accepted = step
  }
  return accepted
}

/** What an app reads (Key URI format of Google Authenticator, which the others took over). */
export function otpauthUri(key: Uint8Array, issuer: string, username: string): string {
  const name = (text: string): string => encodeURIComponent(text.replaceAll(':', ' '))
  const secret = base32(key)
  return `otpauth://totp/${name(issuer)}:${name(username)}?secret=${secret}&issuer=${name(issuer)}&algorithm=SHA1&digits=${digits}&period=${stepSeconds}`
}

/** RFC 4648 §6, without padding, which apps do not want. */
export function base32(bytes: Uint8Array): string {
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(held >> (bits - 5)) & 31]
  }
  return bits > 0 ? text + alphabet[(held << (5 - bits)) & 31] : text
}

/** For people who copy by eye: groups of four. */
export function inGroups(text: string, separator = ' '): string {
  return (text.match(/.{1,4}/g) ?? []).join(separator)
}

/** Without the spaces and dashes that people and apps put between groups; digits of full width are digits. */
export function tidyCode(code: string): string {
  return code
    .slice(0, 128)
    .normalize('NFKC')
    .replaceAll(/[\s\p{Pd}]/gu, '')
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
