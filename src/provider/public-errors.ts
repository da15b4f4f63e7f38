// What a person reads when something goes wrong: chosen from the error's code, in this one place. The error's own message is for the
// log and never shown.

import type { ErrorCode } from '../errors.ts'

export interface PublicWords {
  readonly title: string
  readonly words: string
}

/** Words for a code. A code that nobody should meet on a page gets the words of `internal`. */
export function publicWords(code: ErrorCode): PublicWords {
  return Object.hasOwn(words, code) ? words[code as keyof typeof words] : words.internal
}

/** `credentials_invalid` where only the password was asked. */
export const wrongPassword: PublicWords = {
  title: 'That did not match',
  words: 'The password is not right. Please try again.'
}

const words = {
  form_expired: {
    title: 'Please send the form again',
    words: 'This form was open for too long, or it came from another page. Nothing was changed. Please try once more.'
  },
  form_invalid: { title: 'Something is missing', words: 'Please check the marked fields.' },
  body_too_large: {
    title: 'That was too much',
    words: 'What was sent is longer than this form can take. Nothing was changed.'
  },
  username_taken: {
    title: 'That name is taken',
    words: 'Somebody already uses this user name. Please choose another one.'
  },
  credentials_invalid: {
    title: 'That did not match',
    words: 'The user name or the password is not right. Please try again.'
  },
  code_invalid: {
    title: 'That code did not match',
    words: 'It may be mistyped, too old, or used already. Please try again with the next one.'
  },
  offer_expired: {
    title: 'Here is a new key',
    words: 'The one before was shown too long ago. Please remove it from the app and use this one.'
  },
  factor_missing: {
    title: 'We cannot ask you for a proof',
    words:
      'Your account has nothing left with which you could show that it is you. Please ask whoever runs this service for help.'
  },
  too_many_attempts: {
    title: 'Please wait a little',
    words: 'There were too many attempts. To protect the account we ask you to wait a few minutes and then try again.'
  },
  overloaded: {
    title: 'We are very busy',
    words: 'Too many people are signing in right now. Please try again in a moment.'
  },
  storage_unavailable: {
    title: 'We cannot reach our records',
    words: 'Nothing was changed. Please try again in a moment.'
  },
  conflict: { title: 'Somebody was faster', words: 'This was changed elsewhere at the same moment. Please try again.' },
  not_signed_in: { title: 'Please sign in', words: 'This page is for people who are signed in.' },
  fresh_login_required: {
    title: 'Please sign in once more',
    words: 'For this step we need to be sure that it is you. Your last sign-in is more than ten minutes old.'
  },
  consent_required: {
    title: 'Your agreement comes first',
    words: 'We learn how you type only after you have agreed to it.'
  },
  invitation_invalid: {
    title: 'This link no longer works',
    words: 'It was used already, or it is older than a day. Ask whoever runs this service for a new one.'
  },
  interaction_lost: {
    title: 'This sign-in has ended',
    words:
      'It took too long, was finished in another tab, or was started in another browser. Nothing is broken: go back to the application and sign in again.'
  },
  not_found: { title: 'There is nothing here', words: 'The address may be mistyped, or the page has moved.' },
  internal: {
    title: 'Something went wrong on our side',
    words: 'It is not your fault, and nothing was changed. Please try again in a moment.'
  }
} as const satisfies Partial<Record<ErrorCode, PublicWords>>
