// The tables as MikroORM knows them. `migrations/` creates them; a test holds the two against each other. Statements that must
// be atomic are SQL beside the store that needs them; plain reading and writing goes through these.

import { defineEntity, p } from '@mikro-orm/core'

const seconds = () => p.bigint('number')

export const SessionEntity = defineEntity({
  name: 'Session',
  tableName: 'vigil_session',
  indexes: [
    { name: 'vigil_session_account_id', properties: ['accountId'] },
    { name: 'vigil_session_expires_at', properties: ['expiresAt'] }
  ],
  properties: {
    uid: p.text().primary(),
    accountId: p.text(),
    version: p.integer(),
    record: p.text(),
    expiresAt: seconds()
  }
})

export const TombstoneEntity = defineEntity({
  name: 'Tombstone',
  tableName: 'vigil_tombstone',
  indexes: [{ name: 'vigil_tombstone_expires_at', properties: ['expiresAt'] }],
  properties: { uid: p.text().primary(), expiresAt: seconds() }
})

export const SignedTokenEntity = defineEntity({
  name: 'SignedToken',
  tableName: 'vigil_signed_token',
  indexes: [{ name: 'vigil_signed_token_expires_at', properties: ['expiresAt'] }],
  properties: { audience: p.text().primary(), sid: p.text().primary(), uid: p.text(), expiresAt: seconds() }
})

export const LogoutEntity = defineEntity({
  name: 'Logout',
  tableName: 'vigil_logout',
  indexes: [
    { name: 'vigil_logout_due_at', properties: ['dueAt'] },
    { name: 'vigil_logout_client_id', properties: ['clientId', 'accountId', 'id'] }
  ],
  properties: {
    id: p.bigint('number').primary(),
    clientId: p.text(),
    accountId: p.text(),
    sid: p.text().nullable(),
    attempts: p.integer(),
    dueAt: seconds(),
    expiresAt: seconds()
  }
})

export const PersonEntity = defineEntity({
  name: 'Person',
  tableName: 'vigil_person',
  properties: {
    accountId: p.text().primary(),
    consentedAt: seconds().nullable(),
    withdrawnAt: seconds().nullable()
  }
})

export const ProfileEntity = defineEntity({
  name: 'Profile',
  tableName: 'vigil_profile',
  indexes: [{ name: 'vigil_profile_kind', properties: ['kind'] }],
  properties: {
    accountId: p.text().primary(),
    kind: p.text().primary(),
    version: p.integer().primary(),
    blob: p.uint8array(),
    createdAt: seconds()
  }
})

export const SketchEntity = defineEntity({
  name: 'Sketch',
  tableName: 'vigil_sketch',
  indexes: [{ name: 'vigil_sketch_expires_at', properties: ['expiresAt'] }],
  properties: {
    accountId: p.text().primary(),
    id: p.text().primary(),
    blob: p.uint8array(),
    createdAt: seconds(),
    expiresAt: seconds()
  }
})

export const LoginTemplateEntity = defineEntity({
  name: 'LoginTemplate',
  tableName: 'vigil_login_template',
  properties: { accountId: p.text().primary(), version: p.integer(), blob: p.uint8array(), learntAt: seconds() }
})

export const AuditCounterEntity = defineEntity({
  name: 'AuditCounter',
  tableName: 'vigil_audit_counter',
  properties: { id: p.integer().primary().autoincrement(false), seq: seconds() }
})

export const AuditEntity = defineEntity({
  name: 'Audit',
  tableName: 'vigil_audit',
  indexes: [
    { name: 'vigil_audit_account_id', properties: ['accountId', 'seq'] },
    { name: 'vigil_audit_session_uid', properties: ['sessionUid', 'seq'] },
    { name: 'vigil_audit_type', properties: ['type', 'seq'] }
  ],
  properties: {
    seq: p.bigint('number').primary().autoincrement(false),
    at: seconds(),
    type: p.text(),
    accountId: p.text().nullable(),
    sessionUid: p.text().nullable(),
    data: p.text().nullable()
  }
})

export const PolicyEntity = defineEntity({
  name: 'Policy',
  tableName: 'vigil_policy',
  properties: { version: p.integer().primary().autoincrement(false), document: p.text(), activatedAt: seconds() }
})

export const AccountEntity = defineEntity({
  name: 'Account',
  tableName: 'vigil_account',
  uniques: [{ name: 'vigil_account_username_key', properties: ['usernameKey'] }],
  properties: {
    id: p.text().primary(),
    username: p.text(),
    usernameKey: p.text(),
    email: p.text(),
    passwordHash: p.text(),
    role: p.text().$type<'person' | 'administrator'>(),
    createdAt: seconds()
  }
})

export const InvitationEntity = defineEntity({
  name: 'Invitation',
  tableName: 'vigil_invitation',
  indexes: [{ name: 'vigil_invitation_expires_at', properties: ['expiresAt'] }],
  properties: {
    tokenHash: p.text().primary(),
    accountId: p.text(),
    purpose: p.text().$type<'set_password'>(),
    expiresAt: seconds()
  }
})

export const FactorEntity = defineEntity({
  name: 'Factor',
  tableName: 'vigil_factor',
  properties: { accountId: p.text().primary(), version: p.integer(), blob: p.uint8array(), changedAt: seconds() }
})

export const UsedEntity = defineEntity({
  name: 'Used',
  tableName: 'vigil_used',
  indexes: [{ name: 'vigil_used_expires_at', properties: ['expiresAt'] }],
  properties: { id: p.text().primary(), expiresAt: seconds() }
})

export const AttemptEntity = defineEntity({
  name: 'Attempt',
  tableName: 'vigil_attempt',
  indexes: [{ name: 'vigil_attempt_expires_at', properties: ['expiresAt'] }],
  properties: { key: p.text().primary(), count: p.integer(), round: p.integer(), expiresAt: seconds() }
})

export const KeyEntity = defineEntity({
  name: 'Key',
  tableName: 'vigil_key',
  properties: { name: p.text().primary(), value: p.uint8array() }
})

export const OidcEntity = defineEntity({
  name: 'Oidc',
  tableName: 'vigil_oidc',
  indexes: [
    { name: 'vigil_oidc_grant_id', properties: ['grantId'] },
    { name: 'vigil_oidc_user_code', properties: ['userCode'] },
    { name: 'vigil_oidc_uid', properties: ['uid'] },
    { name: 'vigil_oidc_expires_at', properties: ['expiresAt'] }
  ],
  properties: {
    model: p.text().primary(),
    id: p.text().primary(),
    payload: p.text(),
    grantId: p.text().nullable(),
    userCode: p.text().nullable(),
    uid: p.text().nullable(),
    expiresAt: seconds().nullable(),
    consumedAt: seconds().nullable()
  }
})

export const entities = [
  SessionEntity,
  TombstoneEntity,
  SignedTokenEntity,
  LogoutEntity,
  PersonEntity,
  ProfileEntity,
  SketchEntity,
  LoginTemplateEntity,
  AuditCounterEntity,
  AuditEntity,
  PolicyEntity,
  AccountEntity,
  InvitationEntity,
  FactorEntity,
  UsedEntity,
  AttemptEntity,
  KeyEntity,
  OidcEntity
]
