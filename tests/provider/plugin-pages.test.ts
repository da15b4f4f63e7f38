// Vigil's own pages at a provider that has no account pages: they bear the host's name and lead on to a place of the host's.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountSignIn } from '../../src/provider/account-client.ts'
import { startHost, type TestHost } from '../support/server.ts'
import { type Visitor, visitor } from './visitor.ts'

let host: TestHost
beforeAll(async () => {
  host = await startHost({ vigil: { home: '/welcome', brand: 'Corner Bank' } })
})
afterAll(() => host.close())

async function signedIn(at: TestHost): Promise<Visitor> {
  const person = visitor(at.issuer)
  const page = await person.submit(await person.get('/vigil/consent'), { account: 'ana', amr: 'pwd' })
  expect(new URL(page.url).pathname).toBe('/vigil/consent')
  return person
}

describe('a person at a host', () => {
  it('who does not want to be watched goes on to where the host says', async () => {
    const person = await signedIn(host)
    const left = await person.submit(await person.get('/vigil/consent'), {}, '/vigil/consent/later')
    expect(new URL(left.url).pathname).toBe('/welcome')
  })

  it('who is taught finds the same way on', async () => {
    const person = await signedIn(host)
    const lesson = await person.submit(await person.get('/vigil/consent'))
    expect(new URL(lesson.url).pathname).toBe('/vigil/calibration')
    expect(lesson.text).toContain('<form method="get" action="/welcome">')
    expect(lesson.text).not.toContain('/account')
  })

  it('sees the name of the host on the page', async () => {
    const page = await (await signedIn(host)).get('/vigil/consent')
    expect(page.text).toContain('Corner Bank</title>')
  })

  it('who proves who they are for a page of ours comes back there', async () => {
    const person = await signedIn(host)
    const home = new URL('/welcome', host.issuer)
    const back = await person.get(accountSignIn(host.provider, home))
    expect(back.url).toMatch(/\/welcome\?state=back/)
  })
})

describe('without a word of the host', () => {
  it('the front page is the way on', async () => {
    const plain = await startHost()
    const person = await signedIn(plain)
    const left = await person.submit(await person.get('/vigil/consent'), {}, '/vigil/consent/later')
    expect(new URL(left.url).pathname).toBe('/')
    await plain.close()
  })

  it.each(['https://elsewhere.example/', '//elsewhere.example', 'account', '/a\\b'])(
    'a way on that is no path of its own is refused: %s',
    async (home) => {
      await expect(startHost({ vigil: { home } })).rejects.toMatchObject({
        code: 'config_invalid',
        message: expect.stringMatching(/^home must be a path such as \/account, got /) as string
      })
    }
  )
})
