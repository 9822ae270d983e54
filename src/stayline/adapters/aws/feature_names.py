"""What the features of SageMaker's feature groups are called here."""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256

from stayline.domain.workforce_schema import WorkforceSchema
from stayline.ports.feature_store import TOKEN, group_types

TRUE_SINCE = "true_since"
WRITTEN_AT = "written_at"
COMMIT_ORDER = "commit_order"
OWN = (TOKEN, TRUE_SINCE, WRITTEN_AT, COMMIT_ORDER)
"""Features that every record has; ``write_time`` is a name that SageMaker keeps for itself."""

_FITS = re.compile(r"[a-zA-Z0-9]([-_]*[a-zA-Z0-9]){0,63}")
_TAKEN = frozenset({*OWN, "is_deleted", "write_time", "api_invocation_time"})
_CODED = "column-"


def feature_names(columns: Iterable[str]) -> Mapping[str, str]:
    """Return, by column, what each value is called as a feature."""
    return {column: _feature_name(column) for column in columns}


def feature_definitions(group: str, schema: WorkforceSchema) -> Mapping[str, str]:
    """Return the features of a group and their types, as the group is to be created with.

    Its record identifier is ``token``, its event time ``commit_order``. All are text, so that a
    number comes back to the last bit.
    """
    return dict.fromkeys((*OWN, *feature_names(group_types(group, schema)).values()), "String")


def _feature_name(column: str) -> str:
    """Return the column's own name, or a code where SageMaker takes no such name."""
    folded = column.casefold()
    if _FITS.fullmatch(column) and folded not in _TAKEN and not folded.startswith(_CODED):
        return column
    return _CODED + sha256(column.encode()).hexdigest()[:16]
