import gzip
import io
import pickle
import tarfile

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stayline.domain.workforce_schema import Kind
from stayline.errors import PackageRefused
from stayline.formats.model_archive import (
    MANIFEST_FILE,
    MODEL_FILE,
    BandsText,
    CalibrationText,
    InputText,
    Manifest,
    archive_digest,
    read_archive,
    read_unpacked,
    write_archive,
)

TREES = b"{L" + bytes(range(256)) * 4
MANIFEST = Manifest(
    format_version=1,
    inputs=(InputText("JobRole", Kind.CATEGORY, ("Manager", "Ärztin")),),
    calibration=CalibrationText("platt", 0.9, -0.1, (), ()),
    bands=BandsText(0.16, 0.31),
    policy="the 10% of people with the highest risk",
    schema_toml='name = "s"',
    parameters={"max_depth": 1.0},
    rounds=10,
    training={"rows": 100, "search_ended_by": "trials"},
    evaluations=({"roc_auc": {"value": 0.8}},),
    periods=(),
    libraries={"xgboost": "3"},
)
GOOD = write_archive(TREES, MANIFEST)
MANIFEST_JSON = msgspec.json.encode(MANIFEST)


def packed(*members):
    """Return an archive of (name or TarInfo, content) members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in members:
            entry = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def read(data):
    """Read an archive that bears its own true digest, as a forger's would."""
    return read_archive(data, archive_digest(data))


def linked(kind, target):
    entry = tarfile.TarInfo(MODEL_FILE)
    entry.type, entry.linkname = kind, target
    return entry


def test_what_was_written_is_read():
    archive = read(GOOD)
    assert archive.model == TREES
    assert archive.manifest == MANIFEST
    assert archive.digest == archive_digest(GOOD)
    assert archive.digest.startswith("sha256:")


def test_the_trees_are_the_only_file_at_the_top_as_sagemakers_container_needs():
    with tarfile.open(fileobj=io.BytesIO(GOOD)) as tar:
        assert tar.getnames() == ["xgboost-model", "stayline/manifest.json"]
        assert {(e.uid, e.gid, e.mtime, e.mode) for e in tar} == {(0, 0, 0, 0o644)}


def test_equal_contents_give_equal_bytes():
    assert write_archive(TREES, MANIFEST) == GOOD
    assert write_archive(TREES + b"!", MANIFEST) != GOOD


def test_a_package_put_together_elsewhere_is_read_too():
    assert read(packed((MANIFEST_FILE, MANIFEST_JSON), (MODEL_FILE, TREES))).model == TREES


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
@settings(deadline=None, max_examples=200)
def test_any_altered_byte_is_refused(at, flip):
    altered = GOOD[:at] + bytes([GOOD[at] ^ flip]) + GOOD[at + 1 :]
    with pytest.raises(PackageRefused, match="digest"):
        read_archive(altered, archive_digest(GOOD))


@given(st.integers(0, len(GOOD) - 1))
@settings(deadline=None, max_examples=50)
def test_any_truncation_is_refused(length):
    with pytest.raises(PackageRefused, match="digest"):
        read_archive(GOOD[:length], archive_digest(GOOD))


@given(st.integers(0, len(GOOD) - 30))
@settings(deadline=None, max_examples=50)
def test_a_truncated_archive_with_its_own_digest_cannot_be_unpacked(length):
    with pytest.raises(PackageRefused, match=r"cannot be unpacked|it holds"):
        read(GOOD[:length])


@given(st.binary(max_size=200))
@settings(deadline=None, max_examples=50)
def test_foreign_bytes_are_refused_and_never_crash(data):
    for foreign in (data, gzip.compress(data)):
        with pytest.raises(PackageRefused):
            read(foreign)


@pytest.mark.parametrize("digest", ["", "sha256:", archive_digest(b"another")])
def test_another_digest_is_refused(digest):
    with pytest.raises(PackageRefused, match="expected"):
        read_archive(GOOD, digest)


