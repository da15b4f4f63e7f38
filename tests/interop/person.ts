// People who have signed up at the stand-alone server and have an authenticator app, and what they are asked at each page.

import type { VigilServer } from '../../src/server.ts'
import { visitor } from '../provider/visitor.ts'
import { authenticatorOf } from '../support/authenticator.ts'
import type { Answering } from './party.ts'

export interface Person extends Answering {
  readonly accountId: string
  /** What the pages since the last call asked for: fields that a person fills in. `[]` = they were asked nothing. */
  askedFor(): string[]
}

const password = 'seven green bottles'
const fields = ['username', 'password', 'code'] as const

/** Signs up and sets an app up, in a browser that they then leave: no session is open. */
export async function newPerson(house: VigilServer, username: string): Promise<Person> {
  const browser = visitor(house.issuer)
  await browser.submit(await browser.get('/signup'), { username, email: `${username}@example.test`, password })
  const setUp = await browser.get('/account/totp')
  const app = authenticatorOf(setUp.text)
  await browser.submit(setUp, { code: await app.freshCode() })
  const { id: accountId } = (await house.storage.accounts.findByUsername(username))!
  for (const { uid } of await house.vigil.sessionsOf(accountId)) await house.vigil.revoke(uid, 'left the browser')
  const asked: string[] = []
  return {
    accountId,
    askedFor: () => asked.splice(0),
    async answer(names) {
      const wanted = fields.filter((field) => names.includes(field))
      asked.push(...wanted)
      return {
        username,
        password,
        ...(wanted.includes('code') && { code: await app.freshCode() })
      }
    }
  }
}
