"""Whether the workers of a cluster can do what this process would."""

from collections.abc import Mapping
from typing import Any

from distributed import Client

from stayline.errors import ClusterMismatch, ClusterUnavailable

ALIKE = ("stayline", "distributed", "polars", "numpy", "xgboost-cpu")
"""Packages whose version decides what a result is, or whether one can be read."""


def check_workers(client: Client, address: str) -> None:
    """Refuse a cluster without workers, or one whose workers have other versions than we have."""
    found: Any = client.get_versions(packages=list(ALIKE))
    workers = found["workers"]
    if not workers:
        raise ClusterUnavailable(address, "it has no worker")
    ours = _versions(found["client"])
    for worker, theirs in sorted((at, _versions(info)) for at, info in workers.items()):
        others = [f"{name} {theirs[name]}" for name in ours if theirs[name] != ours[name]]
        if others:
            expected = ", ".join(f"{n} {ours[n]}" for n in ours if theirs[n] != ours[n])
            raise ClusterMismatch(worker, ", ".join(others), expected)


def _versions(info: Mapping[str, Mapping[str, str | None]]) -> dict[str, str]:
    packages = info["packages"]
    python = ".".join((packages["python"] or "").split(".")[:2])
    return {"python": python} | {name: packages.get(name) or "missing" for name in ALIKE}
