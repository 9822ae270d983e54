"""The gateway's package: pip's wheels for another machine, and nothing that answers no request."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bundled_gateway import needed
from infra import packaging
from infra.bundle import PACKED, REQUIREMENTS, Bundle, cut_symbols, pack
from infra.packaging import PipBundling, gateway_code
from infra.pins import pins


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    return made_wheel(tmp_path, "little_library")


def made_wheel(folder: Path, name: str) -> Path:
    """Return a library of our own as a wheel, so that no index is asked."""
    made = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(made, "w") as file:
        file.writestr(f"{name}/__init__.py", "ANSWER = 42\n")
        file.writestr(f"{name}/tests/test_it.py", "")
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        file.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{info}/RECORD", "")
    return made


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "product"
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "__pycache__" / "old.pyc").write_text("")
    return folder


def bundle(wheel: Path, package: Path) -> Bundle:
    """Return a bundle of one wheel and a package, and nothing packed."""
    return Bundle((str(wheel),), {}, package)


def test_a_package_has_the_libraries_and_the_product_and_no_tests(
    tmp_path: Path, wheel: Path, package: Path
) -> None:
    out = tmp_path / "out"
    assert PipBundling(bundle(wheel, package)).try_bundle(str(out))
    assert (out / "little_library" / "__init__.py").read_text() == "ANSWER = 42\n"
    assert (out / "product" / "__init__.py").exists()
    assert not list(out.rglob("tests"))
    assert not list(out.rglob("__pycache__"))


def test_what_has_no_wheel_for_lambda_s_machines_is_refused(tmp_path: Path, package: Path) -> None:
    other = tmp_path / "other-1.0-cp313-cp313-win_amd64.whl"
    other.write_bytes(b"")
    with pytest.raises(subprocess.CalledProcessError):
        PipBundling(bundle(other, package)).try_bundle(str(tmp_path / "out"))


def test_a_package_that_lambda_would_not_take_is_refused(
    tmp_path: Path, wheel: Path, package: Path
) -> None:
    (package / "large.bin").write_bytes(bytes(2 << 20))
    with pytest.raises(ValueError, match="has 2 MB; Lambda takes 1 MB"):
        PipBundling(bundle(wheel, package), largest_mb=1).try_bundle(str(tmp_path / "out"))


def test_versions_are_those_of_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text(
        "litestar==2.25.0 \\\n    --hash=sha256:00\n"
        "numpy==2.4.6 ; python_full_version < '3.12'\n"
        "numpy==2.5.5 ; python_full_version >= '3.12'\n"
    )
    assert pins(lock) == ["litestar==2.25.0", "numpy==2.5.5"]


def test_everything_the_gateway_needs_is_locked() -> None:
    locked = {pin.partition("==")[0] for pin in pins()}
    wanted = [*REQUIREMENTS, *(name for names in PACKED.values() for name in names)]
    assert needed(wanted) <= locked


def test_what_few_requests_need_is_packed_and_not_twice_there(
    tmp_path: Path, wheel: Path, package: Path
) -> None:
    seldom = made_wheel(tmp_path, "seldom_library")
    Bundle((str(wheel),), {"seldom": (str(seldom), str(wheel))}, package).fill(tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "out" / "packed" / "seldom.zip") as packed:
        names = packed.namelist()
    assert "seldom_library/__init__.py" in names
    assert not [name for name in names if name.startswith("little") or "tests" in name]
    assert (tmp_path / "out" / "little_library").exists()
    assert not (tmp_path / "out" / "seldom_library").exists()


def test_equal_files_make_equal_archives(tmp_path: Path, package: Path) -> None:
    pack(package, tmp_path / "one" / "a.zip")
    (package / "__init__.py").touch()
    pack(package, tmp_path / "two" / "a.zip")
    first, second = ((tmp_path / name / "a.zip").read_bytes() for name in ("one", "two"))
    assert first == second


def test_a_library_without_its_symbols_is_smaller_and_works(tmp_path: Path) -> None:
    import msgspec._core

    library = tmp_path / Path(msgspec._core.__file__).name
    shutil.copy(msgspec._core.__file__, library)
    with library.open("ab") as file:
        file.write(bytes(1000))  # as symbols are: behind all that is loaded
    before = library.stat().st_size
    cut_symbols(library)
    assert library.stat().st_size <= before - 1000
    text = "; ".join(
        [
            "import importlib.util, sys, msgspec",
            "spec = importlib.util.spec_from_file_location('msgspec._core', sys.argv[1])",
            "core = importlib.util.module_from_spec(spec)",
            "spec.loader.exec_module(core)",
            "print(core.__file__, core.JSONDecoder().decode(b'[42]'))",
        ]
    )
    asked = [sys.executable, "-c", text, str(library)]
    done = subprocess.run(asked, capture_output=True, text=True)
    assert done.stdout == f"{library} [42]\n", done.stderr


def test_what_is_no_library_keeps_all_it_has(tmp_path: Path) -> None:
    file = tmp_path / "linker_script.so"
    file.write_bytes(b"GROUP ( /lib/libc.so.6 )")
    cut_symbols(file)
    assert file.read_bytes() == b"GROUP ( /lib/libc.so.6 )"


def test_the_placeholder_says_that_it_is_no_code() -> None:
    (only,) = packaging.PLACEHOLDER.iterdir()
    assert only.read_text().startswith("This is no code.")
    assert gateway_code(is_packaged=False).is_inline is False
