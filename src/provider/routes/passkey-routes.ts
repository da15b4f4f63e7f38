// A person's passkeys: what there is, adding, naming and removing one. All of it wants a fresh login with two factors from whoever has two, so that neither
// an open session nor a stolen password can plant a key or take one away.

import Router from '@koa/router'
import { isVigilError, VigilError } from '../../errors.ts'
import { alertOf, seeOther } from '../pages/answers.ts'
import { wordsFor } from '../pages/languages/index.ts'
import { problemPages } from '../pages/pages.ts'
import { passkeyNameLength } from '../factors/passkeys.ts'
import { type PersonSignedIn, doerOf, openedBy, personSignedIn, refusedForProof } from '../sessions/signed-in.ts'
import { moment } from '../pages/standing-words.ts'
import type Koa from 'koa'
import type Provider from 'oidc-provider'
import type { AuditLog } from '../../ports.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Fields, Forms } from '../pages/forms.ts'
import type { ChallengeBinding, IssuedChallenges } from '../factors/issued-challenges.ts'
import type { Pages } from '../pages/pages.ts'
import type { Passkeys } from '../factors/passkeys.ts'
import type { Vigil } from '../vigil-api.ts'

export interface PasskeyRoutesOptions {
  readonly provider: Provider
  readonly accounts: Pick<Accounts, 'find'>
  readonly passkeys: Passkeys
  readonly challenges: IssuedChallenges
  readonly vigil: Pick<Vigil, 'proofNeeded'>
  readonly audit: AuditLog
  readonly pages: Pages
  readonly forms: Forms
}

const place = '/account/passkeys'

/** `/account/passkeys`, `/account/passkeys/name` and `/account/passkeys/remove`. */
export function passkeyRoutes(options: PasskeyRoutesOptions): Router {
  const { provider, passkeys, challenges, pages, forms } = options
  const router = new Router()

  router.use([place, `${place}/name`, `${place}/remove`], problemPages(pages))

  router.get(place, async (ctx) => {
    const found = await openedBy(ctx, { ...options, place })
    return found && show(ctx, found)
  })

  router.post(place, (ctx) =>
    changing(ctx, async (found, fields) => {
      const challenge = challenges.open(bindingOf(found), fields['challenge'] ?? '')
      const name = fields['name'] ?? ''
      const { passkey = '' } = fields
      await challenges.useUp(challenge)
      const codes = await passkeys.enrol(doerOf(found), challenge.state as string, passkey, name)
      if (codes) pages.render(ctx, 'recovery-codes', { who: found.account.username, codes })
      else seeOther(ctx, pages.base + place)
    })
  )

  router.post(`${place}/name`, (ctx) =>
    changing(ctx, async (found, fields) => {
      await passkeys.rename(doerOf(found), fields['id'] ?? '', fields['name'] ?? '')
      seeOther(ctx, pages.base + place)
    })
  )

  router.post(`${place}/remove`, (ctx) =>
    changing(ctx, async (found, fields) => {
      await passkeys.remove(doerOf(found), fields['id'] ?? '')
      seeOther(ctx, pages.base + place)
    })
  )

  /** Runs a change by somebody who may make it; what goes wrong with it is said on the page. */
  async function changing(
    ctx: Koa.Context,
    act: (found: PersonSignedIn, fields: Fields) => Promise<void>
  ): Promise<void> {
    const found = await personSignedIn(provider, options.accounts, ctx)
    if (!found) throw new VigilError('not_signed_in')
    const fields = await forms.read(ctx, place)
    if (await refusedForProof(ctx, found, { ...options, place })) return
    try {
      await act(found, fields)
    } catch (error) {
      if (!isVigilError(error)) throw error
      await show(ctx, found, error)
    }
  }

  async function show(ctx: Koa.Context, found: PersonSignedIn, error?: VigilError): Promise<void> {
    const { account } = found
    const words = wordsFor(ctx)
    const [all, offer] = await Promise.all([passkeys.list(account.id), passkeys.possible && passkeys.offer(account)])
    const data = {
      who: account.username,
      csrf: forms.token(ctx, place),
      nameLength: passkeyNameLength,
      passkeys: all.map((one) => ({ ...one, since: moment(words, one.since), usedAt: moment(words, one.usedAt) })),
      ...(offer && { challenge: challenges.issue(bindingOf(found), offer.challenge), options: offer.options }),
      ...alertOf(ctx, error)
    }
    pages.render(ctx, 'passkeys', data, { status: error?.status ?? 200 })
  }

  return router
}

function bindingOf({ who, account }: PersonSignedIn): ChallengeBinding {
  return { scope: place, sessionUid: who.uid, accountId: account.id, factor: 'passkey' }
}
