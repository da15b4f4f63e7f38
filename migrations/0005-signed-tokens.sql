-- Sessions behind signed access tokens, by API: what the revocation feed of that API is made from. A row lives as long as the last token.

create table vigil_signed_token (
  audience text not null,
  sid text not null,
  uid text not null,
  expires_at bigint not null,
  primary key (audience, sid)
);
create index vigil_signed_token_expires_at on vigil_signed_token (expires_at);
