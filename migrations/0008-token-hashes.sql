-- Tokens are kept under the hash of what their bearer shows, as the adapter computes it from now on: whoever reads the database, or a copy of it, can
-- use none. Those that are there go on to work.

update vigil_oidc
set payload = replace(payload, '"jti":"' || id || '"', '"jti":""'),
    id = translate(rtrim(encode(sha256(convert_to(id, 'UTF8')), 'base64'), '='), '+/', '-_')
where model in (
  'AccessToken', 'AuthorizationCode', 'ClientCredentials', 'InitialAccessToken', 'RefreshToken', 'RegistrationAccessToken'
);
