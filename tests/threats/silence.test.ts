// THREATS.md 9 and 10: somebody with a stolen session who keeps the watch from seeing them. Real sessions, real sockets, a real provider; only
// the grace is shorter than usual.

import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { EventType } from '../../src/biometrics/events.ts'
import { createFrameWriter } from '../../src/browser/encode.ts'
import { stoppedByPerson } from '../../src/channel/wire.ts'
import type { ServerMessage } from '../../src/channel/ports.ts'
import { relyingParty } from '../support/oidc.ts'
import { api, app, startHost, type TestHost, visitorOf } from '../support/server.ts'

const graceSeconds = 3
const trials = 100
/** That are under way at once. */
const atOnce = 10
const back = 'https://bank.example.test/back'
const bank = { ...app, client_id: 'bank', redirect_uris: [back], vigil_watch: 'required' }
const reader = { ...app, client_id: 'reader', redirect_uris: ['https://reader.example.test/back'], vigil_watch: 'none' }

let host: TestHost
beforeAll(async () => {
  host = await startHost({ clients: [bank, reader, app], vigil: { graceSeconds } })
})
afterAll(() => host.close())

type Session = Awaited<ReturnType<typeof signedIn>>

async function signedIn(account: string, clientId = 'bank', redirectUri = back) {
  const person = await visitorOf(host, { account, client: { clientId, redirectUri } })
  await host.vigil.giveConsent(account)
  const tokens = await person.signIn()
  const uid = await person.uid()
  return {
    uid,
    tokens,
    person,
    use: () => person.party.userinfo(tokens).catch(() => undefined),
    standing: async () => (await host.vigil.standing(uid))!
  }
}

