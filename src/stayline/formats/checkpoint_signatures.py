"""Sign checkpoints, and check lists of them: each by itself, and that it names the one before."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from stayline.domain.audit_chain import CHAIN_START, Checkpoint, CheckpointList
from stayline.errors import SettingRefused
from stayline.formats.checkpoint_lines import (
    parse_checkpoint,
    part_signed_by,
    signed_part,
    written,
)


def new_signing_key() -> bytes:
    """Return a new Ed25519 key in PEM."""
    return Ed25519PrivateKey.generate().private_bytes(
        form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()
    )


def read_private(text: bytes, where: str) -> Ed25519PrivateKey:
    """Return the private key of a PEM text; raises `SettingRefused` for anything else."""
    with suppress(ValueError, TypeError):
        key = form.load_pem_private_key(text, password=None)
        if isinstance(key, Ed25519PrivateKey):
            return key
    raise SettingRefused(where, "something else", "an Ed25519 private key in PEM")


def read_public(text: bytes) -> Ed25519PublicKey:
    """Return the public key of a PEM text; raises `SettingRefused` for anything else."""
    with suppress(ValueError, TypeError):
        key = form.load_pem_public_key(text)
        if isinstance(key, Ed25519PublicKey):
            return key
    expected = "an Ed25519 public key in PEM, as `stayline audit public-key` prints it"
    raise SettingRefused("public-key", "something else", expected)


def public_text(key: Ed25519PublicKey) -> bytes:
    """Return a public key in PEM."""
    return key.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)


def signed_line(
    key: Ed25519PrivateKey, before: bytes | None, *, position: int, link: str, at: datetime
) -> bytes:
    """Return the line of a head, signed, that names the line ``before``.

    Raises ValueError where that one is no checkpoint.
    """
    digest = CHAIN_START if before is None else parse_checkpoint(before).digest
    named = _fingerprint(key.public_key())
    content = signed_part(position=position, link=link, at=at, before=digest, key=named)
    return written(
        position=position,
        link=link,
        at=at,
        before=digest,
        key=named,
        signature=key.sign(content).hex(),
    )


def checked(lines: Sequence[bytes], key: Ed25519PublicKey) -> CheckpointList:
    """Return the checkpoints of these lines, and what is wrong with the others."""
    found: list[Checkpoint] = []
    problems: list[str] = []
    before: str | None = None
    for number, line in enumerate(lines, start=1):
        try:
            one = parse_checkpoint(line)
        except ValueError:
            problems.append(f"line {number} of the checkpoints is no checkpoint")
            before = None
            continue
        problem = _problem(one, key, before)
        if problem is None:
            found.append(one)
        else:
            problems.append(f"the checkpoint in line {number} {problem}")
        before = one.digest
    return CheckpointList(tuple(found), tuple(problems))


def unchecked(lines: Sequence[bytes]) -> CheckpointList:
    """Return what is to be told where there is no key to check with."""
    lost = ("the key that the checkpoints were signed with is missing",)
    return CheckpointList((), lost if lines else ())


def whole_lines(text: bytes) -> Sequence[bytes]:
    """Return the lines that were written to their end."""
    return text.split(b"\n")[:-1]


def line_of(checkpoint: Checkpoint) -> str:
    """Return the line of a checkpoint."""
    return written(
        position=checkpoint.position,
        link=checkpoint.link,
        at=checkpoint.at,
        before=checkpoint.before,
        key=checkpoint.key,
        signature=checkpoint.signature,
    ).decode()


def _problem(one: Checkpoint, key: Ed25519PublicKey, before: str | None) -> str | None:
    if one.key != _fingerprint(key):
        return "was signed with another key"
    if not _is_signed(key, one.signature, part_signed_by(one)):
        return "was altered: its signature does not hold"
    if before is not None and one.before != before:
        return "does not follow the one before: one was removed, added or moved"
    return None


def _fingerprint(key: Ed25519PublicKey) -> str:
    """Return the SHA-256 of a public key in DER."""
    told = key.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(told).hexdigest()


def _is_signed(key: Ed25519PublicKey, signature: str, content: bytes) -> bool:
    try:
        key.verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True
