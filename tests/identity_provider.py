"""An identity provider on loopback, with keys made once, and tokens good and bad.

The key set is served over real HTTP; a test may stop it, change its keys, or count who asks.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import get_default_algorithms

AUDIENCE = "stayline"
RSA_KEY, EC_KEY, ED_KEY, STRANGE = "rsa-1", "ec-1", "ed-1", "strange-1"
NEVER: Mapping[str, Any] = {}


@cache
def private_key(key_id: str) -> Any:
    """Return a private key by its id, made once."""
    if key_id == EC_KEY:
        return ec.generate_private_key(ec.SECP256R1())
    if key_id == ED_KEY:
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 1024 if key_id == "weak" else 2048)


ALGORITHM = {EC_KEY: "ES256", ED_KEY: "EdDSA"}


def public_jwk(key_id: str, **more: Any) -> dict[str, Any]:
    """Return the public half as the provider publishes it."""
    algorithm = get_default_algorithms()[ALGORITHM.get(key_id, "RS256")]
    jwk = algorithm.to_jwk(private_key(key_id).public_key(), as_dict=True)
    return {**jwk, "kid": key_id, "use": "sig", **more}


@dataclass
class Provider:
    """What the provider publishes, and how often it was asked."""

    issuer: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list)
    described: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    status: int = 200
    body: bytes | None = None
    is_down: bool = False
    people: Mapping[str, Any] = field(default_factory=dict)
    """The claims of whoever signs in, with what a test makes wrong."""
    lives_s: int = 300
    refresh_letters: int = 8
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    given: list[dict[str, str]] = field(default_factory=list)
    """What the token and revocation endpoints were sent."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    identity: Mapping[str, Any] = field(default_factory=dict)
    """What the ID token says otherwise than it should."""

    def claims(self, now: datetime, **changed: Any) -> dict[str, Any]:
        """Return the claims of a good token; a claim set to None is left out."""
        at = int(now.timestamp())
        usual = {"iss": self.issuer, "aud": AUDIENCE, "sub": "u-1", "iat": at, "exp": at + 300}
        return {name: value for name, value in (usual | changed).items() if value is not None}

    def token(
        self,
        now: datetime,
        *,
        key: str = RSA_KEY,
        named: str | None = None,
        algorithm: str | None = None,
        head: Mapping[str, Any] = NEVER,
        **claims: Any,
    ) -> str:
        """Return a token signed by a key, under its own id or another's."""
        return jwt.encode(
            self.claims(now, **claims),
            private_key(key),
            algorithm=algorithm or ALGORITHM.get(key, "RS256"),
            headers={"kid": named or key, **head},
        )

    def authorised(self, asked: Mapping[str, str]) -> str:
        """Return where the browser is sent back to, with a code for what it asked."""
        code = secrets.token_urlsafe(8)
        self.codes[code] = dict(asked)
        answer = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def exchanged(self, sent: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Return the tokens for a code with its verifier, or for a refresh token, once each."""
        if sent["grant_type"] == "refresh_token":
            if sent["refresh_token"] not in self.refresh_tokens:
                return 400, {"error": "invalid_grant"}
            self.refresh_tokens.remove(sent["refresh_token"])
            return 200, self._tokens()
        asked = self.codes.pop(sent.get("code", ""), None)
        shown = _text(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        if asked is None or asked["redirect_uri"] != sent["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if asked["code_challenge_method"] != "S256" or asked["code_challenge"] != shown:
            return 400, {"error": "invalid_grant"}
        said = {"aud": asked["client_id"], "nonce": asked["nonce"], **self.identity}
        return 200, self._tokens() | {"id_token": self.token(self.clock(), **said)}

    def _tokens(self) -> dict[str, Any]:
        now, refresh = self.clock(), secrets.token_urlsafe(self.refresh_letters)
        self.refresh_tokens.add(refresh)
        ends = {"exp": int(now.timestamp()) + self.lives_s}
        access = self.token(now, **(ends | dict(self.people)))
        return {"token_type": "Bearer", "access_token": access, "refresh_token": refresh}

    def forged(self, now: datetime, kind: str, **claims: Any) -> str:
        """Return what an attacker makes without any private key: unsigned, or by the public key."""
        head = {"alg": kind, "typ": "JWT", "kid": RSA_KEY}
        said = f"{_part(head)}.{_part(self.claims(now, **claims))}"
        if kind.lower() == "none":
            return f"{said}."
        secret = (
            private_key(RSA_KEY)
            .public_key()
            .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        return f"{said}.{_text(hmac.new(secret, said.encode(), hashlib.sha256).digest())}"


def _part(value: object) -> str:
    return _text(json.dumps(value).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@contextmanager
def identity_provider(*keys: str) -> Iterator[Provider]:
    """Serve a provider on loopback."""
    provider = Provider(keys=[public_jwk(key) for key in keys or (RSA_KEY, EC_KEY, ED_KEY)])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            if provider.is_down:
                self.close_connection = True
                return
            path, _, query = self.path.partition("?")
            if path == "/authorise":
                self.send_response(302)
                self.send_header("Location", provider.authorised(dict(parse_qsl(query))))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            is_keys = self.path == "/keys"
            told = {"keys": provider.keys} if is_keys else provider.described
            body = provider.body if provider.body is not None else json.dumps(told).encode()
            self.send_response(provider.status)
            self.send_header("Location", "/keys")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = dict(parse_qsl(sent)) | {"to": self.path}
            provider.given.append(fields)
            status, told = 200, {}
            if self.path == "/tokens":
                status, told = provider.exchanged(fields)
            else:
                provider.refresh_tokens.discard(fields["token"])
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}/realm"
    provider.described = {
        "issuer": provider.issuer,
        "jwks_uri": provider.issuer.replace("/realm", "/keys"),
        "authorization_endpoint": provider.issuer.replace("/realm", "/authorise"),
        "token_endpoint": provider.issuer.replace("/realm", "/tokens"),
        "revocation_endpoint": provider.issuer.replace("/realm", "/revoke"),
        "end_session_endpoint": provider.issuer.replace("/realm", "/end"),
    }
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
