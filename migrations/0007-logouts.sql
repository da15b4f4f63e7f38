-- Logouts that relying parties have still to be told (OpenID Connect Back-Channel Logout). `id` is their order.

create table vigil_logout (
  id bigserial primary key,
  client_id text not null,
  account_id text not null,
  sid text,
  attempts integer not null,
  due_at bigint not null,
  expires_at bigint not null
);
create index vigil_logout_due_at on vigil_logout (due_at);
create index vigil_logout_client_id on vigil_logout (client_id, account_id, id);
