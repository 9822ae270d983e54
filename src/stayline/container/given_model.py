"""The package that a processing job is given: its archive, or what that unpacks to."""

from stayline.container.platform import Platform
from stayline.formats.frozen_inputs import MODEL_ARCHIVE
from stayline.formats.model_archive import (
    ModelArchive,
    archive_digest,
    read_archive,
    read_unpacked,
)


def given_model(platform: Platform) -> ModelArchive:
    """Return the model of the input ``model``; raises `PackageRefused`."""
    if packed := platform.optional_input("model", MODEL_ARCHIVE):
        data = packed.read_bytes()
        return read_archive(data, archive_digest(data))
    return read_unpacked(platform.root / "processing/input/model")
