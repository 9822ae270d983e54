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
from pathlib import Path
from typing import Any, Literal

import msgspec

from stayline.domain.alert_policy import Bands
from stayline.domain.workforce_schema import Kind
from stayline.errors import PackageRefused

MODEL_FILE = "xgboost-model"
MANIFEST_FILE = "stayline/manifest.json"
UNSEEN_FILE = "stayline/unseen.parquet"
"""What the model says out of fold: in the artifact that training leaves, never in a package."""
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
    ``metrics`` are the headline figures, ``gates`` the gate records, ``protection_price`` how other
    choices of inputs rank; ``reports`` maps each evaluation file to its digest. ``champion`` is the
    digest of the deployed package that the gates compared with, empty when there was none.
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
    metrics: dict[str, float] = {}
    gates: tuple[dict[str, Any], ...] = ()
    protection_price: tuple[dict[str, Any], ...] = ()
    reports: dict[str, str] = {}
    champion: str = ""

    @property
    def alert_bands(self) -> Bands:
        """The edges of the bands, to be asked."""
        return Bands(self.bands.medium, self.bands.high)


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
    return _packed(model, msgspec.json.format(msgspec.json.encode(manifest)))


def read_archive(data: bytes, digest: str, *, largest: int = LARGEST_BYTES) -> ModelArchive:
    """Return the contents; raises `PackageRefused` for anything but the very bytes of ``digest``.

    The digest is compared before a byte is unpacked; then names, kinds and sizes of the members,
    the form of the manifest, and that the trees are UBJSON. ``largest`` bounds the unpacked bytes.
    """
    found = archive_digest(data)
    if found != digest:
        raise PackageRefused(f"its digest is {found}, expected {digest}.")
    members = _expected_members(data, {MODEL_FILE, MANIFEST_FILE}, largest)
    return ModelArchive(members[MODEL_FILE], _of_known_form(members), digest)


def read_training_artifact(
    data: bytes, *, largest: int = LARGEST_BYTES
) -> tuple[ModelArchive, bytes]:
    """Return what the training step left: trees with the draft of a manifest, and the Parquet bytes
    of out-of-fold risks, one column per repeat. Raises `PackageRefused`.
    """
    expected = {MODEL_FILE, MANIFEST_FILE, UNSEEN_FILE}
    members = _expected_members(data, expected, largest, packed_by_platform=True)
    draft = ModelArchive(members[MODEL_FILE], _of_known_form(members), archive_digest(data))
    return draft, members[UNSEEN_FILE]


def read_unpacked(folder: Path, *, largest: int = LARGEST_BYTES) -> ModelArchive:
    """Return the package that was unpacked into a folder; raises `PackageRefused`.

    Its digest is that of the archive it came from. Other files are passed over.
    """
    members: dict[str, bytes] = {}
    for name in (MODEL_FILE, MANIFEST_FILE):
        path = folder / name
        if not path.is_file():
            raise PackageRefused(f"there is no {name!r} among its files.")
        if path.stat().st_size > largest:
            raise PackageRefused(f"its {name!r} has more than {largest} bytes.")
        members[name] = path.read_bytes()
    manifest = _of_known_form(members)
    packed = _packed(members[MODEL_FILE], members[MANIFEST_FILE])
    return ModelArchive(members[MODEL_FILE], manifest, archive_digest(packed))


def _packed(model: bytes, manifest: bytes) -> bytes:
    out = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name, content in ((MODEL_FILE, model), (MANIFEST_FILE, manifest)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.mode = 0o644
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def _expected_members(
    data: bytes, expected: set[str], largest: int, *, packed_by_platform: bool = False
) -> dict[str, bytes]:
    try:
        members = _members(data, largest, packed_by_platform=packed_by_platform)
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError) as error:
        raise PackageRefused(f"it cannot be unpacked ({error}).") from error
    if set(members) != expected:
        raise PackageRefused(f"it holds {sorted(members)}, expected {sorted(expected)}.")
    return members


def _of_known_form(members: dict[str, bytes]) -> Manifest:
    """Return the manifest, once it and the trees are seen to be of the form they must be of."""
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
    return manifest


def _members(data: bytes, largest: int, *, packed_by_platform: bool) -> dict[str, bytes]:
    """Unpack in memory; only plain files, each name once, no more bytes than a model has.

    In an archive that the platform packed, folders are passed over and names begin with ``./``.
    """
    members: dict[str, bytes] = {}
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
        content = packed.read(largest + 1)
    if len(content) > largest:
        raise ValueError(f"more than {largest} bytes")
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
        for entry in tar:
            if packed_by_platform and entry.isdir():
                continue
            name = entry.name.removeprefix("./") if packed_by_platform else entry.name
            file = tar.extractfile(entry) if entry.isreg() else None
            if file is None or name in members:
                raise ValueError(f"member {name[:80]!r} is not allowed")
            members[name] = file.read()
    return members
