// Two providers in one process, with Vigil and without, on the same adapter: who asks for flows of one and then of the other can tell what
// Vigil costs. Arguments: `flow` or `login`, and the database. Speaks with its parent by messages.
//
// What both do in a login: the session and the code flow of oidc-provider on the same adapter with an RS256 key; a page with a form that is filled with
// the name of the application; the account looked up in the same table by its name, and by its id wherever oidc-provider asks whose a session or a code
// is; the password checked by the same argon2id. What only the product does: limits on attempts, a token in the form, layout, languages and the
// passkey of its page, a device cookie, the choice of factors, and everything that Vigil is.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import Provider, { type Configuration, type InteractionResults } from 'oidc-provider'
import { memoryStorage, openStorage } from '../../src/adapters/index.ts'
import { createPasswords } from '../../src/provider/accounts/passwords.ts'
import type { ServerStorage } from '../../src/provider/ports.ts'
import { startServer } from '../../src/server.ts'
import { createVigil } from '../../src/vigil.ts'
import { nobody, secret, silent } from '../support/server.ts'

export interface FlowHosts {
  /** Issuers. */
  readonly product: string
  readonly floor: string
}
export type FlowQuestion = 'hosts' | 'cpu'

export const redirectUri = 'https://app.example.test/back'
export const password = 'seven green bottles'
/** Whoever signs in without Vigil: both have their accounts in one table. */
export const ben = {
  id: 'ben-1',
  username: 'ben',
  email: 'ben@example.test',
  role: 'person',
  createdAt: 1_800_000_000
} as const
const app = { client_id: 'app', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' } as const

if (process.send !== undefined) await serve()

async function serve(): Promise<void> {
  const [mode, database = 'memory'] = process.argv.slice(2)
  const storage = database === 'memory' ? memoryStorage() : await openStorage({ database })
  const hosts: FlowHosts =
    mode === 'login'
      ? { product: await standAlone(database), floor: await host(storage, { checksPasswords: true }) }
      : { product: await host(storage, { withVigil: true }), floor: await host(storage, {}) }
  process.on('message', (question: FlowQuestion) => {
    if (question === 'hosts') process.send?.(hosts)
    else {
      globalThis.gc?.()
      const { user, system } = process.cpuUsage()
      process.send?.(user + system)
    }
  })
}

async function standAlone(database: string): Promise<string> {
  const { issuer } = await startServer({
    port: 0,
    secret: randomBytes(32).toString('base64url'),
    database,
    population: nobody,
    logger: silent,
    administratorName: 'nobody',
    clients: [app]
  })
  return issuer
}

interface HostOptions {
  readonly withVigil?: boolean
  /** By argon2id, as the stand-alone server does. */
  readonly checksPasswords?: boolean
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** The least that a host of oidc-provider is. */
async function host(storage: ServerStorage, { withVigil, checksPasswords }: HostOptions): Promise<string> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const plain = await configuration(storage)
  const base = checksPasswords ? { ...plain, findAccount: accountsOf(storage) } : plain
  const vigil = withVigil ? createVigil({ issuer, secret, storage, population: nobody, logger: silent }) : undefined
  const provider = new Provider(issuer, vigil ? vigil.configure(base) : base)
  const answer = provider.callback()
  const passwords = createPasswords()
  const { accounts } = storage
  if (checksPasswords) await accounts.create({ ...ben, passwordHash: await passwords.hash(password) })

  const interact: Answer = async (request, response) => {
    const details = await provider.interactionDetails(request, response)
    if (request.method === 'GET') {
      const client = await provider.Client.find(String(details.params['client_id']))
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
      response.end(loginPage(client?.clientName ?? 'the application'))
      return
    }
    const fields = new URLSearchParams(await bodyOf(request))
    const name = fields.get('username') ?? ''
    const accountId = checksPasswords ? await provedBy(name, fields.get('password') ?? '') : name
    const login: NonNullable<InteractionResults['login']> = vigil
      ? await vigil.loginResult(details, { accountId, amr: ['pwd'] })
      : { accountId, amr: ['pwd'] }
    await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false })
  }

  async function provedBy(name: string, typed: string): Promise<string> {
    const account = await accounts.findByUsername(name)
    const passed = await passwords.verify(account?.passwordHash, typed)
    if (!account || !passed) throw new Error('wrong name or password')
    return account.id
  }

  server.on('request', (request, response) => {
    void (request.url?.startsWith('/interaction/') ? interact(request, response) : answer(request, response))
  })
  vigil?.attach(provider, server)
  await vigil?.ready()
  return issuer
}

async function configuration(storage: ServerStorage): Promise<Configuration> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return {
    adapter: storage.oidc,
    clients: [app],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'bench' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    features: { devInteractions: { enabled: false }, claimsParameter: { enabled: true } },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    async loadExistingGrant({ oidc: { client, session, provider } }) {
      const grantId = session!.grantIdFor(client!.clientId)
      if (grantId) return provider.Grant.find(grantId)
      const grant = new provider.Grant({ accountId: session!.accountId!, clientId: client!.clientId })
      grant.addOIDCScope('openid')
      await grant.save()
      return grant
    }
  }
}

function accountsOf({ accounts }: ServerStorage): NonNullable<Configuration['findAccount']> {
  return async (_ctx, sub) => (await accounts.find(sub)) && { accountId: sub, claims: () => ({ sub }) }
}

function loginPage(application: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in</title></head><body>
<h1>Sign in</h1><p>to go on to ${application.replaceAll(/[&<>"]/g, (sign) => `&#${sign.codePointAt(0)};`)}</p>
<form method="post">
<label>Name <input name="username" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button>Sign in</button>
</form></body></html>`
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
