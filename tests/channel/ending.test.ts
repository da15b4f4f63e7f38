// A session that ends at the provider takes its channels along, on whatever way it ends: real logins, real sockets.

import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { redirectUri, startHost, type TestHost, visitorOf } from '../support/server.ts'

let host: TestHost
beforeAll(async () => {
  host = await startHost()
})
afterAll(() => host.close())

async function watched(account: string) {
  const person = await visitorOf(host, { account })
  await host.vigil.giveConsent(account)
  const { accessToken } = await person.signIn()
  const uid = await person.uid()
  const open = async () => {
    const response = await fetch(`${host.issuer}/continuous/ticket`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` }
    })
    const { ticket, url } = (await response.json()) as { ticket: string; url: string }
    const name = 'a-stream-that-has-a-name'
    const socket = new WebSocket(url, ['vigil.v1', `vigil.ticket.${ticket}`, `vigil.stream.${name}`], {
      origin: new URL(redirectUri).origin
    })
    await once(socket, 'open')
    return socket
  }
  const socket = await open()
  return { person, uid, socket, open }
}

/** Close code, if it comes within two seconds of what was done. */
async function codeAfter(socket: WebSocket, act: () => Promise<unknown>): Promise<number | 'still open'> {
  const closed = once(socket, 'close').then(([code]) => code as number)
  await act()
  const late = new Promise<'still open'>((resolve) => void setTimeout(resolve, 2_000, 'still open'))
  return Promise.race([closed, late])
}

describe('a channel is closed with 4001 within two seconds', () => {
  test('when the person signs out', async () => {
    const { person, socket } = await watched('ana')
    expect(
      await codeAfter(socket, async () => {
        const confirm = await person.browser.get(`${host.issuer}/session/end`)
        await person.browser.submit(confirm, { logout: 'yes' })
      })
    ).toBe(4001)
  })

  test('when the session is revoked', async () => {
    const { uid, socket } = await watched('ben')
    expect(await codeAfter(socket, () => host.vigil.revoke(uid, 'a test'))).toBe(4001)
  })

  test('when somebody else signs in where they were', async () => {
    const { person, socket } = await watched('cleo')
    expect(
      await codeAfter(socket, () =>
        person.visit({ prompt: 'login' }, (page) => person.browser.submit(page, { account: 'dora', amr: 'pwd' }))
      )
    ).toBe(4001)
  })

  test('when the person no longer agrees', async () => {
    const { socket } = await watched('emil')
    expect(await codeAfter(socket, () => host.vigil.withdrawConsent('emil'))).toBe(4001)
  })
})

test('a step-up of the same person leaves the channel open', async () => {
  const { person, socket } = await watched('fay')
  expect(await codeAfter(socket, () => person.signIn({ prompt: 'login' }))).toBe('still open')
  socket.close()
})

test('a page whose session was revoked while its connection was lost does not come back', async () => {
  const { uid, socket, open } = await watched('gus')
  socket.terminate()
  await host.vigil.revoke(uid, 'a test')
  await expect(open()).rejects.toThrow(/Invalid URL|undefined|401/)
})
