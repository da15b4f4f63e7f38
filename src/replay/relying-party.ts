// The least that a relying party is: code flow with PKCE, state and nonce, and what it does with the tokens. Nobody needs to listen at its redirect
// address, and any OpenID Connect provider will do.

import * as client from 'openid-client'

export interface RelyingPartyOptions {
  readonly clientId: string
  /** Absent: a public client. */
  readonly clientSecret?: string | undefined
  readonly redirectUri: string
}

export interface Tokens {
  readonly accessToken: string
  readonly idToken: Readonly<Record<string, unknown>>
  /** The ID token as it came. */
  readonly idTokenHint: string
  readonly refreshToken?: string
}

export interface AuthorizationRequest {
  readonly url: URL
  /** Buys the tokens with the address that the browser came back to. Throws openid-client's errors. */
  redeem(callback: URL): Promise<Tokens>
}

/** Throws openid-client's errors. */
export interface RelyingParty {
  request(parameters?: Readonly<Record<string, string>>): Promise<AuthorizationRequest>
  refresh(refreshToken: string, parameters?: Readonly<Record<string, string>>): Promise<Tokens>
  userinfo(tokens: Pick<Tokens, 'accessToken' | 'idToken'>): Promise<Readonly<Record<string, unknown>>>
  introspect(token: string): Promise<Readonly<Record<string, unknown>>>
  /** Where a person is sent to sign out (OpenID Connect RP-Initiated Logout 1.0). */
  signOutUrl(tokens: Pick<Tokens, 'idTokenHint'>): URL
}

export async function relyingParty(
  issuer: string,
  { clientId, clientSecret, redirectUri }: RelyingPartyOptions
): Promise<RelyingParty> {
  const config = await client.discovery(
    new URL(issuer),
    clientId,
    clientSecret,
    clientSecret === undefined ? client.None() : undefined,
    { execute: issuer.startsWith('http:') ? [client.allowInsecureRequests] : [] }
  )

  return {
    async request(parameters = {}) {
      const pkceCodeVerifier = client.randomPKCECodeVerifier()
      const expectedState = client.randomState()
      const expectedNonce = client.randomNonce()
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid',
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        state: expectedState,
        nonce: expectedNonce,
        ...parameters
      })
      // The API that the token is for is named at both endpoints (RFC 8707 §2).
      const { resource } = parameters
      const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }
      return {
        url,
        redeem: async (callback) =>
          tokensOf(
            await client.authorizationCodeGrant(config, callback, checks, resource === undefined ? {} : { resource })
          )
      }
    },
    refresh: async (refreshToken, parameters = {}) =>
      tokensOf(await client.refreshTokenGrant(config, refreshToken, { ...parameters })),
    userinfo: async ({ accessToken, idToken }) => ({
      ...(await client.fetchUserInfo(config, accessToken, String(idToken['sub'])))
    }),
    introspect: async (token) => ({ ...(await client.tokenIntrospection(config, token)) }),
    signOutUrl: ({ idTokenHint }) => client.buildEndSessionUrl(config, { id_token_hint: idTokenHint })
  }
}

function tokensOf(tokens: Awaited<ReturnType<typeof client.authorizationCodeGrant>>): Tokens {
  return {
    accessToken: tokens.access_token,
    idToken: { ...tokens.claims() },
    idTokenHint: tokens.id_token ?? '',
    ...(tokens.refresh_token !== undefined && { refreshToken: tokens.refresh_token })
  }
}
