// The options of the stand-alone server: for each its name, environment variable, meaning, default and check, in one place. The table in
// the README is printed from here (`vigil options`), and a wrong value is refused before anything starts.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { VigilError } from './errors.ts'
import { type ResourceServer, resourceServersFrom } from './provider/tokens/resource-servers.ts'
import { defaultLadder, type Ladder, ladderFrom } from './risk/ladder.ts'
import { parseBudget } from './risk/evidence.ts'
import { shippedFactorIds } from './challenge/strategy.ts'
import { parsePolicy } from './risk/policy.ts'
import { check } from './schema.ts'

interface Option {
  readonly env: string
  readonly meaning: string
  /** As a reader would write it; absent = required. */
  readonly default?: string
}

const table = {
  issuer: {
    env: 'VIGIL_ISSUER',
    meaning: 'address of the provider as browsers reach it',
    default: 'http://localhost:<port>'
  },
  port: { env: 'PORT', meaning: 'port to listen on, IPv4 and IPv6; 0 = any free one', default: '3000' },
  secret: { env: 'SECRET_KEY', meaning: 'at least 32 random characters; every key is derived from it (HKDF)' },
  database: {
    env: 'DATABASE_URL',
    meaning: '`postgres://…`, a folder for the embedded database, or `memory://`',
    default: 'the data folder'
  },
  data: { env: 'VIGIL_DATA', meaning: 'data folder of the embedded database', default: '.data' },
  clients: { env: 'VIGIL_CLIENTS', meaning: 'JSON file with an array of client metadata', default: 'none' },
  resources: {
    env: 'VIGIL_RESOURCES',
    meaning: 'JSON file with an array of the APIs that get JWT access tokens: `resource`, `scope`, `audience`',
    default: 'none'
  },
  ladder: {
    env: 'VIGIL_LADDER',
    meaning: 'JSON file with the assurance levels in rising order',
    default: 'urn:vigil:loa:1 to 3'
  },
  policy: { env: 'VIGIL_POLICY', meaning: 'YAML file with the risk policy', default: 'the policy that ships' },
  budget: {
    env: 'VIGIL_BUDGET',
    meaning: 'needless challenges a person may meet: `N/Mh` = N in M watched hours',
    default: '1/40h'
  },
  calibrationKeystrokes: { env: 'VIGIL_CALIBRATION', meaning: 'keystrokes that make a profile', default: '400' },
  graceSeconds: {
    env: 'VIGIL_GRACE',
    meaning: 'seconds of silence before a session that must be watched is unobserved; a policy may say otherwise',
    default: '60'
  },
  challengeSeconds: {
    env: 'VIGIL_CHALLENGE',
    meaning: 'seconds a page gives a person to answer a challenge',
    default: '300'
  },
  smtp: {
    env: 'VIGIL_SMTP',
    meaning: 'mail server, `smtp://user:password@host:587` or `smtps://host`; without it no mail is sent',
    default: 'none'
  },
  mailFrom: {
    env: 'VIGIL_MAIL_FROM',
    meaning: 'sender of mails, such as `Vigil <vigil@example.com>`',
    default: 'required with VIGIL_SMTP'
  },
  proxyHops: {
    env: 'VIGIL_PROXY_HOPS',
    meaning: 'trusted TLS proxies in front; 0 = none, forwarded headers are ignored',
    default: '0'
  },
  logLevel: { env: 'LOG_LEVEL', meaning: 'trace, debug, info, warn, error or silent', default: 'info' }
} as const satisfies Record<string, Option>

type OptionName = keyof typeof table

/** Name, variable, meaning and default of every option, in reading order. */
export const optionTable: Readonly<Record<OptionName, Option>> = table

