"""What a package is, for those who assess it."""

from stayline.domain.compliance.shapes import ADDITIVE, TREES, ModelShape
from stayline.formats.model_archive import Manifest


def shape_of(manifest: Manifest, purpose: str) -> ModelShape:
    """Return a model's family, its inputs and what it is used for."""
    family = ADDITIVE if manifest.curves else TREES
    return ModelShape(family, tuple(item.name for item in manifest.inputs), purpose)
