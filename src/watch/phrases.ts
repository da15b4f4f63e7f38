// Typed phrases of live sessions: whether one may be asked now, and what an answer changes. Each is looked at once, and a session has a few an hour, so
// that nobody learns from them how its owner types. A doubt is answered or becomes an alarm; a level that was lost stays lost.

import type { PhraseAnswer, PhraseState, TypedPhrase } from '../challenge/typed-phrase.ts'
import { VigilError } from '../errors.ts'
import type { AuditLog, SessionStore } from '../ports.ts'
import { phraseStanding, phraseTaken, type PhraseStanding } from '../risk/session-risk.ts'
import type { Actions } from './actions.ts'
import type { SessionWatch } from './watch.ts'

export interface PhrasesOptions {
  readonly sessions: SessionStore
  readonly audit: AuditLog
  readonly actions: Pick<Actions, 'phraseAnswered'>
  readonly watch: Pick<SessionWatch, 'doubtAnswered' | 'report'>
  /** By language tag. */
  strategy(language: string): TypedPhrase
  now(): number
}

/** `answered`: the doubt is over; `unclear`: it stands; `refused`: it is an alarm now; `over`: there was none any more. */
export type PhraseOutcome = 'answered' | 'unclear' | 'refused' | 'over'

export interface Phrases {
  standing(uid: string): Promise<PhraseStanding>
  begin(accountId: string, language: string): Promise<{ readonly state: PhraseState; readonly sentence: string }>
  /** `id` names the challenge. Throws `challenge_expired` for one that was answered, `too_many_attempts` after the last one of the hour. */
  answer(
    uid: string,
    challenge: { readonly id: string; readonly state: PhraseState },
    answer: PhraseAnswer
  ): Promise<PhraseOutcome>
}

export function createPhrases({ sessions, audit, actions, watch, strategy, now }: PhrasesOptions): Phrases {
  return {
    async standing(uid) {
      const record = await sessions.find(uid)
      return record ? phraseStanding(record, now()) : 'none'
    },

    async begin(accountId, language) {
      const { state, view } = await strategy(language).begin(accountId)
      return { state, sentence: String(view['sentence']) }
    },

    async answer(uid, { id, state }, answer) {
      const { accountId } = state
      let standing: PhraseStanding | 'used' = 'none'
      await sessions.update(uid, (record) => {
        standing = record?.accountId === accountId ? phraseStanding(record, now()) : 'none'
        if (!record || standing === 'none') return record
        // Told before the limit: of fifty who send one answer at once, one is looked at and the others came too late.
        if (record.phrases?.some((one) => one.id === id)) standing = 'used'
        return standing === 'open' ? phraseTaken(record, id, now()) : record
      })
      standing = standing as PhraseStanding | 'used'
      if (standing === 'used') throw new VigilError('challenge_expired', 'it was answered before')
      if (standing === 'used_up') throw new VigilError('too_many_attempts', 'no more phrases in this hour')
      if (standing === 'none') return 'over'

      const { verdict, because } = await strategy('en').assess(state, answer)
      if (verdict === 'owner') {
        if (!(await actions.phraseAnswered(uid, because))) return 'over'
        watch.doubtAnswered(uid)
        return 'answered'
      }
      const type = verdict === 'stranger' ? 'phrase.refused' : 'phrase.unclear'
      await audit.append({ type, accountId, sessionUid: uid, data: because })
      if (verdict === 'unclear') return 'unclear'
      await watch.report(uid, accountId, 'HIGH', 'phrase')
      return 'refused'
    }
  }
}
