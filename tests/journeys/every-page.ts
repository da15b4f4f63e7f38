// Every page that there is, each in a state with something to see, reached as a person reaches it. Tests of what all pages have in common walk
// through them; a view that nobody shows here fails those tests.

import { readdir } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { portrayed } from '../../src/biometrics/index.ts'
import type { Decision } from '../../src/provider/vigil-api.ts'
import { authenticatorOf } from '../support/authenticator.ts'
import { virtualDevice } from '../support/virtual-authenticator.ts'
import { type PagesHouse, shopRequest } from '../provider/pages-house.ts'

export const password = 'seven green bottles'

/** Views that are pages, by the name that stands in `data-page`. */
export async function pagesThereAre(): Promise<readonly string[]> {
  const files = await readdir(new URL('../../views/', import.meta.url))
  return files
    .filter((file) => file.endsWith('.eta'))
    .map((file) => file.slice(0, -4))
    .filter((name) => !partials.has(name))
}

/** Parts of pages. */
const partials: ReadonlySet<string> = new Set(['layout', 'alert', 'field', 'passkey-ask', 'passkey-form'])

export interface Stop {
  /** For the name of a picture; the view, and what is special about it. */
  readonly name: string
}

/** Walks one new person through all pages and stops at each. `username` must be free. */
export async function walk(
  house: PagesHouse,
  page: Page,
  username: string,
  look: (stop: Stop) => Promise<void>
): Promise<void> {
  const at = (name: string): Promise<void> => look({ name })
  const { heart, issuer } = house
  const submit = (): Promise<void> => page.locator('main form button[type=submit]').first().click()

  await page.goto(`${issuer}/signup`)
  await page.locator('[name=username]').fill('a')
  await page.locator('[name=email]').fill('nobody')
  await page.locator('[name=password]').fill('short')
  await page.evaluate(() => document.querySelector('form')!.setAttribute('novalidate', ''))
  await submit()
  await page.locator('.alert').waitFor()
  await at('signup-refused')
  await page.goto(`${issuer}/signup`)
  await at('signup')
  await page.locator('[name=username]').fill(username)
  await page.locator('[name=email]').fill('ana@example.test')
  await page.locator('[name=password]').fill(password)
  await submit()
  await page.waitForURL('**/vigil/consent**')
  await at('watch-consent')
  await submit()
  await page.waitForURL('**/vigil/calibration**')
  const accountId = (await house.storage.accounts.findByUsername(username))!.id
  heart.training = { state: 'collecting', progress: 0.4, keystrokes: 160, keystrokesNeeded: 400 }
  await page.reload()
  await page.waitForFunction(() => document.getElementById('left')?.textContent !== '')
  await at('calibration')
  await page.locator('#pause').click()
  await at('calibration-paused')
  heart.training = {
    state: 'ready',
    progress: 1,
    keystrokes: 420,
    keystrokesNeeded: 400,
    profileVersion: 2,
    devices: ['keyboard']
  }
  heart.loginsLearnt = 12
  heart.decisions = sampleDecisions()
  heart.portraits = [
    {
      device: 'keyboard',
      taughtAt: 1_764_000_000,
      changedAt: 1_764_300_000,
      version: 2,
      keystrokes: 420,
      traits: portrayed.map((feature, index) => ({ feature, step: (index % 5) as 0 | 1 | 2 | 3 | 4 }))
    }
  ]
  const known = { authentications: [{ amr: ['pwd'], at: 1_764_000_000 }], watch: 'watched', expiresAt: 4_000_000_000 }
  heart.sessions = (['LOW', 'MEDIUM'] as const).map((risk, index) => ({
    ...known,
    uid: `${username}${index}`,
    accountId,
    risk,
    watch: 'watched',
    alarms: index,
    version: 1,
    device: { class: index === 0 ? 'keyboard' : 'touch', known: index === 0, since: 1_764_000_000 }
  }))
  await page.goto(`${issuer}/vigil/consent`)
  await at('watch-consent-given')
  await page.goto(`${issuer}/account`)
  await at('account-new')
  for (const name of ['activity', 'behaviour', 'data']) {
    await page.goto(`${issuer}/account/${name}`)
    await at(name)
  }

  heart.phrase = 'open'
  heart.sentence =
    'The narrow lantern keeper borrows the honest trumpet beside the lake and the quiet baker paints the round ladder near the river.'
  await page.goto(`${issuer}/vigil/phrase`)
  await at('phrase')
  for (const outcome of ['unclear', 'answered', 'refused'] as const) {
    heart.outcome = outcome
    await page.goto(`${issuer}/vigil/phrase`)
    await page.locator('[name=phrase]').fill(heart.sentence)
    await submit()
    await page.locator(outcome === 'unclear' ? '.reason strong' : 'a.primary').waitFor()
    await at(`phrase-${outcome}`)
  }
  await page.goto(shopRequest(house))
  await at('phrase-inside')
  for (const standing of ['used_up', 'none'] as const) {
    heart.phrase = standing
    await page.goto(`${issuer}/vigil/phrase`)
    await at(`phrase-${standing}`)
  }

  await page.goto(`${issuer}/account/passkeys`)
  await at('passkeys')
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const device = await virtualDevice(cdp)
  await addPasskey(page, 'my laptop')
  await page.locator('.codes').waitFor()
  const proved = async (): Promise<void> => {
    const cookies = await page.context().cookies(issuer)
    await house.provedByTwo(cookies.find(({ name }) => name === '_session')?.value)
  }
  await proved()
  await device.another()
  await page.goto(`${issuer}/account/passkeys`)
  await addPasskey(page, 'the telephone that I have had since the summer in which it rained')
  await page.locator('.sessions li').nth(1).waitFor()
  await at('passkeys-two')
  await page.locator('.rename summary').first().click()
  await at('passkeys-renaming')
  await page.goto(`${issuer}/account/recovery-codes`)
  await at('renew-codes')
  await page.goto(`${issuer}/account/email`)
  await at('email')
  await submit()
  await page.locator('[name=code]').waitFor()
  await at('email-code')

  await page.goto(`${issuer}/account/totp`)
  await at('authenticator')
  const app = authenticatorOf((await page.locator('#key').textContent()) ?? '')
  await page.locator('[name=code]').fill(app.code())
  await submit()
  await page.locator('.codes').waitFor()
  await at('recovery-codes')
  await page.goto(`${issuer}/account/totp`)
  await at('second-factor')
  await page.goto(`${issuer}/account`)
  await at('account')
  await page.goto(`${issuer}/account/password`)
  await at('password')
  await page.locator('[name=password]').fill(password)
  await submit()
  await page.locator('.notice').waitFor()
  await at('password-changed')

  await page.goto(shopRequest(house))
  await at('consent')
  heart.challenge = { kind: 'risk', reason: 'behaviour', words: '' }
  try {
    await page.goto(shopRequest(house, { prompt: 'login' }))
    await at('challenge-passkey')
    await page.goto(`${page.url()}?with=password`)
    await page.locator('[name=password]').fill('not the right one')
    await submit()
    await page.locator('.alert').waitFor()
    await at('challenge')
    heart.challenge = { ...heart.challenge, methods: ['passkey', 'totp'] }
    await page.goto(shopRequest(house, { prompt: 'login' }))
    await page.locator('.others a').last().click()
    await page.locator('.ways').waitFor()
    await at('way-out')
  } finally {
    delete heart.challenge
  }

  await page.goto(`${issuer}/signout`)
  await at('logout')
  await page.locator('button[name=logout]').click()
  await page.waitForLoadState()
  await at('signed-out')
  await page.goto(shopRequest(house))
  await at('login')
  await page.goto(`${issuer}/recover`)
  await at('recover')
  await page.locator('[name=username]').fill('nobody-of-that-name')
  await submit()
  await page.locator('[name=username]').waitFor({ state: 'detached' })
  await at('recover-sent')
  await page.goto(`${issuer}/interaction/over`)
  await at('error')
  await page.goto(await house.invitations.create(accountId))
  await at('invitation')

  await page.goto(`${issuer}/account/data`)
  await page.locator('[name=username]').fill(username)
  await page.locator('[name=password]').fill(password)
  await submit()
  await page.locator('[name=confirm]').fill(username)
  await page.locator('button.danger').click()
  await page.waitForLoadState()
  await at('erased')
}

async function addPasskey(page: Page, name: string): Promise<void> {
  await page.locator('#name').fill(name)
  await page.locator('form[data-passkey] button[type=submit]').click()
}

function sampleDecisions(): Decision[] {
  const rule = { rule: 'somebody else may be there', policyVersion: 3 }
  return [
    { id: 9, at: 1_764_300_900, type: 'challenge.passed', answerable: false },
    { id: 8, at: 1_764_300_800, type: 'challenge.required', ...rule, action: 'step_up', answerable: false },
    { id: 7, at: 1_764_300_800, type: 'risk.changed', to: 'HIGH', reason: 'behaviour', ...rule, answerable: true },
    {
      id: 6,
      at: 1_764_200_000,
      type: 'risk.changed',
      to: 'MEDIUM',
      reason: 'unobserved',
      ...rule,
      answerable: true,
      answered: 'me'
    },
    { id: 5, at: 1_764_100_000, type: 'profile.enrolled', answerable: false },
    { id: 4, at: 1_764_000_000, type: 'consent.given', answerable: false }
  ]
}
