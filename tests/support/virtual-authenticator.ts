// A device with passkeys in it, as Chromium plays one for a page.

import type { CDPSession } from 'playwright-core'

export interface Device {
  /** Whether its user gives the finger. */
  verifies(yes: boolean): Promise<void>
  /** Takes this one away and brings another. */
  another(): Promise<Device>
  /** Brings back the one that was there before. */
  takeAway(): Promise<void>
}

export async function virtualDevice(
  cdp: CDPSession,
  kept: readonly { readonly credentialId: string }[] = []
): Promise<Device> {
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true
    }
  })
  for (const credential of kept) {
    await cdp.send('WebAuthn.addCredential', { authenticatorId, credential: credential as never })
  }
  const before = kept
  return {
    async verifies(yes) {
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: yes })
    },
    async another() {
      const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId })
      await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
      const next = await virtualDevice(cdp)
      return {
        ...next,
        async takeAway() {
          await next.takeAway()
          await virtualDevice(cdp, credentials)
        }
      }
    },
    async takeAway() {
      await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
      if (before.length > 0) await virtualDevice(cdp, before)
    }
  }
}
