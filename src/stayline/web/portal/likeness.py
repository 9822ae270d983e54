"""What became of people with like scores: read once a package, since it never changes."""

from stayline.domain.scores_alike import Alike
from stayline.errors import PackageRefused, ReportUnreadable
from stayline.ports.model_registry import ModelRegistry
from stayline.usecases.read_scores_alike import read_scores_alike

_READ: dict[str, tuple[Alike, ...]] = {}


def scores_alike(registry: ModelRegistry, digest: str) -> tuple[Alike, ...]:
    """Return what a package tells; nothing where it cannot be read, which is asked again."""
    if digest not in _READ:
        try:
            _READ[digest] = read_scores_alike(digest, registry=registry)
        except (PackageRefused, ReportUnreadable):
            return ()
    return _READ[digest]
