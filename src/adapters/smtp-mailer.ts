// Mail by SMTP. A server that does not answer is an error within seconds, never a page that hangs.

import { createTransport } from 'nodemailer'
import { VigilError } from '../errors.ts'
import type { Mailer } from '../provider/ports.ts'

export interface SmtpOptions {
  /** `smtp://user:password@host:587` or `smtps://host:465`. */
  readonly url: string
  /** Sender, such as `Vigil <vigil@example.com>`. */
  readonly from: string
  /** Milliseconds until a mail counts as not sent. Default 10,000. */
  readonly patienceMs?: number
}

/** `send` throws `mail_unavailable`. */
export function smtpMailer({ url, from, patienceMs = 10_000 }: SmtpOptions): Mailer {
  const transport = createTransport({
    url,
    connectionTimeout: patienceMs,
    greetingTimeout: patienceMs,
    socketTimeout: patienceMs,
    dnsTimeout: patienceMs,
    // A text is a text: nobody makes the server read a file or fetch an address by what they call themselves.
    disableFileAccess: true,
    disableUrlAccess: true
  })
  return {
    async send({ to, subject, text }) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_, reject) => {
        // The transport's own limits are for each step: a server that drips bytes would pass them all.
        timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs)
      })
      try {
        await Promise.race([transport.sendMail({ from, to: { name: '', address: to }, subject, text }), late])
      } catch (cause) {
        const words = cause instanceof Error ? cause.message : String(cause)
        throw new VigilError('mail_unavailable', `the mail server does not take the mail: ${words}`, { cause })
      } finally {
        clearTimeout(timer)
      }
    }
  }
}
