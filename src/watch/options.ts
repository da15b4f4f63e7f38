// What the watch needs of the rest of the house.

import type { Logger } from 'pino'
import type { Calibration } from '../people/calibration.ts'
import type { Learning } from '../people/learning.ts'
import type { Profiles } from '../people/profiles.ts'
import type { PersonStore, SessionStore } from '../ports.ts'
import type { Actions } from './actions.ts'
import type { Judgement } from './judge.ts'
import type { Liveness } from './liveness.ts'

export interface WatchOptions {
  readonly sessions: SessionStore
  readonly people: PersonStore
  readonly profiles: Profiles
  readonly actions: Actions
  readonly calibration: Calibration
  readonly liveness: Liveness
  readonly learning: Pick<Learning, 'observe' | 'end' | 'forget'>
  readonly logger: Logger
  judgement(): Judgement
  /** Resolves when `judgement` can be asked. */
  ready(): Promise<unknown>
  /** Whether the person proved who they are in this session moments ago. */
  isFreshLogin(uid: string): Promise<boolean>
  /** Whether any of the clients must be watched. */
  mustWatch(clientIds: readonly string[]): Promise<boolean>
  /** Seconds without any channel, or with a channel that tells of nothing, after which a session that must be watched is `unobserved`. */
  graceSeconds(): number
  /** Whole seconds since the epoch. */
  now(): number
}
