"""The schema of a home, read again only now and then."""

from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from stayline.domain.workforce_schema import WorkforceSchema
from stayline.errors import DatabaseAway, NothingImported, SchemaMismatch
from stayline.formats.schema_toml import dump_schema, parse_schema

FRESH_S = 0.25
"""For how long a schema that was read is taken as the one that holds."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A schema as it was read; ``fresh_until`` is an instant of the monotonic clock."""

    text: str
    schema: WorkforceSchema
    fresh_until: float


class SchemaText(Protocol):
    """Where the text of the one schema is."""

    def schema_text(self) -> str | None:
        """Return the text; None where none was kept."""
        ...

    def keep_schema(self, text: str, *, over: str | None) -> bool:
        """Keep a text in place of the one read before; False where another stands there now."""
        ...


class StoredSchema:
    """Keeps the schema's text where it is told to."""

    def __init__(self, kept: SchemaText) -> None:
        self._kept = kept
        self._last: _Read | None = None

    def define(self, schema: WorkforceSchema) -> None:
        """Keep a schema; raises `SchemaMismatch` if the one that is there has other columns."""
        text = dump_schema(schema)
        while (known := self._kept.schema_text()) != text:
            if known is not None and _shape(parse_schema(known, "the home")) != _shape(schema):
                raise SchemaMismatch(
                    f"This home holds a workforce with other columns than schema {schema.name!r}.",
                    "Use another home (`--home`) for it.",
                )
            if self._kept.keep_schema(text, over=known):
                break
        self._last = None

    def read(self) -> WorkforceSchema:
        """Return the schema, as of `FRESH_S` ago at most; raises `NothingImported`.

        Another process may define other bounds or policies, never other columns; so what was read
        last stands in for a database that is away.
        """
        last, now = self._last, monotonic()
        if last is not None and now < last.fresh_until:
            return last.schema
        try:
            text = self._kept.schema_text()
        except DatabaseAway:
            if last is None:
                raise
            text = last.text
        if text is None:
            raise NothingImported
        is_known = last is not None and last.text == text
        schema = last.schema if last and is_known else parse_schema(text, "the home")
        self._last = _Read(text, schema, now + FRESH_S)
        return schema


def _shape(schema: WorkforceSchema) -> tuple[object, ...]:
    """What decides how rows are stored; policies, bounds and notes may change."""
    kinds = frozenset((c.name, c.kind, c.role, c.is_model_input) for c in schema.columns)
    return schema.record_identifier, schema.event_time, kinds, schema.outcome
