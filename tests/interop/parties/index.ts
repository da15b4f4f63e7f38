// The relying parties that run through the contract.

import type { Party } from '../party.ts'
import { modAuthOpenidc } from './apache.ts'
import { authlib } from './authlib.ts'
import { expressOpenidConnect } from './express-openid-connect.ts'
import { oidcClientTs } from './oidc-client-ts.ts'
import { openidClient } from './openid-client.ts'
import { passportOpenidconnect } from './passport-openidconnect.ts'

export const parties: readonly Party[] = [
  openidClient,
  expressOpenidConnect,
  passportOpenidconnect,
  oidcClientTs,
  modAuthOpenidc,
  authlib
]
