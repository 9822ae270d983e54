"""The operations of the Feature Store runtime, from a plain call to its answer."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from urllib.parse import unquote

import msgspec

from stayline.domain.feature_groups import RecordNames, outcome_columns, record_names
from stayline.domain.request_rows import checked_id
from stayline.domain.roles import Operation
from stayline.errors import RecordRefused, RequestRefused, UnknownFeatureGroup
from stayline.formats.feature_records import (
    Feature,
    Identifiers,
    check_expiration,
    check_stores,
    checked_event_time,
    read_batch,
    read_put,
    record_features,
)
from stayline.ports.feature_store import FEATURES, OUTCOMES
from stayline.usecases.delete_features import delete_features
from stayline.usecases.get_features import get_features
from stayline.usecases.put_features import put_features
from stayline.web.calls import Answer, Call
from stayline.web.framework_calls import NO_STORE
from stayline.web.gateway import Gateway
from stayline.web.runtime.queries import Query
from stayline.web.runtime.service_errors import VALIDATION, record_error, service_error

RECORD_ID = "RecordIdentifierValueAsString"
_GROUPS = (FEATURES, OUTCOMES)
_JSON = (b"content-type", b"application/json")
_SOFT = "SoftDelete"
_HARD = "HardDelete"


def answer_put(call: Call, gateway: Gateway) -> Answer:
    """Answer PutRecord: the whole record of one person, in both stores or not at all."""
    return _answered(_put, Operation.WRITE_FEATURES, call, gateway)


def answer_get(call: Call, gateway: Gateway) -> Answer:
    """Answer GetRecord; nothing known is an answer without a record."""
    return _answered(_get, Operation.READ_FEATURES, call, gateway)


def answer_delete(call: Call, gateway: Gateway) -> Answer:
    """Answer DeleteRecord: only HardDelete of a person's features, with outcomes and history."""
    return _answered(_delete, Operation.WRITE_FEATURES, call, gateway)


def answer_batch(call: Call, gateway: Gateway) -> Answer:
    """Answer BatchGetRecord; what cannot be looked up stands under Errors."""
    return _answered(_batch, Operation.READ_FEATURES, call, gateway)


def _answered(
    answer: Callable[[Call, Gateway, str], Answer],
    operation: Operation,
    call: Call,
    gateway: Gateway,
) -> Answer:
    try:
        return answer(call, gateway, gateway.callers.caller(call, operation).subject)
    except UnknownFeatureGroup as unknown:
        if call.method == "GET":
            return record_error(unknown)
        return service_error(HTTPStatus.BAD_REQUEST, VALIDATION, str(unknown))
    except Exception as error:
        return record_error(error)


def _put(call: Call, gateway: Gateway, actor: str) -> Answer:
    ports, group = gateway.ports, _group(call)
    names = record_names(ports.features.schema())
    given = read_put(call.body, names)
    hr_id = checked_id(given.hr_id, names.identifier)
    put_features(
        gateway.token(hr_id),
        group,
        given.values,
        hr_id=hr_id,
        event_time=given.event_time,
        register=ports.register,
        features=ports.features,
        directory=ports.directory,
        secrets=ports.secrets,
        audit=ports.audit,
        clock=ports.clock,
        actor=actor,
    )
    return Answer(HTTPStatus.OK, (_JSON, NO_STORE), b"")


def _get(call: Call, gateway: Gateway, actor: str) -> Answer:
    group, query = _group(call), Query(call)
    check_expiration(query.one("ExpirationTimeResponse"))
    wanted = query.every("FeatureName")
    record = _record(gateway, actor, group, query.needed(RECORD_ID), wanted)
    body: dict[str, object] = {} if record is None else {"Record": record}
    return Answer(HTTPStatus.OK, (_JSON, NO_STORE), msgspec.json.encode(body))


def _delete(call: Call, gateway: Gateway, actor: str) -> Answer:
    ports, group, query = gateway.ports, _group(call), Query(call)
    check_stores(query.every("TargetStores") or None)
    mode = query.one("DeletionMode") or _SOFT
    if mode not in (_SOFT, _HARD):
        raise RecordRefused(f"DeletionMode must be {_SOFT} or {_HARD}.")
    if mode == _SOFT or group != FEATURES:
        raise RecordRefused(
            f"Only {_HARD} on {FEATURES!r} is supported. It erases the person from {FEATURES!r} "
            f"and {OUTCOMES!r} physically, with all history; nothing here hides a record and keeps "
            "it."
        )
    delete_features(
        gateway.token(checked_id(query.needed(RECORD_ID), RECORD_ID)),
        event_time=checked_event_time(query.needed("EventTime")),
        features=ports.features,
        directory=ports.directory,
        scores=ports.scores,
        outcomes=ports.outcomes,
        answers=ports.answers,
        audit=ports.audit,
        clock=ports.clock,
        actor=actor,
    )
    return Answer(HTTPStatus.OK, (_JSON, NO_STORE), b"")


def _batch(call: Call, gateway: Gateway, actor: str) -> Answer:
    records: list[dict[str, object]] = []
    errors: list[dict[str, object]] = []
    for asked in read_batch(call.body).Identifiers:
        look_up = partial(_looked_up, gateway, actor, asked)
        for hr_id in asked.RecordIdentifiersValueAsString:
            look_up(hr_id, records, errors)
    body = {"Records": records, "Errors": errors, "UnprocessedIdentifiers": []}
    return Answer(HTTPStatus.OK, (_JSON, NO_STORE), msgspec.json.encode(body))


def _looked_up(
    gateway: Gateway,
    actor: str,
    asked: Identifiers,
    hr_id: str,
    records: list[dict[str, object]],
    errors: list[dict[str, object]],
) -> None:
    of: dict[str, object] = {"FeatureGroupName": asked.FeatureGroupName, RECORD_ID: hr_id}
    try:
        group = _known(asked.FeatureGroupName)
        record = _record(gateway, actor, group, hr_id, asked.FeatureNames or ())
    except UnknownFeatureGroup as unknown:
        errors.append(of | {"ErrorCode": "ResourceNotFound", "ErrorMessage": str(unknown)})
    except (RecordRefused, RequestRefused) as refusal:
        errors.append(of | {"ErrorCode": VALIDATION, "ErrorMessage": str(refusal)})
    else:
        if record is not None:
            records.append(of | {"Record": record})


def _record(
    gateway: Gateway, actor: str, group: str, hr_id: str, wanted: list[str] | tuple[()]
) -> list[Feature] | None:
    ports = gateway.ports
    schema = ports.features.schema()
    names = record_names(schema)
    columns = schema.stored_columns if group == FEATURES else outcome_columns(schema)
    _check_wanted(wanted, names, {column.name for column in columns})
    person = checked_id(hr_id, RECORD_ID)
    found = get_features(
        gateway.token(person),
        group,
        features=ports.features,
        audit=ports.audit,
        clock=ports.clock,
        actor=actor,
    )
    if found is None:
        return None
    return record_features(person, found.event_time, found.values, names, wanted) or None


def _check_wanted(wanted: list[str] | tuple[()], names: RecordNames, known: set[str]) -> None:
    known = known | {names.identifier, names.event_time}
    if unknown := [name for name in wanted if name not in known]:
        raise RecordRefused(f"There is no feature {unknown[0][:64]!r} in this group.")


def _group(call: Call) -> str:
    return _known(unquote(call.path).split("/")[2])


def _known(name: str) -> str:
    if name not in _GROUPS:
        raise UnknownFeatureGroup(name[:64], _GROUPS)
    return name
