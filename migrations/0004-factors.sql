-- The second factors of a person, encrypted: one row a person.

create table vigil_factor (
  account_id text not null primary key,
  version integer not null,
  blob bytea not null,
  changed_at bigint not null
);
