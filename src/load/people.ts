// The people of a load: some accounts, and for each session a browser of its own that signs in through the real pages. What they type is recorded or
// invented.

import { randomBytes } from 'node:crypto'
import { type RecordedStream, streamOf, syntheticRecordings } from '../biometrics/index.ts'
import { seedFor } from '../biometrics/random.ts'
import { createHeadlessPerson, type PersonOptions } from '../replay/person.ts'
import { runningClock } from '../replay/replay-stream.ts'
import type { OpenWay } from './way.ts'

export interface LoadPeopleOptions extends Pick<PersonOptions, 'issuer' | 'clientId' | 'clientSecret' | 'redirectUri'> {
  readonly sessions: number
  /** Accounts that are made for it; ignored when there is `account`. */
  readonly people: number
  /** An account that exists, for all sessions. */
  readonly account?: { readonly username: string; readonly password: string }
  readonly signal?: AbortSignal
  readonly onSession?: (done: number) => void
}

/** Sign-ins at once. A provider hashes two passwords at a time; more only wait there. */
const atOnce = 4

/** Signs everybody in. The sessions of one person are in different browsers. */
export async function signInAll(options: LoadPeopleOptions): Promise<OpenWay[]> {
  const { sessions, account } = options
  const run = randomBytes(4).toString('hex')
  const password = randomBytes(18).toString('base64url')
  const people = account ? 1 : Math.min(options.people, sessions)
  const ways: OpenWay[] = []
  let done = 0

  /** The n-th session. Its account is made by the first that has it, which the others wait for. */
  async function signIn(n: number, isNew: boolean): Promise<void> {
    const who = account ?? { username: `load-${run}-${n % people}`, password }
    const person = await createHeadlessPerson({ ...options, ...who, clock: runningClock() })
    if (isNew) await person.signUp()
    const { accessToken } = await person.signIn()
    ways[n] = () => person.way(accessToken)
    options.onSession?.(++done)
  }

  async function inTurn(from: number, to: number, isNew: boolean): Promise<void> {
    let next = from
    const work = async (): Promise<void> => {
      while (next < to && options.signal?.aborted !== true) await signIn(next++, isNew)
    }
    await Promise.all(Array.from({ length: atOnce }, work))
  }

  await inTurn(0, people, account === undefined)
  await inTurn(people, sessions, false)
  return ways.filter((way) => way !== undefined)
}

/** Whose hands: recordings by person. */
export type Hands = readonly (readonly RecordedStream[])[]

const inventedHands = 24
const inventedRecordings = 12

export function inventedPeople(seed: number): Hands {
  return Array.from({ length: inventedHands }, (_, n) =>
    syntheticRecordings(seedFor(seed, `load ${n}`), 1, {
      sessions: inventedRecordings,
      keystrokes: 60,
      carriesOver: true
    }).map(streamOf)
  )
}
