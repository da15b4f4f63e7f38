// One-time links with which a person sets a password: the first administrator's, for one. Only a hash of the token is stored.

import { createHash, randomBytes } from 'node:crypto'
import { VigilError } from '../../errors.ts'
import type { Invitation, InvitationStore } from '../ports.ts'

export interface Invitations {
  /** The link; it works once and for `lifeSeconds`, a day unless told. */
  create(accountId: string, lifeSeconds?: number): Promise<string>
  /** Looks without using it up. Throws `invitation_invalid`. */
  find(token: string): Promise<Invitation>
  /** Uses it up; of two at once, one gets it. Throws `invitation_invalid`. */
  take(token: string): Promise<Invitation>
  /** Puts one back that was taken for something that then failed. */
  giveBack(invitation: Invitation): Promise<void>
  /** The person has set a password otherwise: what was sent before opens nothing. */
  withdraw(accountId: string): Promise<void>
}

export interface InvitationsOptions {
  readonly store: InvitationStore
  readonly issuer: string
  /** Seconds since the epoch. */
  readonly now?: () => number
}

export const invitationLifeSeconds = 24 * 60 * 60

export function createInvitations(options: InvitationsOptions): Invitations {
  const { store, now = () => Math.floor(Date.now() / 1000) } = options
  const base = options.issuer.replace(/\/$/, '')

  function valid(invitation: Invitation | undefined): Invitation {
    if (!invitation || invitation.purpose !== 'set_password' || invitation.expiresAt <= now()) {
      throw new VigilError('invitation_invalid')
    }
    return invitation
  }

  return {
    async create(accountId, lifeSeconds = invitationLifeSeconds) {
      const token = randomBytes(32).toString('base64url')
      await store.add({
        tokenHash: hashOf(token),
        accountId,
        purpose: 'set_password',
        expiresAt: now() + lifeSeconds
      })
      return `${base}/invitation/${token}`
    },
    find: async (token) => valid(await store.find(hashOf(token))),
    take: async (token) => valid(await store.take(hashOf(token))),
    giveBack: (invitation) => store.add(invitation),
    withdraw: (accountId) => store.removeOf(accountId)
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
