// Keeps an `id_token_hint` in force on the way back from a page. oidc-provider reads the hint at the start of a request and forgets it there, so that
// whoever signs in on the page would get a token although another person was meant (OpenID Connect Core §3.1.2.1).

import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'

type Check = InstanceType<typeof interactionPolicy.Check>

/** The check, with the hint read again where it is missing. Any other check as it is. */
export function rememberingHint(check: Check): Check {
  if (check.reason !== 'id_token_hint') return check
  const { reason, description, error, details } = check
  return new interactionPolicy.Check(
    reason,
    description,
    error ?? 'login_required',
    async (ctx) => {
      await readAgain(ctx)
      return check.check(ctx)
    },
    details
  )
}

async function readAgain({ oidc }: KoaContextWithOIDC): Promise<void> {
  const hint = oidc.params?.['id_token_hint']
  if (oidc.entities.IdTokenHint || typeof hint !== 'string' || !oidc.client) return
  oidc.entity('IdTokenHint', await oidc.provider.IdToken.validate(hint, oidc.client))
}
