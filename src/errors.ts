// Every error that Vigil can raise, with its meaning and the answer the outside gets: an HTTP status, a WebSocket close
// code, or an exit code of the command line. What a person reads on a page is chosen from the code, in one place; the
// message is for logs and terminals.

interface ErrorRow {
  readonly meaning: string
  /** HTTP status, where the error can answer a request. */
  readonly status?: number
  /** WebSocket close code (RFC 6455 §7.4), where the error can end a channel. 4000–4999 are Vigil's own. */
  readonly close?: number
  /** Exit code of the command line: 1 failed, 2 bad input, 3 busy. */
  readonly exit?: number
}

const table = {
  // options, policies, files
  config_invalid: { meaning: 'an option has a value that it cannot have', exit: 2 },
  secret_weak: { meaning: 'SECRET_KEY is missing, a default, or too weak to protect anything', exit: 2 },
  policy_invalid: { meaning: 'the policy document breaks its rules; the one in force stays', status: 422, exit: 2 },
  recording_invalid: { meaning: 'a recording breaks the format', exit: 2 },
  table_invalid: {
    meaning: 'a table of trials or pairs breaks the format, or names somebody who is not there',
    exit: 2
  },
  population_invalid: {
    meaning: 'a population model is corrupt, of another version, or would be learnt from too few people',
    exit: 2
  },
  training_unavailable: { meaning: 'no backend of TensorFlow.js starts; networks cannot be trained here', exit: 1 },
  thread_failed: { meaning: 'a thread hung or crashed, and those that replaced it did too', exit: 1 },
  profile_corrupt: { meaning: 'a stored profile cannot be read; the person counts as unobserved' },
  load_failed: {
    meaning: 'nobody could sign in, or under load frames were not judged or sessions stayed away',
    exit: 1
  },
  usage: { meaning: 'the command line cannot be understood', exit: 2 },

  // storage and start
  database_in_use: { meaning: 'another process holds the data directory', exit: 3 },
  port_in_use: { meaning: 'another process listens on the port', exit: 3 },
  storage_unavailable: { meaning: 'the database does not answer', status: 503, exit: 1 },
  conflict: { meaning: 'the record was changed by somebody else too often to write it', status: 409 },

  // accounts and forms
  form_expired: { meaning: 'the form has no valid token; it is shown again', status: 403 },
  form_invalid: { meaning: 'a field of a form has a value that it cannot have', status: 422 },
  body_too_large: { meaning: 'the request body is larger than anything the page sends', status: 413 },
  username_taken: { meaning: 'the user name belongs to somebody', status: 409 },
  credentials_invalid: { meaning: 'user name or password is wrong; which one is not said', status: 401 },
  code_invalid: {
    meaning: 'the code is wrong, was used, has run out, or nobody could use one; which of them is not said',
    status: 401
  },
  challenge_expired: {
    meaning: 'the challenge was answered, has run out, or was for something else; a new one is asked',
    status: 410
  },
  phrase_unclear: {
    meaning:
      'a typed phrase said nothing for or against its owner: another text, no rhythm to go by, or between the two',
    status: 422
  },
  passkey_refused: {
    meaning: 'no passkey of a person here signed the challenge, or its owner was not verified',
    status: 401
  },
  passkey_invalid: {
    meaning: 'what a device sent is no passkey for this site, or one that is here already',
    status: 422
  },
  mail_unavailable: { meaning: 'no mail can be sent: there is no server for it, or it does not answer', status: 503 },
  offer_expired: { meaning: 'the key of an app was offered too long ago, or to somebody else', status: 410 },
  factor_missing: { meaning: 'this person has nothing with which to prove who they are', status: 403 },
  method_missing: {
    meaning: 'the policy demands a method that this person does not have; recovery or an administrator helps',
    status: 403
  },
  factor_unreadable: { meaning: 'the stored second factors of a person cannot be read; they count as none' },
  rhythm_invalid: {
    meaning: 'what a login form says of how the password was typed breaks the format; it counts as no evidence'
  },
  too_many_attempts: { meaning: 'too many attempts for this account or address; try later', status: 429 },
  overloaded: { meaning: 'too much work is waiting; try later', status: 503, close: 1013 },
  not_signed_in: { meaning: 'this page needs a signed-in person', status: 401 },
  fresh_login_required: { meaning: 'this act needs a login of the last minutes', status: 403 },
  consent_required: { meaning: 'the person has not agreed to being watched', status: 403 },
  invitation_invalid: { meaning: 'the one-time link was used, has expired or never existed', status: 410 },
  interaction_lost: { meaning: 'the sign-in that this page belongs to has ended', status: 410 },
  not_found: { meaning: 'there is nothing here', status: 404 },

  // the channel: before the upgrade
  origin_not_allowed: { meaning: 'the page that opens the channel is not on the list', status: 403 },
  subprotocol_missing: {
    meaning: 'the client does not offer vigil.v1, or names a stream that is not 22 to 64 characters of base64url',
    status: 400
  },
  channel_unauthenticated: { meaning: 'neither a session cookie with a page token nor a ticket', status: 401 },
  ticket_invalid: { meaning: 'the ticket was used, has expired, or is for another Origin', status: 401 },
  token_invalid: { meaning: 'the access token is unknown, expired, signed for an API, or has no session', status: 401 },

  // the channel: while it is open
  frame_malformed: { meaning: 'the bytes are not a frame of vigil.v1', close: 1007 },
  frame_unsupported: { meaning: 'a text frame or an unknown version was sent', close: 1003 },
  frame_out_of_order: { meaning: 'the sequence number went back', close: 1008 },
  frame_implausible: { meaning: 'the times in the frame cannot be true', close: 1008 },
  frame_too_large: { meaning: 'the frame is over the limit', close: 1009 },
  rate_exceeded: { meaning: 'more frames or events than hands can make', close: 1008 },
  session_ended: { meaning: 'the session that the channel watches has ended', close: 4001 },
  watch_stopped: { meaning: 'the person has switched the watch off until the next login', status: 403, close: 4002 },
  going_away: { meaning: 'the server is shutting down', close: 1001 },

  // relying parties and resource servers
  access_token_invalid: {
    meaning:
      'the access token is missing, not for this API, expired, not signed by the issuer, or its session has ended',
    status: 401
  },
  scope_insufficient: { meaning: 'the access token lacks a scope that the API needs', status: 403 },
  dpop_proof_invalid: {
    meaning: 'the proof of possession is missing, replayed, or for another request or key',
    status: 401
  },
  authentication_insufficient: {
    meaning: 'the API needs a higher level, a newer authentication or a session at lower risk than the token tells of',
    status: 401
  },
  step_up_unmet: {
    meaning: 'the person has stepped up and it still is not enough: asking again would loop',
    status: 403
  },
  step_up_lost: {
    meaning: 'the step-up was not begun in this browser, took too long, or was answered already',
    status: 400
  },
  issuer_unavailable: { meaning: 'the issuer’s keys, revocation feed or introspection cannot be read', status: 503 },

  internal: { meaning: 'a fault of Vigil itself', status: 500, close: 1011, exit: 1 }
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof table

/** Every code with its meaning, status, close code and exit code. */
export const errorTable: Readonly<Record<ErrorCode, ErrorRow>> = table

/** The one error class of Vigil. `code` is stable; `message` is for operators, never shown to the person. */
export class VigilError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string = errorTable[code].meaning, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'VigilError'
    this.code = code
  }

  get status(): number {
    return errorTable[this.code].status ?? 500
  }

  get closeCode(): number {
    return errorTable[this.code].close ?? 1011
  }

  get exitCode(): number {
    return errorTable[this.code].exit ?? 1
  }
}

/** True for any VigilError, or only for one of the code asked for. */
export function isVigilError(error: unknown, code?: ErrorCode): error is VigilError {
  return error instanceof VigilError && (code === undefined || error.code === code)
}
