// What a person reads when something goes wrong: chosen from the error's code, in this one place. The error's own message is for the
// log and never shown.

import type { ErrorCode } from '../../errors.ts'
import type { Words } from './languages/index.ts'

export interface PublicWords {
  readonly title: string
  readonly words: string
}

/** Words for a code. A code that nobody should meet on a page gets the words of `internal`. */
export function publicWords({ errors }: Words, code: ErrorCode): PublicWords {
  return Object.hasOwn(errors, code) ? errors[code as keyof typeof errors] : errors.internal
}
