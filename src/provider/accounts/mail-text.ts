// A mail's words. It is written in every language that there is, for nobody has said which the person reads.

import { languages, type Words } from '../pages/languages/index.ts'

export interface MailText {
  readonly subject: string
  readonly text: string
}

/** What stands in a mail to `username`: a greeting and the parts that `say` gives, each a paragraph, in one language after the other. */
export function mailText(
  username: string,
  say: (mails: Words['mails']) => { readonly subject: string; readonly parts: readonly string[] }
): MailText {
  const said = languages.map(({ mails }) => ({ ...say(mails), greeting: mails.greeting(username) }))
  return {
    subject: said.map(({ subject }) => subject).join(' / '),
    text: said.map(({ greeting, parts }) => [greeting, ...parts].join('\n\n')).join('\n\n--\n\n')
  }
}
