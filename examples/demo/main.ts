// `npm start`: an identity provider and a relying party on this machine, to see Vigil do its job. Nothing here has a default password:
// the secret is made at the first start, and the administrator sets a password by a one-time link.

import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { clientsFrom, closeOnSignal, collectSeldom, configFrom, runCommand, VigilError } from 'oidc-vigil/server'
import { startDemo } from './demo.ts'
import { outbox, outboxMailer } from './outbox.ts'

await runCommand(async () => {
  const { env } = process
  const secret = env['SECRET_KEY'] || keptIn(env['VIGIL_DATA'] || '.data', 'secret')
  const config = configFrom({ LOG_LEVEL: 'warn', ...env, SECRET_KEY: secret, VIGIL_CLIENTS: undefined })
  collectSeldom()
  const speed = numberFrom('VIGIL_CLOCK_SPEED', 1, 1000)
  const demo = await startDemo({
    ...config,
    logger: pino({ name: 'vigil', level: config.logLevel }, pino.destination(2)),
    rpPort: numberFrom('RP_PORT', 3001, 65_535),
    clients: env['VIGIL_CLIENTS'] ? clientsFrom(env['VIGIL_CLIENTS']) : [],
    clock: () => performance.now() * speed,
    mailer: outboxMailer,
    ...(env['VIGIL_ADMIN'] && { administratorName: env['VIGIL_ADMIN'] })
  })
  closeOnSignal(() => demo.close())

  const { issuer, administratorLink } = demo.provider
  if (administratorLink !== undefined) {
    outbox({ to: 'administrator', subject: 'Set your password', link: administratorLink })
    console.log(`The administrator sets a password here, once: ${administratorLink}\n`)
  }
  console.log(`1. Sign up and let it learn how you type:  ${issuer}/signup
2. Sign in to an application:               http://localhost:${demo.relyingParty.port}
3. Write there, then hand the keyboard to somebody else, or press "Somebody else sat down".
4. You are asked to prove that it is you; the claims on the page change.`)
})

/** A random secret that the first start writes and later starts read. */
function keptIn(folder: string, name: string): string {
  const file = join(folder, name)
  try {
    return readFileSync(file, 'utf8')
  } catch {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const secret = randomBytes(48).toString('base64url')
    writeFileSync(file, secret, { mode: 0o600, flag: 'wx' })
    return secret
  }
}

function numberFrom(variable: string, standard: number, most: number): number {
  const text = process.env[variable]
  if (!text) return standard
  const value = Number(text)
  if (!(Number.isInteger(value) && value >= 1 && value <= most)) {
    throw new VigilError(
      'config_invalid',
      `${variable} must be a whole number from 1 to ${most}, got ${JSON.stringify(text)}`
    )
  }
  return value
}
