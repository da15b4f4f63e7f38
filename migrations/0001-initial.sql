-- Everything that Vigil keeps. Times are seconds since the epoch by the clock of the process, never of the database.
-- Records without a column of their own are JSON in `text`, not `jsonb`: jsonb refuses \u0000 and lone surrogates, which
-- strangers can put into a parameter. One statement ends at a semicolon at the end of a line; there are no function bodies here.

create table vigil_session (
  uid text not null primary key,
  account_id text not null,
  version integer not null,
  record text not null,
  expires_at bigint not null
);
create index vigil_session_account_id on vigil_session (account_id);
create index vigil_session_expires_at on vigil_session (expires_at);

create table vigil_tombstone (
  uid text not null primary key,
  expires_at bigint not null
);
create index vigil_tombstone_expires_at on vigil_tombstone (expires_at);

create table vigil_person (
  account_id text not null primary key,
  consented_at bigint,
  withdrawn_at bigint
);

create table vigil_profile (
  account_id text not null,
  kind text not null,
  version integer not null,
  blob bytea not null,
  created_at bigint not null,
  primary key (account_id, kind, version)
);
create index vigil_profile_kind on vigil_profile (kind);

-- A sequence would leave gaps where a transaction rolls back; a counter row in the statement that inserts does not.
create table vigil_audit_counter (
  id integer not null primary key,
  seq bigint not null
);
insert into vigil_audit_counter (id, seq) values (1, 0);

create table vigil_audit (
  seq bigint not null primary key,
  at bigint not null,
  type text not null,
  account_id text,
  session_uid text,
  data text
);
create index vigil_audit_account_id on vigil_audit (account_id, seq);
create index vigil_audit_session_uid on vigil_audit (session_uid, seq);
create index vigil_audit_type on vigil_audit (type, seq);

create table vigil_policy (
  version integer not null primary key,
  document text not null,
  activated_at bigint not null
);

create table vigil_account (
  id text not null primary key,
  username text not null,
  username_key text not null,
  email text not null,
  password_hash text not null,
  role text not null,
  created_at bigint not null
);
create unique index vigil_account_username_key on vigil_account (username_key);

create table vigil_invitation (
  token_hash text not null primary key,
  account_id text not null,
  purpose text not null,
  expires_at bigint not null
);
create index vigil_invitation_expires_at on vigil_invitation (expires_at);

create table vigil_key (
  name text not null primary key,
  value bytea not null
);

-- The records of oidc-provider. `uid` is filled for sessions only; `expires_at` is empty for what never expires.
create table vigil_oidc (
  model text not null,
  id text not null,
  payload text not null,
  grant_id text,
  user_code text,
  uid text,
  expires_at bigint,
  consumed_at bigint,
  primary key (model, id)
);
create index vigil_oidc_grant_id on vigil_oidc (grant_id);
create index vigil_oidc_user_code on vigil_oidc (user_code);
create index vigil_oidc_uid on vigil_oidc (uid);
create index vigil_oidc_expires_at on vigil_oidc (expires_at);
