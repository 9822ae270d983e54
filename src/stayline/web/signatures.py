"""Who signed a request: AWS Signature Version 4 against the access keys of the home."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from stayline.domain.access_keys import AccessKey
from stayline.domain.key_validity import is_valid
from stayline.errors import SignatureRefused
from stayline.formats.sigv4 import (
    Headers,
    expected_signature,
    is_normal_path,
    parse_authorization,
    parse_timestamp,
)

SERVICE = b"sagemaker"
"""The signing name of SageMaker's runtime and of its Feature Store runtime."""
LONGEST_AGE_S = 300
MISSING = "MissingAuthenticationTokenException"
_INCOMPLETE = "IncompleteSignatureException"
_ENDED = "ExpiredTokenException"
_UNKNOWN = "UnrecognizedClientException"
_ALWAYS_SIGNED = (b"host", b"x-amz-date")
_SIGNED_WHEN_SENT = (b"x-amz-", b"x-amzn-sagemaker-")
"""Beside Content-Type: headers that change what a request means."""


def verified_caller(
    method: str,
    raw_path: bytes,
    query_string: bytes,
    headers: Headers,
    body: bytes,
    *,
    keys: Mapping[str, AccessKey],
    now: datetime,
) -> str:
    """Return the name of the key that signed this request, or raise `SignatureRefused`.

    ``raw_path`` and ``query_string`` are as they came over the wire. A signature holds for five
    minutes and covers the body; one that leaves the body out is refused.
    """
    sent: dict[bytes, bytes] = {name.lower(): value for name, value in headers}
    if b"authorization" not in sent:
        _refuse_unsigned(query_string)
    claimed = parse_authorization(sent[b"authorization"].strip())
    if claimed is None:
        form = "AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=..."
        raise SignatureRefused(f"its Authorization header is not of the form {form}", _INCOMPLETE)
    key = keys.get(claimed.key_id)
    if key is None or b"x-amz-security-token" in sent:
        raise SignatureRefused("its access key, or session token, is not one of here.", _UNKNOWN)
    if claimed.service != SERVICE:
        raise SignatureRefused("its credential is scoped to another service than sagemaker.")
    _check_coverage(sent, claimed.signed_headers.split(b";"))
    timestamp = sent[b"x-amz-date"].strip()
    _check_age(timestamp, claimed.day, now)
    if not is_normal_path(raw_path):
        raise SignatureRefused("its path holds empty or dot segments.")
    expected = expected_signature(
        method,
        raw_path,
        query_string,
        headers,
        _digest(sent.get(b"x-amz-content-sha256"), body),
        claimed=claimed,
        timestamp=timestamp,
        secret=key.secret,
    )
    if not hmac.compare_digest(expected, claimed.signature):
        raise SignatureRefused(
            "its signature is not the one that this key gives this request. Check the secret key, "
            "and that nothing on the way changes the request."
        )
    if not is_valid(key.valid_until, at=now):
        raise SignatureRefused(
            f"its access key was replaced, and taken until {key.valid_until:%Y-%m-%d %H:%M} UTC. "
            "Sign with its successor.",
            _ENDED,
        )
    return key.name


def _refuse_unsigned(query_string: bytes) -> None:
    if b"X-Amz-Signature=" in query_string or b"X-Amz-Algorithm=" in query_string:
        problem = "signatures in the query (presigned addresses) are not taken; sign the headers."
        raise SignatureRefused(problem, _INCOMPLETE)
    raise SignatureRefused(
        "it is not signed. Sign it with a key that `stayline access-keys create` made.", MISSING
    )


def _check_coverage(sent: Mapping[bytes, bytes], signed: list[bytes]) -> None:
    """Refuse headers that say what is asked for but that anyone could have added or changed."""
    if not set(signed) <= sent.keys():
        raise SignatureRefused("it lacks a header that its signature names.", _INCOMPLETE)
    for name in _ALWAYS_SIGNED:
        if name not in signed or name not in sent:
            raise SignatureRefused(
                f"header {name.decode()!r} must be sent and signed.", _INCOMPLETE
            )
    for name in sent:
        told = name == b"content-type" or name.startswith(_SIGNED_WHEN_SENT)
        if told and name not in signed:
            shown = name.decode("latin-1")
            raise SignatureRefused(f"header {shown!r} must be signed when it is sent.", _INCOMPLETE)


def _check_age(timestamp: bytes, day: bytes, now: datetime) -> None:
    signed_at = parse_timestamp(timestamp)
    if signed_at is None:
        raise SignatureRefused("its X-Amz-Date is not of the form 20260301T120000Z.", _INCOMPLETE)
    if not timestamp.startswith(day):
        raise SignatureRefused("its credential is scoped to another day than its X-Amz-Date.")
    age = (now - signed_at).total_seconds()
    if abs(age) > LONGEST_AGE_S:
        which = "expired" if age > 0 else "not yet current"
        raise SignatureRefused(
            f"signature {which}: signed at {signed_at:%Y%m%dT%H%M%SZ}, it is now "
            f"{now:%Y%m%dT%H%M%SZ}; the clocks may differ by {LONGEST_AGE_S} s at most."
        )


def _digest(declared: bytes | None, body: bytes) -> bytes:
    """Return the digest that is signed: the body's own, whatever a header says."""
    digest = sha256(body).hexdigest().encode()
    if declared is not None and not hmac.compare_digest(declared.strip(), digest):
        raise SignatureRefused(
            "its X-Amz-Content-SHA256 is not the digest of its body; the body must be signed."
        )
    return digest
