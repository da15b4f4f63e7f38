-- What works once and was used, and attempts that are counted: kept by all nodes together, and gone when they no longer matter. The names are
-- hashes: nobody reads from them who tried to sign in, or from where.

create table vigil_used (
  id text not null primary key,
  expires_at bigint not null
);
create index vigil_used_expires_at on vigil_used (expires_at);

create table vigil_attempt (
  key text not null primary key,
  count integer not null,
  round integer not null,
  expires_at bigint not null
);
create index vigil_attempt_expires_at on vigil_attempt (expires_at);
