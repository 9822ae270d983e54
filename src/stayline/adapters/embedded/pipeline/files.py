"""The files that an execution can read, by their URIs: its inputs, and what its steps wrote."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from stayline.adapters.embedded.pipeline.staging import PREFIX, StagedInputs
from stayline.adapters.embedded.pipeline.trees import Tree, whole_tree


class PipelineFiles:
    """Finds what is kept, and gives out nothing that was altered or torn.

    ``places`` maps each URI that was written to the digest of what is there.
    """

    def __init__(self, objects: Path, staged: StagedInputs, places: Mapping[str, str]) -> None:
        self._objects = objects
        self._staged = staged
        self._places = dict(places)

    def add(self, places: Mapping[str, str]) -> None:
        """Learn of further outputs."""
        self._places.update(places)

    def tree(self, uri: str) -> Tree | None:
        """Return the folder or file at a URI; None when nothing whole is there."""
        if uri.startswith(PREFIX):
            return self._staged.find(uri)
        for place in prefixes(uri):
            if place in self._places:
                whole = kept_tree(self._objects, self._places[place])
                return whole and whole.part(uri.rstrip("/")[len(place) + 1 :])
        return None

    def file(self, uri: str) -> bytes | None:
        """Return the bytes of the file at a URI; None when no whole one is there."""
        folder, _, name = uri.rpartition("/")
        tree = self.tree(folder)
        if tree is None or name not in tree.files:
            return None
        return (tree.folder / name).read_bytes()


def prefixes(uri: str) -> Iterator[str]:
    """Yield a URI and all that it is below of, longest first.

    >>> list(prefixes("s3://stayline/train/"))
    ['s3://stayline/train', 's3://stayline']
    """
    place = uri.rstrip("/")
    while place.count("/") > 1:
        yield place
        place = place.rpartition("/")[0]


def object_path(objects: Path, digest: str) -> Path:
    """Return where the files of a digest are kept."""
    return objects / digest.removeprefix("sha256:")


def kept_tree(objects: Path, digest: str) -> Tree | None:
    """Return the files of a digest; None when they are gone or altered."""
    return whole_tree(object_path(objects, digest), digest)
