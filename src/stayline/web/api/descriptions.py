"""What the API description says of bodies and problems that the handlers read by themselves."""

from dataclasses import dataclass

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import (
    Example,
    OpenAPIMediaType,
    Operation,
    Parameter,
    Reference,
    RequestBody,
    Schema,
    SecurityScheme,
)
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from stayline.domain.decisions import MINIMUM_REASON, ActionKind
from stayline.domain.opt_out import LONGEST_REASON, Channel, OptOutKind
from stayline.usecases.check_readiness import Readiness
from stayline.web.bodies import CSV, JSON
from stayline.web.errors import PROBLEM_JSON, Problem
from stayline.web.metrics import CONTENT_TYPE

SCHEMES: dict[str, SecurityScheme | Reference] = {
    "bearer": SecurityScheme(
        type="http",
        scheme="bearer",
        description="A token (JWT) of the identity provider, or a program's API key.",
    ),
    "api_key": SecurityScheme(
        type="apiKey",
        name="X-Api-Key",
        security_scheme_in="header",
        description="An API key that `stayline api-keys create` made.",
    ),
    "signature": SecurityScheme(
        type="apiKey",
        name="Authorization",
        security_scheme_in="header",
        description="AWS Signature Version 4 with a key of `stayline access-keys create`, service "
        "`sagemaker`: what AWS's own clients send. Its caller has the role service.",
    ),
}
_FIELDS = {"JobRole": "Sales Executive", "MonthlyIncome": 5500, "OverTime": "Yes"}
_PERSON = Schema(
    type=OpenAPIType.OBJECT,
    description="Fields by the schema's column names; with employee_id they override stored ones.",
    properties={
        "employee_id": Schema(
            one_of=[Schema(type=OpenAPIType.STRING), Schema(type=OpenAPIType.INTEGER)],
            description="The HR id of an imported person.",
        )
    },
    additional_properties=True,
)
_BATCH = Schema(
    type=OpenAPIType.OBJECT,
    properties={"instances": Schema(type=OpenAPIType.ARRAY, items=_PERSON, min_items=1)},
    required=["instances"],
    additional_properties=False,
)
_TEXT = Schema(type=OpenAPIType.STRING)
_NONE = Schema(type=OpenAPIType.NULL)


@dataclass
class PredictOperation(Operation):
    """Describes the three forms of a prediction request, and that reasons may be left out."""

    def __post_init__(self) -> None:
        self.parameters = [
            *(self.parameters or []),
            Parameter(
                name="reasons",
                param_in="query",
                schema=Schema(type=OpenAPIType.BOOLEAN, default=True),
                description="Whether to answer with reasons; without them it is quicker.",
            ),
        ]
        self.request_body = RequestBody(
            required=True,
            content={
                JSON: OpenAPIMediaType(
                    schema=Schema(any_of=[_BATCH, _PERSON]),
                    examples={
                        "fields": Example(value=_FIELDS),
                        "person": Example(value={"employee_id": "1"}),
                        "what-if": Example(value={"employee_id": "1", "OverTime": "No"}),
                        "batch": Example(value={"instances": [{"employee_id": "1"}, _FIELDS]}),
                    },
                ),
                CSV: OpenAPIMediaType(
                    schema=_TEXT,
                    examples={"rows": Example(value="MonthlyIncome,OverTime\n5500,Yes\n4100,\n")},
                ),
            },
        )


@dataclass
class DecisionOperation(Operation):
    """Describes a decision."""

    def __post_init__(self) -> None:
        self.request_body = RequestBody(
            required=True,
            content={
                JSON: OpenAPIMediaType(
                    schema=Schema(
                        type=OpenAPIType.OBJECT,
                        properties={
                            "action": Schema(type=OpenAPIType.STRING, enum=list(ActionKind)),
                            "reason": Schema(type=OpenAPIType.STRING, min_length=MINIMUM_REASON),
                            "prediction_id": _TEXT,
                        },
                        required=["action", "reason"],
                        additional_properties=False,
                    )
                )
            },
        )


@dataclass
class OptOutOperation(Operation):
    """Describes what may be told of an opt-out; everything may be left out."""

    def __post_init__(self) -> None:
        properties = {
            "kind": Schema(type=OpenAPIType.STRING, enum=list(OptOutKind)),
            "channel": Schema(type=OpenAPIType.STRING, enum=list(Channel)),
            "reason": Schema(type=OpenAPIType.STRING, max_length=LONGEST_REASON),
            "effective_from": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE_TIME),
        }
        body = Schema(
            type=OpenAPIType.OBJECT,
            properties={name: Schema(any_of=[told, _NONE]) for name, told in properties.items()},
            additional_properties=False,
        )
        self.request_body = RequestBody(
            required=False, content={JSON: OpenAPIMediaType(schema=body)}
        )


def problems(**described: str) -> dict[int, ResponseSpec]:
    return {
        int(status.removeprefix("s")): ResponseSpec(
            Problem, generate_examples=False, description=text, media_type=PROBLEM_JSON
        )
        for status, text in described.items()
    }


_GONE = "The person is no longer employed."
_NO_SUCH_PERSON = "Nothing is known of this person."
_NOT_SIGNED_IN = "Nobody is signed in; WWW-Authenticate says how."
_NOT_PERMITTED = "The caller's roles do not permit this."
PERSON_PROBLEMS = problems(
    s400="The request cannot be read.",
    s401=_NOT_SIGNED_IN,
    s403=_NOT_PERMITTED,
    s404=_NO_SUCH_PERSON,
    s422="The id cannot be one.",
)
_STOPPED = "Scoring is stopped; Retry-After says when to ask again."
VIEW_PROBLEMS = PERSON_PROBLEMS | problems(
    s403="No score of this person may be shown.", s410=_GONE, s503=_STOPPED
)
VIEW_PROBLEMS = PERSON_PROBLEMS | problems(
    s404=f"{_NO_SUCH_PERSON} Told to privacy roles only.",
    s410=f"{_GONE} Told to privacy roles only.",
)
OPT_OUT_PROBLEMS = PERSON_PROBLEMS | problems(
    s400="The body cannot be read.",
    s413="The body is too large.",
    s415="The body is not application/json.",
    s422="The id or a field cannot be used, or the instant is yet to come.",
)
DECISION_PROBLEMS = PERSON_PROBLEMS | problems(
    s400="The body cannot be read.",
    s403="The caller is a program, or has no valid training where that is asked for.",
    s413="The body is too large.",
    s415="The body is not application/json.",
    s422="The action is not allowed, the reason does not say why or repeats another one, or the "
    "caller has not looked at score and reasons before.",
)
PREDICT_PROBLEMS = problems(
    s400="The body cannot be read.",
    s401=_NOT_SIGNED_IN,
    s403="The person has opted out of scoring, which privacy roles only are told; or the "
    "caller's roles do not permit this.",
    s404="No score is available of this person; why is told to privacy roles only.",
    s410=f"{_GONE} Told to privacy roles only.",
    s413="The body is too large.",
    s415="The body is neither application/json nor text/csv.",
    s422="Fields cannot be used; errors names each.",
    s503="Scoring is stopped, or the model or a store cannot be used just now and no kept score "
    "may stand in; "
    "Retry-After says when to ask again.",
)
READINESS_ANSWERS = {
    503: ResponseSpec(
        Readiness,
        generate_examples=False,
        description="No request can be answered; checks say why.",
    )
}
METRICS_ANSWERS = {
    200: ResponseSpec(
        str,
        generate_examples=False,
        description="The figures, in Prometheus' text form.",
        media_type=CONTENT_TYPE,
    )
}
