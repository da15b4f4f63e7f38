-- How a person types the secret of their login, encrypted: one row a person, gone when the secret changes.

create table vigil_login_template (
  account_id text not null primary key,
  version integer not null,
  blob bytea not null,
  learnt_at bigint not null
);
