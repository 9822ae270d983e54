"""The gateway's package: pip's wheels for another machine, and nothing that answers no request."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra import packaging
from infra.packaging import PipBundling, gateway_code, pinned

WHEEL = "little_library-1.0-py3-none-any.whl"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A library of our own as a wheel, so that no index is asked."""
    made = tmp_path / WHEEL
    info = "little_library-1.0.dist-info"
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("little_library/__init__.py", "ANSWER = 42\n")
        file.writestr("little_library/tests/test_it.py", "")
        file.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: little-library\nVersion: 1.0\n"
        )
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


def test_a_package_has_the_libraries_and_the_product_and_no_tests(
    tmp_path: Path, wheel: Path, package: Path
) -> None:
    out = tmp_path / "out"
    assert PipBundling([str(wheel)], package).try_bundle(str(out))
    assert (out / "little_library" / "__init__.py").read_text() == "ANSWER = 42\n"
    assert (out / "product" / "__init__.py").exists()
    assert not list(out.rglob("tests"))
    assert not list(out.rglob("__pycache__"))


def test_what_has_no_wheel_for_lambda_s_machines_is_refused(tmp_path: Path, package: Path) -> None:
    other = tmp_path / "other-1.0-cp313-cp313-win_amd64.whl"
    other.write_bytes(b"")
    with pytest.raises(subprocess.CalledProcessError):
        PipBundling([str(other)], package).try_bundle(str(tmp_path / "out"))


def test_a_package_that_lambda_would_not_take_is_refused(
    tmp_path: Path, wheel: Path, package: Path
) -> None:
    (package / "large.bin").write_bytes(bytes(2 << 20))
    with pytest.raises(ValueError, match="has 2 MB; Lambda takes 1 MB"):
        PipBundling([str(wheel)], package, largest_mb=1).try_bundle(str(tmp_path / "out"))


def test_versions_are_those_of_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("litestar==2.25.0 \\\n    --hash=sha256:00\npolars==1.35.1 ; python_version\n")
    assert pinned(["litestar", "polars", "other"], lock) == [
        "litestar==2.25.0",
        "polars==1.35.1",
        "other",
    ]


def test_the_application_comes_up_with_the_package_s_libraries_alone() -> None:
    told = "import sys, stayline.web.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    left_out = {
        "altair",
        "boto3",
        "deltalake",
        "numpy",
        "scipy",
        "sklearn",
        "sqlalchemy",
        "xgboost",
    }
    assert not loaded & left_out
    assert {"litestar", "msgspec", "polars"} <= loaded


def test_the_placeholder_says_that_it_is_no_code() -> None:
    (only,) = packaging.PLACEHOLDER.iterdir()
    assert only.read_text().startswith("This is no code.")
    assert gateway_code(is_packaged=False).is_inline is False
