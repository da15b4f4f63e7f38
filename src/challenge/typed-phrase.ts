// A typed phrase: the person retypes a sentence that is shown, and how they type it is held against what is known of their hands. It answers a doubt
// before a level is lost, and is no factor: behaviour proves nobody (NIST SP 800-63B-4 §3.2.3), so it adds nothing to `amr` and lifts nothing.

import { phraseSentence, sameSentence } from './phrase-sentence.ts'
import type { ChallengeStrategy } from './strategy.ts'

/** `unclear`: another text, no evidence, or not enough of it either way. */
export type PhraseVerdict = 'owner' | 'stranger' | 'unclear'

export interface PhraseAnswer {
  /** As the person typed it. */
  readonly text: string
  /** How they typed it: the page's hidden field as it came. */
  readonly typing: string
}

export interface PhraseState {
  readonly accountId: string
  readonly sentence: string
  /** Seconds since the epoch: nobody typed it before. */
  readonly shownAt: number
}

export interface PhraseAssessment {
  readonly verdict: PhraseVerdict
  /** What it rests on, for the audit. */
  readonly because: Readonly<Record<string, unknown>>
}

/** Holds hands against a person. */
export interface PhraseJudge {
  /** True when the person's hands are known. */
  has(accountId: string): Promise<boolean>
  /** The text was the sentence already. */
  judge(state: PhraseState, typing: string): Promise<PhraseAssessment>
}

export interface TypedPhrase extends ChallengeStrategy<PhraseState, PhraseAnswer> {
  /** What `verify` makes true or false of. */
  assess(state: PhraseState, answer: PhraseAnswer): Promise<PhraseAssessment>
}

export interface TypedPhraseOptions {
  readonly judge: PhraseJudge
  /** Seconds since the epoch. */
  readonly now: () => number
  /** Language of the sentence. Default `en`. */
  readonly language?: string
  /** Draws the sentence. Default: at random. */
  readonly sentence?: (language: string) => string
}

export function typedPhraseStrategy(options: TypedPhraseOptions): TypedPhrase {
  const { judge, now, language = 'en', sentence: draw = phraseSentence } = options

  async function assess(state: PhraseState, { text, typing }: PhraseAnswer): Promise<PhraseAssessment> {
    // Another text says nothing of the hands.
    if (!sameSentence(state.sentence, text)) return { verdict: 'unclear', because: { evidence: 'other_text' } }
    return judge.judge(state, typing)
  }

  return {
    id: 'typed-phrase',
    amr: [],
    available: (accountId) => judge.has(accountId),
    begin(accountId) {
      const sentence = draw(language)
      return Promise.resolve({ state: { accountId, sentence, shownAt: now() }, view: { sentence } })
    },
    assess,
    verify: async (state, answer) => (await assess(state, answer)).verdict === 'owner'
  }
}
