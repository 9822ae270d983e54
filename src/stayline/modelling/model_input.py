"""One column as the model sees it."""

from dataclasses import dataclass

from stayline.domain.workforce_schema import Kind
from stayline.formats.model_archive import Manifest


@dataclass(frozen=True, slots=True)
class ModelInput:
    """One column as the model sees it; ``categories`` is its order or its one-hot columns.

    ``assumed`` stands in for a missing value: the median or the most frequent category of training.
    None where training itself had missing values, since then the trees learned what missing means.
    """

    name: str
    kind: Kind
    categories: tuple[str, ...] = ()
    assumed: float | str | None = None

    @property
    def width(self) -> int:
        """How many encoded columns it takes."""
        return len(self.categories) if self.kind is Kind.CATEGORY else 1


def model_inputs(manifest: Manifest) -> tuple[ModelInput, ...]:
    """Return the inputs that a package names, in order."""
    return tuple(ModelInput(i.name, i.kind, i.categories, i.assumed) for i in manifest.inputs)
