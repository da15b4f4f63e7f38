-- Sketches of recent input, by which a replay of it is known. The newest of each person stay, each until it expires.

create table vigil_sketch (
  account_id text not null,
  id text not null,
  blob bytea not null,
  created_at bigint not null,
  expires_at bigint not null,
  primary key (account_id, id)
);
create index vigil_sketch_expires_at on vigil_sketch (expires_at);