export interface Config {
  /** Absent when the port is to be any free one: the server knows it once it listens. */
  readonly issuer?: string
  readonly port: number
  readonly secret: string
  readonly database: string
  readonly clients: readonly Readonly<Record<string, unknown>>[]
  readonly resources: readonly ResourceServer[]
  readonly ladder?: Ladder
  readonly policy?: string
  readonly budget: string
  readonly calibrationKeystrokes: number
  readonly graceSeconds: number
  readonly challengeSeconds: number
  readonly smtp?: { readonly url: string; readonly from: string }
  readonly proxyHops: number
  readonly logLevel: (typeof logLevels)[number]
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const

/** Reads the environment. Throws `config_invalid` with the variable, what was expected and what came. */
export function configFrom(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const values = check(environment, given, '', 'config_invalid')
  const ladder = values.VIGIL_LADDER === undefined ? undefined : ladderIn(values.VIGIL_LADDER)
  const policy = values.VIGIL_POLICY === undefined ? undefined : policyFrom(values.VIGIL_POLICY, ladder)
  const issuer = values.VIGIL_ISSUER ?? (values.PORT === 0 ? undefined : `http://localhost:${values.PORT}`)
  const smtp = smtpFrom(values.VIGIL_SMTP, values.VIGIL_MAIL_FROM)
  if (values.DATABASE_URL !== undefined) refuseUnknownDatabase(values.DATABASE_URL)
  return {
    ...(issuer !== undefined && { issuer }),
    port: values.PORT,
    secret: values.SECRET_KEY,
    database: values.DATABASE_URL ?? join(values.VIGIL_DATA, 'db'),
    clients: values.VIGIL_CLIENTS === undefined ? [] : clientsFrom(values.VIGIL_CLIENTS),
    resources: values.VIGIL_RESOURCES === undefined ? [] : resourcesIn(values.VIGIL_RESOURCES),
    ...(ladder && { ladder }),
    ...(policy !== undefined && { policy }),
    budget: values.VIGIL_BUDGET,
    calibrationKeystrokes: values.VIGIL_CALIBRATION,
    graceSeconds: values.VIGIL_GRACE,
    challengeSeconds: values.VIGIL_CHALLENGE,
    ...(smtp && { smtp }),
    proxyHops: values.VIGIL_PROXY_HOPS,
    logLevel: values.LOG_LEVEL
  }
}

/** Both or neither: a mail without a sender goes nowhere. Throws `config_invalid`. */
function smtpFrom(url: string | undefined, from: string | undefined): Config['smtp'] {
  if (url === undefined) return undefined
  if (from !== undefined) return { url, from }
  throw new VigilError('config_invalid', 'VIGIL_MAIL_FROM must name the sender of the mails that VIGIL_SMTP sends')
}

/** The text of a policy that the stand-alone server can follow. Throws `policy_invalid` with the file. */
function policyFrom(file: string, ladder: Ladder = defaultLadder): string {
  const text = fileText(file, 'VIGIL_POLICY')
  try {
    parsePolicy(
      text,
      ladder.map(({ acr }) => acr),
      0,
      shippedFactorIds
    )
  } catch (cause) {
    if (!(cause instanceof VigilError)) throw cause
    throw new VigilError(cause.code, `VIGIL_POLICY ${file}: ${cause.message}`, { cause })
  }
  return text
}

/** The array of client metadata in a JSON file. Throws `config_invalid`. */
export function clientsFrom(file: string): Readonly<Record<string, unknown>>[] {
  const clients = check(clientList, jsonIn(file, 'VIGIL_CLIENTS'), 'VIGIL_CLIENTS', 'config_invalid')
  const ids = clients.map(({ client_id: id }) => id)
  const second = ids.findIndex((id, index) => ids.indexOf(id) < index)
  if (second === -1) return clients
  throw new VigilError(
    'config_invalid',
    `VIGIL_CLIENTS[${second}].client_id must be unique, got ${JSON.stringify(ids[second])} again`
  )
}

/** What else a client has is the provider's to judge. */
const clientList = z.array(z.looseObject({ client_id: z.string().min(1) }))

/** The assurance levels in a JSON file. Throws `config_invalid`. */
function ladderIn(file: string): Ladder {
  return ladderFrom(jsonIn(file, 'VIGIL_LADDER'), 'VIGIL_LADDER')
}

/** The resource servers in a JSON file. Throws `config_invalid`. */
function resourcesIn(file: string): readonly ResourceServer[] {
  return resourceServersFrom(jsonIn(file, 'VIGIL_RESOURCES'), 'VIGIL_RESOURCES')
}

function jsonIn(file: string, variable: string): unknown {
  const text = fileText(file, variable)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new VigilError('config_invalid', `${variable}: ${file} is not JSON: ${(cause as Error).message}`, { cause })
  }
}

function fileText(path: string, variable: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new VigilError('config_invalid', `${variable} must name a readable file, got ${JSON.stringify(path)}`, {
      cause
    })
  }
}

const whole = (low: number, high: number, standard: number) =>
  z
    .string()
    .regex(/^\d+$/, { error: 'must be a whole number' })
    .transform(Number)
    .refine((value) => value >= low && value <= high, { error: `must be from ${low} to ${high}` })
    .default(standard)

const environment = z.object({
  VIGIL_ISSUER: z
    .string()
    .refine(isIssuer, { error: 'must be an http or https address without query and fragment' })
    .optional(),
  PORT: whole(0, 65_535, 3000),
  SECRET_KEY: z.string({ error: 'must be at least 32 random characters; make one with: openssl rand -base64 48' }),
  DATABASE_URL: z.string().optional(),
  VIGIL_DATA: z.string().default('.data'),
  VIGIL_CLIENTS: z.string().optional(),
  VIGIL_RESOURCES: z.string().optional(),
  VIGIL_LADDER: z.string().optional(),
  VIGIL_POLICY: z.string().optional(),
  VIGIL_BUDGET: z
    .string()
    .refine(isBudget, { error: 'must look like 1/40h, challenges per watched hours' })
    .default('1/40h'),
  VIGIL_CALIBRATION: whole(100, 100_000, 400),
  VIGIL_GRACE: whole(1, 86_400, 60),
  VIGIL_CHALLENGE: whole(10, 86_400, 300),
  VIGIL_SMTP: z
    .string()
    .refine((text) => URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol), {
      error: 'must look like smtp://host:587 or smtps://host'
    })
    .optional(),
  VIGIL_MAIL_FROM: z
    .string()
    .refine((text) => /^[^\r\n]*[^\s@<]+@[^\s@>]+>?$/.test(text), { error: 'must look like Vigil <vigil@example.com>' })
    .optional(),
  VIGIL_PROXY_HOPS: whole(0, 10, 0),
  LOG_LEVEL: z.enum(logLevels).default('info')
})

function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, search, hash } = new URL(text)
  return (protocol === 'https:' || protocol === 'http:') && search === '' && hash === ''
}

/** A folder has no scheme, so the address of a database of another kind must not become one. Shows no more of it: it may hold a password. */
function refuseUnknownDatabase(text: string): void {
  const [, scheme] = /^([^/]*:\/\/)/.exec(text) ?? []
  if (scheme === undefined || text === 'memory://') return
  if (/^postgres(ql)?:/.test(scheme) && URL.canParse(text)) return
  const got = `an address that begins with ${JSON.stringify(scheme)}`
  throw new VigilError('config_invalid', `DATABASE_URL must be postgres://…, a folder or memory://, got ${got}`)
}

function isBudget(text: string): boolean {
  try {
    parseBudget(text)
    return true
  } catch {
    return false
  }
}
