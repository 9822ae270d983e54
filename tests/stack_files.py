"""Where a synthesised stack's files are."""

from pathlib import Path


def template_file(folder: Path) -> Path:
    (found,) = folder.glob("*.template.json")
    return found
