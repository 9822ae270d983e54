"""The folder that the gateway's Lambda runs: the product, what it needs there, and no more.

``python -m infra.bundle FOLDER`` fills one, asks the package index for it, and tells its size.
"""

import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import metadata
from pathlib import Path

from infra.app import ROOT
from infra.pins import pins
from stayline.web.packed_libraries import PACKED_FOLDER

PRODUCT = ROOT / "src" / "stayline"
PYTHON = "3.13"
REQUIREMENTS = (
    "cryptography",
    "litestar",
    "mangum",
    "msgspec",
    "polars",
    "prometheus-client",
    "pyjwt",
    "tomli-w",
)
"""What the gateway imports; boto3 comes with Lambda. All versions are those of the lock."""
PACKED: Mapping[str, tuple[str, ...]] = {"deltalake": ("deltalake",)}
"""Modules that few requests import, each with its requirements; see `PackedLibraries`."""
LARGEST_MB = 225
"""What Lambda takes, unpacked, is 250; a tenth is for libraries to grow by."""
_LEFT_OUT = ("__pycache__", "tests", "faker", "pygments", "rich", "rich_click", "bin")
"""Folders that answer no request."""
_PLATFORMS = (
    *(f"manylinux_2_{minor}_aarch64" for minor in range(34, 16, -1)),
    "manylinux2014_aarch64",
)
"""Lambda's machines: arm64, with glibc 2.34. pip asks for each older one by its name."""
_WRITTEN = (2000, 1, 1, 0, 0, 0)
"""When packed files were written, so that the same files make the same archive."""
_ELF64 = b"\x7fELF\x02\x01"


@dataclass(frozen=True, slots=True)
class Bundle:
    """What goes into a folder."""

    requirements: tuple[str, ...] = REQUIREMENTS
    packed: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: PACKED)
    product: Path = PRODUCT

    def fill(self, folder: Path) -> None:
        """Fill a folder with wheels and our package; raises `CalledProcessError`, by pip."""
        _install(folder, self.requirements)
        lay_product(folder, self.product)
        _trim(folder)
        for name, requirements in self.packed.items():
            with tempfile.TemporaryDirectory() as place:
                apart = Path(place)
                _install(apart, requirements)
                _trim(apart)
                _remove_twins(apart, folder)
                pack(apart, folder / PACKED_FOLDER / f"{name}.zip")


def lay_product(folder: Path, product: Path = PRODUCT) -> None:
    """Put our package into a folder, with what tells its version there."""
    shutil.copytree(product, folder / product.name, ignore=shutil.ignore_patterns("__pycache__"))
    told = metadata("stayline")
    info = folder / f"stayline-{told['Version']}.dist-info"
    info.mkdir()
    text = f"Metadata-Version: 2.1\nName: stayline\nVersion: {told['Version']}\n"
    (info / "METADATA").write_text(text, "utf-8")


def pack(folder: Path, archive: Path, *, compression: int = zipfile.ZIP_DEFLATED) -> None:
    """Pack the files of a folder."""
    archive.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(archive, "w", compression, compresslevel=9) as packed:
        for file in _files(folder):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _WRITTEN)
            entry.compress_type = compression
            packed.writestr(entry, file.read_bytes())


def size_mb(folder: Path) -> float:
    """Return what a folder's files take, in MB of 2^20 bytes, as Lambda counts them."""
    return sum(file.stat().st_size for file in _files(folder)) / 2**20


def cut_symbols(library: Path) -> None:
    """Cut off what only debuggers read: all that lies behind the parts that are ever loaded.

    Of Polars that is more than a quarter. A file that is no 64-bit ELF library stays as it is.
    """
    content = bytearray(library.read_bytes())
    if not content.startswith(_ELF64):
        return
    (first,) = struct.unpack_from("<Q", content, 0x20)
    length, count = struct.unpack_from("<HH", content, 0x36)
    ends = []
    for at in range(first, first + length * count, length):
        offset, in_file = (struct.unpack_from("<Q", content, at + of)[0] for of in (0x08, 0x20))
        ends.append(offset + in_file)
    struct.pack_into("<Q", content, 0x28, 0)  # where the sections are told: nowhere, and
    struct.pack_into("<HHH", content, 0x3A, 0, 0, 0)  # none
    library.write_bytes(content[: max(ends)])


def _install(folder: Path, requirements: Sequence[str]) -> None:
    target = [part for one in _PLATFORMS for part in ("--platform", one)]
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as locked:
        locked.write("\n".join(pins()))
        locked.flush()
        subprocess.run(  # noqa: S603  (our own words)
            [
                *(sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)),
                *("--python-version", PYTHON, "--implementation", "cp"),
                *("--only-binary", ":all:", "--constraint", locked.name),
                "--ignore-requires-python",  # else that of the Python that runs pip counts, too
                *(*target, *requirements),
            ],
            check=True,
        )


def _trim(folder: Path) -> None:
    for left_out in _LEFT_OUT:
        for found in list(folder.rglob(left_out)):
            shutil.rmtree(found, ignore_errors=True)
    for file in _files(folder):
        if ".so" in file.suffixes:
            cut_symbols(file)


def _remove_twins(folder: Path, there: Path) -> None:
    """Remove from a folder what the other one has, too."""
    for twin in [one for one in folder.iterdir() if (there / one.name).exists()]:
        if twin.is_dir():
            shutil.rmtree(twin)
        else:
            twin.unlink()


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file())


def main(arguments: list[str]) -> int:
    """Fill a folder and tell what it takes, unpacked and zipped, and the largest of its parts."""
    if len(arguments) != 1:
        sys.stderr.write(f"{__doc__}")
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True)
    Bundle().fill(folder)
    parts = {part.name: size_mb(part) for part in folder.iterdir() if part.is_dir()}
    with tempfile.TemporaryDirectory() as place:
        pack(folder, Path(place, "zipped", "all.zip"))
        zipped = size_mb(Path(place))
    told = [f"unpacked {size_mb(folder):.1f} MB of at most {LARGEST_MB}", f"zipped {zipped:.1f} MB"]
    largest = sorted(parts.items(), key=lambda part: -part[1])[:10]
    told += [f"  {name} {size:.1f} MB" for name, size in largest]
    sys.stdout.write("\n".join([*told, ""]))
    return 0 if size_mb(folder) < LARGEST_MB else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
