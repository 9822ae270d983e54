"""What the API description says of the Feature Store runtime's routes."""

from dataclasses import dataclass

from litestar.openapi.spec import (
    Example,
    OpenAPIMediaType,
    OpenAPIResponse,
    Operation,
    Parameter,
    RequestBody,
    Schema,
)
from litestar.openapi.spec.enums import OpenAPIType

from stayline.formats.feature_records import MOST_AT_ONCE
from stayline.web.runtime.descriptions import TEXT, service_errors

JSON = "application/json"
_STORES = Schema(type=OpenAPIType.STRING, enum=["OnlineStore", "OfflineStore"])
_EXPIRATION = Schema(type=OpenAPIType.STRING, enum=["Enabled", "Disabled"])
_FEATURE = Schema(
    type=OpenAPIType.OBJECT,
    properties={"FeatureName": TEXT, "ValueAsString": TEXT},
    required=["FeatureName", "ValueAsString"],
)
_RECORD = Schema(type=OpenAPIType.ARRAY, items=_FEATURE, min_items=1)
_IDENTIFIERS = Schema(
    type=OpenAPIType.OBJECT,
    properties={
        "FeatureGroupName": Schema(type=OpenAPIType.STRING, enum=["features", "outcomes"]),
        "RecordIdentifiersValueAsString": Schema(
            type=OpenAPIType.ARRAY, items=TEXT, min_items=1, max_items=MOST_AT_ONCE
        ),
        "FeatureNames": Schema(type=OpenAPIType.ARRAY, items=TEXT),
    },
    required=["FeatureGroupName", "RecordIdentifiersValueAsString"],
)
_EXAMPLE = {
    "Record": [
        {"FeatureName": "EmployeeNumber", "ValueAsString": "1"},
        {"FeatureName": "EventTime", "ValueAsString": "2026-03-01T12:00:00Z"},
        {"FeatureName": "OverTime", "ValueAsString": "Yes"},
    ]
}


@dataclass
class PutOperation(Operation):
    """Describes PutRecord."""

    def __post_init__(self) -> None:
        stores = Schema(type=OpenAPIType.ARRAY, items=_STORES, min_items=2)
        self.request_body = _body({"Record": _RECORD, "TargetStores": stores}, "Record", _EXAMPLE)
        self.responses = {**(self.responses or {}), "200": _NOTHING}


@dataclass
class GetOperation(Operation):
    """Describes GetRecord."""

    def __post_init__(self) -> None:
        self.parameters = [
            *(self.parameters or []),
            _RECORD_ID,
            _query("FeatureName", Schema(type=OpenAPIType.ARRAY, items=TEXT)),
            _query("ExpirationTimeResponse", _EXPIRATION),
        ]
        self.responses = {**(self.responses or {}), "200": _answer({"Record": _RECORD})}


@dataclass
class DeleteOperation(Operation):
    """Describes DeleteRecord."""

    def __post_init__(self) -> None:
        modes = Schema(type=OpenAPIType.STRING, enum=["HardDelete"])
        self.parameters = [
            *(self.parameters or []),
            _RECORD_ID,
            _query("EventTime", TEXT, required=True),
            _query("DeletionMode", modes, required=True),
            _query("TargetStores", Schema(type=OpenAPIType.ARRAY, items=_STORES)),
        ]
        self.responses = {**(self.responses or {}), "200": _NOTHING}


@dataclass
class BatchGetOperation(Operation):
    """Describes BatchGetRecord."""

    def __post_init__(self) -> None:
        asked = Schema(
            type=OpenAPIType.ARRAY, items=_IDENTIFIERS, min_items=1, max_items=MOST_AT_ONCE
        )
        person = {"FeatureGroupName": "features", "RecordIdentifiersValueAsString": ["1", "2"]}
        self.request_body = _body(
            {"Identifiers": asked, "ExpirationTimeResponse": _EXPIRATION},
            "Identifiers",
            {"Identifiers": [person]},
        )
        found = Schema(type=OpenAPIType.ARRAY, items=Schema(type=OpenAPIType.OBJECT))
        lists = dict.fromkeys(("Records", "Errors", "UnprocessedIdentifiers"), found)
        self.responses = {**(self.responses or {}), "200": _answer(lists)}


def _body(properties: dict[str, Schema], needed: str, example: object) -> RequestBody:
    schema = Schema(type=OpenAPIType.OBJECT, properties=dict(properties), required=[needed])
    given = OpenAPIMediaType(schema=schema, examples={"record": Example(value=example)})
    return RequestBody(required=True, content={JSON: given})


def _answer(properties: dict[str, Schema]) -> OpenAPIResponse:
    schema = Schema(type=OpenAPIType.OBJECT, properties=dict(properties))
    return OpenAPIResponse(
        description="What is known.", content={JSON: OpenAPIMediaType(schema=schema)}
    )


def _query(name: str, schema: Schema, *, required: bool = False) -> Parameter:
    return Parameter(name=name, param_in="query", schema=schema, required=required)


_RECORD_ID = _query("RecordIdentifierValueAsString", TEXT, required=True)
_NOTHING = OpenAPIResponse(description="It is done; the body is empty.")
RECORD_ERRORS = service_errors(
    s400="ValidationError: what is asked for cannot be done; the message says why.",
    s403="The request is not signed by a known key.",
    s413="ValidationError: the body is too large.",
    s500="InternalFailure: a defect of the server.",
    s503="ServiceUnavailable: nothing is imported, or a store cannot be used just now.",
)
GET_ERRORS = RECORD_ERRORS | service_errors(s404="ResourceNotFound: there is no such group.")
