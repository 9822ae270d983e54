"""What the API description says of the container's and the endpoint's routes."""

from dataclasses import dataclass

import msgspec
from litestar.openapi.datastructures import ResponseSpec
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

from stayline.web.api.descriptions import problems

TEXT = Schema(type=OpenAPIType.STRING)
_ROW = Schema(
    any_of=[
        Schema(type=OpenAPIType.OBJECT, additional_properties=True),
        Schema(type=OpenAPIType.ARRAY),
    ]
)
_JSON_BODY = Schema(
    any_of=[
        Schema(type=OpenAPIType.OBJECT, additional_properties=True),
        Schema(type=OpenAPIType.ARRAY, items=_ROW, min_items=1),
    ]
)
_BODY = RequestBody(
    required=True,
    content={
        "application/json": OpenAPIMediaType(
            schema=_JSON_BODY,
            examples={
                "person": Example(value={"employee_id": "1"}),
                "batch": Example(value={"instances": [{"OverTime": "Yes"}, {"employee_id": "1"}]}),
            },
        ),
        "text/csv": OpenAPIMediaType(
            schema=TEXT,
            examples={"header": Example(value="MonthlyIncome,OverTime\n5500,Yes\n4100,\n")},
        ),
        "application/jsonlines": OpenAPIMediaType(
            schema=TEXT,
            examples={"lines": Example(value='{"employee_id": "1"}\n{"OverTime": "No"}\n')},
        ),
        "text/libsvm": OpenAPIMediaType(
            schema=TEXT, examples={"encoded": Example(value="0:1102 1:1\n")}
        ),
    },
)

_SCORE = Schema(
    type=OpenAPIType.OBJECT,
    properties={"score": Schema(type=OpenAPIType.NUMBER)},
    additional_properties=True,
)
_SCORES = OpenAPIResponse(
    description="One score a row, in the form that Accept names; CSV where it names none.",
    content={
        "text/csv": OpenAPIMediaType(schema=TEXT),
        "application/json": OpenAPIMediaType(
            schema=Schema(
                type=OpenAPIType.OBJECT,
                properties={"predictions": Schema(type=OpenAPIType.ARRAY, items=_SCORE)},
                required=["predictions"],
            )
        ),
        "application/jsonlines": OpenAPIMediaType(schema=TEXT),
    },
)


class ServiceError(msgspec.Struct, frozen=True):
    """An error as AWS's services word it; the header x-amzn-errortype names its class."""

    Message: str = ""
    message: str = ""


class ModelError(msgspec.Struct, frozen=True):
    """What the model's container would refuse, with its status and problem document."""

    Message: str
    OriginalStatusCode: int
    OriginalMessage: str
    LogStreamArn: str


@dataclass
class ContainerOperation(Operation):
    """Describes a body of the container's contract."""

    def __post_init__(self) -> None:
        self.request_body = _BODY
        self.responses = {
            **(self.responses or {}),
            "200": _SCORES,
            "204": OpenAPIResponse(description="The body was empty."),
        }


@dataclass
class EndpointOperation(Operation):
    """Describes InvokeEndpoint: the container's body, and headers of its own."""

    def __post_init__(self) -> None:
        self.request_body = _BODY
        self.responses = {**(self.responses or {}), "200": _SCORES}
        self.parameters = [
            *(self.parameters or []),
            header("X-Amzn-SageMaker-Inference-Id", "Kept with the capture; 1 to 64 characters."),
            header(
                "X-Amzn-SageMaker-Custom-Attributes",
                "Kept and sent back; up to 1024 letters. `reasons=true` among them, parted by "
                "semicolons, asks for reasons.",
            ),
            header("X-Amzn-SageMaker-Target-Variant", "The variant to answer, such as version-3."),
            header("X-Amzn-SageMaker-Enable-Explanations", "`true` for reasons."),
        ]


def header(name: str, described: str) -> Parameter:
    """Return an optional header of an operation."""
    return Parameter(name=name, param_in="header", schema=TEXT, description=described)


def service_errors(**described: str) -> dict[int, ResponseSpec]:
    """Return the errors of a route in the services' form, by status as ``s400``."""
    return {
        int(status.removeprefix("s")): ResponseSpec(
            ServiceError, generate_examples=False, description=text, media_type="application/json"
        )
        for status, text in described.items()
    }


PING_ANSWERS = problems(s503="There is no model, or it does not load.")
CONTAINER_ANSWERS = problems(
    s400="The body cannot be read, or a row cannot be scored.",
    s403="The request is not signed by a known key.",
    s406="None of the forms of Accept can be written.",
    s413="The body is too large.",
    s415="The body's form is not read here.",
    s503="No model is deployed, or a store cannot be used just now.",
)
ENDPOINT_ANSWERS = service_errors(
    s400="ValidationError: no such endpoint or variant, or a header that cannot be used.",
    s403="The request is not signed by a known key.",
    s413="ValidationError: the body is too large.",
    s429="ModelNotReadyException: nothing is deployed yet.",
    s500="InternalFailure: a defect of the server.",
    s503="ServiceUnavailable: the model or a store cannot be used just now.",
) | {
    424: ResponseSpec(
        ModelError,
        generate_examples=False,
        description="ModelError: the model cannot score this; the original status says why.",
    )
}
