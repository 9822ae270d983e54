"""The model package: UBJSON trees and a manifest in one archive, known by its digest.

Laid out for SageMaker's XGBoost container: the trees are the only file at the top, everything else
is in a subfolder, since that container would load any other top-level file as a model. There is no
pickle anywhere.
"""

import gzip
import hashlib
import io
import tarfile
import zlib
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from stayline.domain.workforce_schema import Kind
from stayline.errors import PackageRefused

MODEL_FILE = "xgboost-model"
MANIFEST_FILE = "stayline/manifest.json"
FORMAT_VERSION = 1
LARGEST_BYTES = 512 * 1024 * 1024


class InputText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model input: its kind, its categories in order, and what a missing value is taken as."""

    name: str
    kind: Kind
    categories: tuple[str, ...]
    justification: str = ""
    assumed: float | str | None = None


class CalibrationText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The map from margin to probability."""

    kind: Literal["platt", "isotonic"]
    slope: float
    intercept: float
    margins: tuple[float, ...]
    probabilities: tuple[float, ...]


class BandsText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The edges of the bands."""

    medium: float
    high: float


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is needed to score with the trees, and to account for them.

    ``curves`` shows an additive model whole: per column (value, what it adds to the margin).
    """

    format_version: int
    inputs: tuple[InputText, ...]
    calibration: CalibrationText
    bands: BandsText
    policy: str
    schema_toml: str
    parameters: dict[str, float]
    rounds: int
    training: dict[str, str | int | float]
    evaluations: tuple[dict[str, Any], ...]
    periods: tuple[dict[str, Any], ...]
    libraries: dict[str, str]
    curves: dict[str, tuple[tuple[str | float, float], ...]] = {}


@dataclass(frozen=True, slots=True)
class ModelArchive:
    """A package that was read and found whole."""

    model: bytes
    manifest: Manifest
    digest: str


def archive_digest(data: bytes) -> str:
    """Return ``sha256:`` and the hexadecimal digest of an archive's bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def write_archive(model: bytes, manifest: Manifest) -> bytes:
    """Return the archive; equal contents give equal bytes on any machine and day."""
    out = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name, content in (
            (MODEL_FILE, model),
            (MANIFEST_FILE, msgspec.json.format(msgspec.json.encode(manifest))),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.mode = 0o644
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def read_archive(data: bytes, digest: str, *, largest: int = LARGEST_BYTES) -> ModelArchive:
    """Return the contents; raises `PackageRefused` for anything but the very bytes of ``digest``.

    The digest is compared before a byte is unpacked; then names, kinds and sizes of the members,
    the form of the manifest, and that the trees are UBJSON. ``largest`` bounds the unpacked bytes.
    """
    found = archive_digest(data)
    if found != digest:
        raise PackageRefused(f"its digest is {found}, expected {digest}.")
    try:
        members = _members(data, largest)
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError) as error:
        raise PackageRefused(f"it cannot be unpacked ({error}).") from error
    if sorted(members) != sorted((MODEL_FILE, MANIFEST_FILE)):
        raise PackageRefused(f"it holds {sorted(members)}, expected the trees and the manifest.")
    if not members[MODEL_FILE].startswith(b"{L"):
        raise PackageRefused("its trees are not UBJSON.")
    try:
        manifest = msgspec.json.decode(members[MANIFEST_FILE], type=Manifest)
    except msgspec.MsgspecError as error:
        raise PackageRefused(f"its manifest cannot be read ({error}).") from error
    if manifest.format_version != FORMAT_VERSION:
        raise PackageRefused(
            f"its format is version {manifest.format_version}, this program reads {FORMAT_VERSION}."
        )
    return ModelArchive(members[MODEL_FILE], manifest, digest)


def _members(data: bytes, largest: int) -> dict[str, bytes]:
    """Unpack in memory; only plain files, each name once, no more bytes than a model has."""
    members: dict[str, bytes] = {}
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
        content = packed.read(largest + 1)
    if len(content) > largest:
        raise ValueError(f"more than {largest} bytes")
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
        for entry in tar:
            file = tar.extractfile(entry) if entry.isreg() else None
            if file is None or entry.name in members:
                raise ValueError(f"member {entry.name[:80]!r} is not allowed")
            members[entry.name] = file.read()
    return members
