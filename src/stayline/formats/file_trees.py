"""Folders of files, known by one digest; and which files tell of everyone together."""

import hashlib
from collections.abc import Mapping
from pathlib import PurePosixPath

import msgspec

_AGGREGATES = (".json", ".md", ".html", ".svg", ".toml", ".tar.gz", ".txt")


def tree_digest(files: Mapping[str, str]) -> str:
    """Return the digest of names and contents together.

    ``files`` maps each relative path to the digest of its contents, in the order of the paths.
    """
    listed = msgspec.json.encode(list(files.items()))
    return f"sha256:{hashlib.sha256(listed).hexdigest()}"


def content_digest(content: bytes) -> str:
    """Return ``sha256:`` and the hexadecimal digest of some bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def is_aggregate(name: str) -> bool:
    """Tell whether a file tells of everyone together: a report, or a packed model.

    >>> is_aggregate("gates/gates.json"), is_aggregate("rows.parquet")
    (True, False)
    """
    return name.endswith(_AGGREGATES)


def is_within(name: str) -> bool:
    """Tell whether a name is a relative path that leads nowhere else.

    >>> is_within("a/b.txt"), is_within("../b"), is_within("/b")
    (True, False, False)
    """
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and bool(path.parts)