/** A page of the bank, on a socket of its own. */
async function page({ tokens }: Session, clock = { hidden: false }) {
  const response = await fetch(`${host.issuer}/continuous/ticket`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.accessToken}` }
  })
  const { ticket, url } = (await response.json()) as { ticket: string; url: string }
  const socket = new WebSocket(url, ['vigil.v1', `vigil.ticket.${ticket}`], { origin: 'https://bank.example.test' })
  const heard: ServerMessage[] = []
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString()) as ServerMessage))
  await once(socket, 'open')
  const writer = createFrameWriter()
  const beat = (typed = false): void => {
    const sentAt = performance.now()
    const events = typed ? [{ t: sentAt, type: EventType.keyDown, cls: 0, slot: 0, x: 0, y: 0 }] : []
    socket.send(writer.write({ sentAt, events, hidden: clock.hidden }))
  }
  const timer = setInterval(() => socket.readyState === WebSocket.OPEN && beat(), 1_000)
  socket.on('close', () => clearInterval(timer))
  return { socket, heard, beat }
}

/** Whether the session was asked for a step-up within the grace and five seconds, while it was used each half second. */
async function isAsked(session: Session): Promise<boolean> {
  const deadline = performance.now() + (graceSeconds + 5) * 1_000
  while (performance.now() < deadline) {
    await Promise.all([session.use(), pause(500)])
    if ((await session.standing()).acr === '0') return true
  }
  return false
}

/** How many of a hundred were asked. */
async function asked(act: (account: string) => Promise<boolean>, what: string): Promise<number> {
  let count = 0
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < trials) if (await act(`${what}-${next++}`)) count++
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return count
}

describe('a session that must be watched', () => {
  test('is asked for a step-up when no channel ever comes: 100 of 100', { timeout: 300_000 }, async () => {
    expect(await asked(async (account) => isAsked(await signedIn(account)), 'never')).toBe(trials)
  })

  test('is asked when the channel is cut: 100 of 100', { timeout: 300_000 }, async () => {
    const cut = async (account: string): Promise<boolean> => {
      const session = await signedIn(account)
      const { socket, beat } = await page(session)
      beat(true)
      await pause(200)
      socket.terminate()
      return isAsked(session)
    }
    expect(await asked(cut, 'cut')).toBe(trials)
  })

  test(
    'is asked when its pages beat and tell of nothing while requests go on: 100 of 100, and audited',
    { timeout: 300_000 },
    async () => {
      const empty = async (account: string): Promise<boolean> => {
        const session = await signedIn(account)
        const { socket, heard } = await page(session, { hidden: true })
        const result = await isAsked(session)
        // The record is written before the page is told.
        const isTold = (): boolean => heard.some(({ type }) => type === 'challenge_required')
        for (let waited = 0; !isTold() && waited < 10_000; waited += 50) await pause(50)
        expect(heard).toContainEqual({ type: 'analysis_result', state: 'unobserved' })
        expect(heard.map(({ type }) => type)).toContain('challenge_required')
        socket.close()
        return result
      }
      expect(await asked(empty, 'empty')).toBe(trials)
      const entries = await host.storage.audit.list({ type: 'watch.contradicted' })
      expect(entries).toHaveLength(trials)
      expect(entries.every(({ data }) => data?.['hidden'] === true)).toBe(true)
    }
  )

  test('is asked when its pages connect for an instant within each grace', async () => {
    const session = await signedIn('flicker')
    const visiting = setInterval(() => void page(session).then(({ socket }) => socket.close()), 1_000)
    try {
      expect(await isAsked(session)).toBe(true)
    } finally {
      clearInterval(visiting)
    }
  })

  test('is asked nothing while somebody types, and while somebody only reads', async () => {
    const [typing, reading] = [await signedIn('typing'), await signedIn('reading')]
    const [busy, idle] = [await page(typing), await page(reading)]
    const timer = setInterval(() => busy.beat(true), 1_000)
    await reading.use()
    expect(await isAsked(typing)).toBe(false)
    clearInterval(timer)
    expect(await typing.standing()).toMatchObject({ watch: 'watched', acr: 'urn:vigil:loa:1' })
    expect(await reading.standing()).toMatchObject({ watch: 'watched', acr: 'urn:vigil:loa:1' })
    busy.socket.close()
    idle.socket.close()
  })

  test('is asked again when it goes on unwatched after an answer', async () => {
    const session = await signedIn('twice')
    expect(await isAsked(session)).toBe(true)
    await session.person.signIn()
    expect((await session.standing()).acr).toBe('urn:vigil:loa:1')
    expect(await isAsked(session)).toBe(true)
  })
})

test('a process that has just started expects somebody from the first question about a token on', async () => {
  const clients = [bank, api]
  const before = await startHost({ clients, vigil: { graceSeconds } })
  const person = await visitorOf(before, { account: 'ana', client: { clientId: 'bank', redirectUri: back } })
  await before.vigil.giveConsent('ana')
  const tokens = await person.signIn()
  const uid = await person.uid()
  await before.close()
  const later = await startHost({ storage: before.storage, clients, vigil: { graceSeconds } })
  try {
    const { client_id: clientId, client_secret: clientSecret } = api
    const party = await relyingParty(later.issuer, { clientId, clientSecret, redirectUri: back })
    expect(await party.introspect(tokens.accessToken)).toMatchObject({ active: true })
    await pause((graceSeconds + 1) * 1_000)
    expect(await later.vigil.standing(uid)).toMatchObject({ acr: '0', watch: 'unobserved' })
  } finally {
    await later.close()
  }
})

test('an application that requires no watch and never loads the agent is never troubled', async () => {
  const sessions = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      n % 2 === 0
        ? signedIn(`reader-${n}`, 'reader', reader.redirect_uris[0])
        : signedIn(`app-${n}`, 'app', app.redirect_uris[0])
    )
  )
  expect(await Promise.all(sessions.map(isAsked))).toEqual(sessions.map(() => false))
  for (const session of sessions) {
    expect(await session.standing()).toMatchObject({ watch: 'not_watched', risk: 'LOW' })
    expect((await session.person.visit({ prompt: 'none' })).error).toBeNull()
  }
})

test('the grace is the policy’s to say', async () => {
  const patient = await startHost({
    clients: [bank],
    vigil: {
      graceSeconds: 3600,
      policy: 'version: 1\ngrace: 1\nrules:\n  - { when: { watch: unobserved }, then: step_up }'
    }
  })
  try {
    const person = await visitorOf(patient, { client: { clientId: 'bank', redirectUri: back } })
    await patient.vigil.giveConsent('ana')
    await person.signIn()
    const uid = await person.uid()
    await expect.poll(async () => (await patient.vigil.standing(uid))?.watch, { timeout: 6_000 }).toBe('unobserved')
  } finally {
    await patient.close()
  }
})

describe('the switch', () => {
  test('right after a login turns the watch off for the session, until the next login', async () => {
    const session = await signedIn('private')
    const [first, second] = [await page(session), await page(session)]
    first.socket.close(stoppedByPerson)
    const [code, reason] = (await once(second.socket, 'close')) as [number, Buffer]
    expect([code, reason.toString()]).toEqual([4002, 'watch_stopped'])
    const late = await page(session)
    expect(((await once(late.socket, 'close')) as [number])[0]).toBe(4002)
    expect(await isAsked(session)).toBe(false)
    expect((await session.standing()).watch).toBe('not_watched')
    await session.person.signIn({ prompt: 'login' })
    expect(await isAsked(session)).toBe(true)
  })

  test('in the hands of somebody else, long after the login, leaves the session unobserved at once', async () => {
    const session = await signedIn('stolen')
    await host.storage.sessions.update(
      session.uid,
      (record) =>
        record && { ...record, authentications: record.authentications.map((one) => ({ ...one, at: one.at - 7_200 })) }
    )
    const { socket } = await page(session)
    socket.close(stoppedByPerson)
    await expect.poll(async () => (await session.standing()).watch).toBe('unobserved')
    expect((await session.standing()).acr).toBe('0')
  })
})

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}
