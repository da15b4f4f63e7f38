"""A relying party with Authlib: its OAuth 2 session, its ID Token claims, its JOSE. Arguments: issuer, client id, secret, port."""

import json
import secrets
import sys
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, jwt
from authlib.oidc.core import CodeIDToken

issuer, client_id, client_secret, port = sys.argv[1:]
origin = f"http://localhost:{port}"
provider = requests.get(f"{issuer}/.well-known/openid-configuration").json()
keys = JsonWebKey.import_key_set(requests.get(provider["jwks_uri"]).json())

sessions = {}  # browser -> {"claims", "id_token"}
pending = {}  # state -> {"verifier", "nonce", "max_age"}


def client():
    return OAuth2Session(
        client_id,
        client_secret,
        scope="openid",
        redirect_uri=f"{origin}/callback",
        token_endpoint_auth_method="client_secret_basic",
        code_challenge_method="S256",
    )


class Party(BaseHTTPRequestHandler):
    def do_GET(self):
        path = urlsplit(self.path).path
        answers = {"/": self.home, "/login": self.login, "/callback": self.callback, "/claims": self.claims, "/logout": self.logout}
        answers.get(path, lambda: self.reply(404, {}))()

    def do_POST(self):
        """OpenID Connect Back-Channel Logout 1.0, section 2.6."""
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        options = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": client_id},
            "sid": {"essential": True},
            "events": {"essential": True},
        }
        token = jwt.decode(form["logout_token"][0], keys, claims_options=options)
        token.validate()
        if "nonce" in token or "http://schemas.openid.net/event/backchannel-logout" not in token["events"]:
            return self.reply(400, {})
        for browser, session in list(sessions.items()):
            if session["claims"]["sid"] == token["sid"]:
                del sessions[browser]
        self.reply(200, {})

    def home(self):
        self.reply(200, {"application": "Authlib"})

    def login(self):
        asked = dict(parse_qsl(urlsplit(self.path).query))
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        url, state = client().create_authorization_url(
            provider["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **asked
        )
        pending[state] = {"verifier": verifier, "nonce": nonce, "max_age": asked.get("max_age")}
        self.go(url, f"state={state}; Path=/; HttpOnly; SameSite=Lax")

    def callback(self):
        query = dict(parse_qsl(urlsplit(self.path).query))
        request = pending.pop(query.get("state"), None)
        if request is None or self.cookie("state") != query["state"]:
            return self.reply(400, {"error": "not begun in this browser"})
        if "error" in query:
            return self.reply(400, {"error": query["error"]})
        token = client().fetch_token(provider["token_endpoint"], code=query["code"], code_verifier=request["verifier"])
        claims = jwt.decode(
            token["id_token"],
            keys,
            claims_cls=CodeIDToken,
            claims_options={"iss": {"values": [issuer]}, "aud": {"values": [client_id]}},
            claims_params={
                "nonce": request["nonce"],
                "client_id": client_id,
                "access_token": token["access_token"],
                "max_age": request["max_age"],
            },
        )
        claims.validate(leeway=5)
        browser = secrets.token_urlsafe(24)
        sessions[browser] = {"claims": dict(claims), "id_token": token["id_token"]}
        self.go("/", f"browser={browser}; Path=/; HttpOnly; SameSite=Lax")

    def claims(self):
        session = sessions.get(self.cookie("browser"))
        self.reply(200, session["claims"]) if session else self.reply(401, {})

    def logout(self):
        session = sessions.pop(self.cookie("browser"), None)
        hint = {"id_token_hint": session["id_token"]} if session else {}
        end = urlencode({"post_logout_redirect_uri": f"{origin}/", "client_id": client_id, **hint})
        self.go(f"{provider['end_session_endpoint']}?{end}", "browser=; Path=/")

    def cookie(self, name):
        morsel = SimpleCookie(self.headers.get("cookie", "")).get(name)
        return morsel.value if morsel else None

    def go(self, url, cookie):
        self.send_response(302)
        self.send_header("Location", url)
        self.send_header("Set-Cookie", cookie)
        self.end_headers()

    def reply(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(port)), Party)
print("listening")
server.serve_forever()
