"""The bodies of SageMaker's Feature Store runtime."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, TypeVar

import msgspec

from stayline.domain.feature_groups import RecordNames
from stayline.domain.risk_score import FieldValue
from stayline.errors import RecordRefused
from stayline.formats.event_times import EXPECTED, event_time_text, parse_event_time

BOTH_STORES = frozenset({"OnlineStore", "OfflineStore"})
MOST_AT_ONCE = 100

Body = TypeVar("Body", bound=msgspec.Struct)
_AtOnce = msgspec.Meta(min_length=1, max_length=MOST_AT_ONCE)


class Feature(msgspec.Struct, omit_defaults=True):
    """One value of a record; here no feature holds a list."""

    FeatureName: str
    ValueAsString: str | None = None
    ValueAsStringList: list[str] | None = None


class PutRecord(msgspec.Struct):
    """The body of PutRecord."""

    Record: Annotated[list[Feature], msgspec.Meta(min_length=1)]
    TargetStores: list[str] | None = None
    TtlDuration: dict[str, object] | None = None


class Identifiers(msgspec.Struct):
    """The people and features of one group that BatchGetRecord asks for."""

    FeatureGroupName: str
    RecordIdentifiersValueAsString: Annotated[list[str], _AtOnce]
    FeatureNames: list[str] | None = None


class BatchGetRecord(msgspec.Struct):
    """The body of BatchGetRecord."""

    Identifiers: Annotated[list[Identifiers], _AtOnce]
    ExpirationTimeResponse: str | None = None


class GivenRecord(msgspec.Struct, frozen=True):
    """A record taken apart: of whom, since when, and what."""

    hr_id: str
    event_time: datetime
    values: dict[str, str | None]


def read_put(body: bytes, names: RecordNames) -> GivenRecord:
    """Return the record of a body; raises `RecordRefused` for what cannot be kept as asked."""
    given = _decoded(body, PutRecord)
    check_stores(given.TargetStores)
    if given.TtlDuration is not None:
        raise RecordRefused("TtlDuration is not supported: nothing here expires by itself.")
    values: dict[str, str | None] = {}
    for feature in given.Record:
        if feature.FeatureName in values:
            raise RecordRefused(f"Feature {feature.FeatureName[:64]!r} is given more than once.")
        if feature.ValueAsStringList is not None:
            raise RecordRefused(f"Feature {feature.FeatureName[:64]!r} holds no list here.")
        values[feature.FeatureName] = feature.ValueAsString
    hr_id = values.pop(names.identifier, None)
    event_time = values.pop(names.event_time, None)
    if not hr_id or not event_time:
        needed = f"{names.identifier!r} (whose it is) and {names.event_time!r} (since when)"
        raise RecordRefused(f"The record needs values of {needed}.")
    return GivenRecord(hr_id, checked_event_time(event_time), values)


def read_batch(body: bytes) -> BatchGetRecord:
    """Return what a body asks for, or raise `RecordRefused`."""
    asked = _decoded(body, BatchGetRecord)
    check_expiration(asked.ExpirationTimeResponse)
    return asked


def record_features(
    hr_id: str,
    event_time: datetime,
    values: Mapping[str, FieldValue | date],
    names: RecordNames,
    wanted: Iterable[str],
) -> list[Feature]:
    """Return a record as it is sent; what is missing is left out."""
    every: dict[str, FieldValue | date] = {
        names.identifier: hr_id,
        names.event_time: event_time_text(event_time),
        **values,
    }
    asked = set(wanted) or every.keys()
    return [
        Feature(name, _text(value))
        for name, value in every.items()
        if name in asked and value is not None
    ]


def checked_event_time(text: str) -> datetime:
    """Return the instant, or raise `RecordRefused`."""
    instant = parse_event_time(text)
    if instant is None:
        raise RecordRefused(f"The event time is none; expected {EXPECTED}.")
    return instant


def check_stores(stores: Iterable[str] | None) -> None:
    """Refuse to write to one store only: a fact is in both, or the two would differ."""
    if stores is not None and set(stores) != BOTH_STORES:
        raise RecordRefused("TargetStores must be left out, or name OnlineStore and OfflineStore.")


def check_expiration(asked: str | None) -> None:
    """Refuse a word that is neither of the two; either way nothing here expires."""
    if asked not in (None, "Enabled", "Disabled"):
        raise RecordRefused("ExpirationTimeResponse must be Enabled or Disabled.")


def _text(value: FieldValue | date) -> str:
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return value.isoformat() if isinstance(value, date) else str(value)


def _decoded(body: bytes, form: type[Body]) -> Body:
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise RecordRefused(f"The body cannot be read: {error}.") from None
