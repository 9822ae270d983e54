"""An environment of its own for every peer, made on demand and kept outside the project's."""

import hashlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / ".bench"
READY = ".stayline-ready"


def python_of(name: str) -> Path:
    """Return the Python of a peer's environment, which is made if missing or out of date.

    ``project`` is the environment that runs this.
    """
    if name == "project":
        return Path(sys.executable)
    requirements = HERE / "requirements" / f"{name}.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    folder = FOLDER / "envs" / name
    ready = folder / READY
    if not ready.is_file() or ready.read_text("utf-8") != digest:
        print(f"installing {name} into {folder} ...", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--requirement"]
        subprocess.run([*pip, requirements], check=True)
        ready.write_text(digest, "utf-8")
    return folder / "bin/python"