TWO = ((MODEL_FILE, TREES), (MANIFEST_FILE, MANIFEST_JSON))


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ((*TWO, ("extra", b"")), "it holds"),
        ((*TWO, ("../outside", b"")), "it holds"),
        ((*TWO, ("/etc/passwd", b"")), "it holds"),
        (TWO[:1], "it holds"),
        (TWO[1:], "it holds"),
        ((), "it holds"),
        ((*TWO, TWO[0]), "not allowed"),
        (((linked(tarfile.SYMTYPE, "/etc/passwd"), b""), TWO[1]), "not allowed"),
        (((linked(tarfile.LNKTYPE, MANIFEST_FILE), b""), TWO[1]), "not allowed"),
        (((linked(tarfile.FIFOTYPE, ""), b""), TWO[1]), "not allowed"),
        (((linked(tarfile.DIRTYPE, ""), b""), TWO[1]), "not allowed"),
        (((MODEL_FILE, pickle.dumps({"a": 1})), TWO[1]), "not UBJSON"),
        (((MODEL_FILE, b""), TWO[1]), "not UBJSON"),
        (((MODEL_FILE, b'{"learner": {}}'), TWO[1]), "not UBJSON"),
        ((TWO[0], (MANIFEST_FILE, b"{}")), "manifest cannot be read"),
        ((TWO[0], (MANIFEST_FILE, b"\xff")), "manifest cannot be read"),
    ],
)
def test_foreign_content_is_refused_even_with_its_own_digest(members, reason):
    with pytest.raises(PackageRefused, match=reason):
        read(packed(*members))


@pytest.mark.parametrize(
    "change",
    [
        {"calibration": {"kind": "guess"}},
        {"inputs": [{"name": "A", "kind": "picture", "categories": []}]},
        {"rounds": "many"},
        {"more": 1},
        {"bands": None},
    ],
)
def test_a_manifest_that_says_what_no_manifest_says_is_refused(change):
    written = msgspec.json.encode(msgspec.json.decode(MANIFEST_JSON) | change)
    with pytest.raises(PackageRefused, match="manifest cannot be read"):
        read(packed(TWO[0], (MANIFEST_FILE, written)))


@pytest.mark.parametrize("version", [0, 2])
def test_another_format_version_is_refused_by_name(version):
    manifest = msgspec.structs.replace(MANIFEST, format_version=version)
    with pytest.raises(PackageRefused, match=f"version {version}, this program reads 1"):
        read(write_archive(TREES, manifest))


def test_an_archive_that_unpacks_to_more_than_any_model_is_refused():
    with pytest.raises(PackageRefused, match="more than 1000 bytes"):
        read_archive(GOOD, archive_digest(GOOD), largest=1000)


def unpacked(folder, trees=TREES, manifest=MANIFEST_JSON):
    (folder / MANIFEST_FILE).parent.mkdir()
    (folder / MODEL_FILE).write_bytes(trees)
    (folder / MANIFEST_FILE).write_bytes(manifest)
    return folder


def test_an_unpacked_package_is_read_as_its_archive(tmp_path):
    with tarfile.open(fileobj=io.BytesIO(GOOD)) as tar:
        tar.extractall(tmp_path, filter="data")
    assert read_unpacked(tmp_path) == read(GOOD)


def test_an_unpacked_package_is_refused_for_what_an_archive_is(tmp_path):
    with pytest.raises(PackageRefused, match="there is no 'xgboost-model'"):
        read_unpacked(tmp_path)
    folder = unpacked(tmp_path, trees=pickle.dumps(TREES))
    with pytest.raises(PackageRefused, match="not UBJSON"):
        read_unpacked(folder)
    (folder / MODEL_FILE).write_bytes(TREES)
    with pytest.raises(PackageRefused, match="more than 9 bytes"):
        read_unpacked(folder, largest=9)
    (folder / MANIFEST_FILE).write_bytes(b"{}")
    with pytest.raises(PackageRefused, match="its manifest cannot be read"):
        read_unpacked(folder)
