"""AWS Signature Version 4, the reading side: what was signed, and the signature it must have.

Follows botocore's signer for services other than S3: the path is encoded once more than on the
wire, the query is taken as it was sent.
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote_from_bytes

ALGORITHM = b"AWS4-HMAC-SHA256"
EMPTY = sha256(b"").hexdigest().encode()

_AUTHORIZATION = re.compile(
    rb"AWS4-HMAC-SHA256 +Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/aws4_request, *"
    rb"SignedHeaders=([a-z0-9._;-]+), *Signature=([0-9a-f]{64})"
)
_TIMESTAMP = re.compile(rb"(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z")
_PLAIN_PATH = re.compile(rb"[A-Za-z0-9_.~/-]+")
_NO_NORMAL_PATH = re.compile(rb"//|/\.\.?(?:/|$)")

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Authorization:
    """What an Authorization header says."""

    key_id: str
    day: bytes
    region: bytes
    service: bytes
    signed_headers: bytes
    signature: bytes


def parse_authorization(header: bytes) -> Authorization | None:
    """Return the parts of the header, or None when it is none of this kind.

    >>> parse_authorization(b"Basic YTpi") is None
    True
    """
    found = _AUTHORIZATION.fullmatch(header)
    if found is None:
        return None
    key_id, day, region, service, names, signature = found.groups()
    return Authorization(key_id.decode("latin-1"), day, region, service, names, signature)


def parse_timestamp(text: bytes) -> datetime | None:
    """Return the instant of an X-Amz-Date header, or None.

    >>> parse_timestamp(b"20260301T120000Z")
    datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
    """
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def is_normal_path(raw_path: bytes) -> bool:
    """Whether signing leaves the path's segments as they are.

    Signers drop empty and dot segments, so that one signature would fit several paths.
    """
    return _NO_NORMAL_PATH.search(raw_path) is None


def expected_signature(
    method: str,
    raw_path: bytes,
    query_string: bytes,
    headers: Headers,
    body_digest: bytes,
    *,
    claimed: Authorization,
    timestamp: bytes,
    secret: str,
) -> bytes:
    """Return the signature, in hexadecimal, that the request has if the key signed all of this."""
    request = b"\n".join(
        (
            method.upper().encode(),
            _canonical_path(raw_path),
            _canonical_query(query_string),
            *_canonical_headers(headers, claimed.signed_headers),
            b"",
            claimed.signed_headers,
            body_digest,
        )
    )
    scope = b"%b/%b/%b/aws4_request" % (claimed.day, claimed.region, claimed.service)
    text = b"\n".join((ALGORITHM, timestamp, scope, sha256(request).hexdigest().encode()))
    key = signing_key(secret, claimed.day, claimed.region, claimed.service)
    return hmac.digest(key, text, "sha256").hex().encode()


@lru_cache(maxsize=256)
def signing_key(secret: str, day: bytes, region: bytes, service: bytes) -> bytes:
    """Return the key of one day, region and service; kept, since it takes as long as the rest."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, b"aws4_request"):
        key = hmac.digest(key, part, "sha256")
    return key


def _canonical_path(raw_path: bytes) -> bytes:
    if _PLAIN_PATH.fullmatch(raw_path):
        return raw_path
    return quote_from_bytes(raw_path or b"/", safe="/~").encode()


def _canonical_query(query_string: bytes) -> bytes:
    if not query_string:
        return b""
    pairs = sorted(pair.partition(b"=")[::2] for pair in query_string.split(b"&"))
    return b"&".join(b"%b=%b" % pair for pair in pairs)


def _canonical_headers(headers: Headers, signed: bytes) -> list[bytes]:
    """Return a line per signed header; several of one name are joined, in their order."""
    values: dict[bytes, bytes] = {}
    for name, value in headers:
        lower = name.lower()
        trimmed = b" ".join(value.split())
        values[lower] = values[lower] + b"," + trimmed if lower in values else trimmed
    return [name + b":" + values[name] for name in signed.split(b";")]
