"""Whether a home can give a packaged model what it reads."""

from collections.abc import Iterator

from stayline.domain.workforce_schema import WorkforceSchema
from stayline.formats.model_archive import Manifest


def foreign_inputs(manifest: Manifest, schema: WorkforceSchema) -> Iterator[str]:
    """Yield each input that the schema's features have not, or have as another kind, in words."""
    kinds = {column.name: column.kind for column in schema.stored_columns}
    for one in manifest.inputs:
        kind = kinds.get(one.name)
        if kind is None:
            yield f"{one.name!r} is no feature of this home"
        elif kind is not one.kind:
            yield f"{one.name!r} is of kind {kind.value!r} here, not {one.kind.value!r}"
