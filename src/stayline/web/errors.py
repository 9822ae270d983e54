"""Every error as a problem document (RFC 9457), and the one table of HTTP statuses."""

import logging
import re
import traceback
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from stayline.errors import (
    AcknowledgementRefused,
    ApprovalRefused,
    AwsRefused,
    ClusterMismatch,
    ClusterUnavailable,
    ClusterWorkFailed,
    DatabaseAway,
    DeciderRefused,
    DecisionRefused,
    DefinitionRefused,
    DeploymentRefused,
    DrillFailed,
    EndpointMissing,
    EndpointUnavailable,
    ErasureUnfinished,
    ExecutionFailed,
    ExpressionFailed,
    ExtractUnreadable,
    ExtractUnsettled,
    FieldProblem,
    FileUnreadable,
    FileUnwritable,
    FormRefused,
    HasOptedOut,
    HeldByLaw,
    InfrastructureMissing,
    IssuerUnreachable,
    JobUnderWay,
    ModelNotApproved,
    NoLongerEmployed,
    NoNightlyScore,
    NoPilot,
    NoSuchPage,
    NothingDeployed,
    NothingImported,
    NothingKept,
    NothingToRollBack,
    NotPermitted,
    NotSignedIn,
    NotStopped,
    OutsidePilot,
    PackageRefused,
    ProgramInputRefused,
    RecordRefused,
    RegisterEntryRefused,
    ReportUnreadable,
    RequestRefused,
    ResumeRefused,
    RetentionUnsettled,
    RightsRequestRefused,
    RoleGrantRefused,
    RotationRefused,
    RotationUnderWay,
    SchemaMismatch,
    SchemaRefused,
    ScopeRefused,
    ScoreNotAvailable,
    ScoringStopped,
    ScoringUnderWay,
    SecretUnavailable,
    SettingRefused,
    SignatureRefused,
    SignInRefused,
    StackCommandFailed,
    StaylineError,
    StillExecuting,
    StoreDamaged,
    StoreRefused,
    StoreUnavailable,
    TooManyRequests,
    TrainingRefused,
    UnknownAccessKey,
    UnknownAlarm,
    UnknownApiKey,
    UnknownEmployee,
    UnknownEndpoint,
    UnknownExecution,
    UnknownFeatureGroup,
    UnknownHold,
    UnknownJob,
    UnknownModel,
    UnknownReport,
    UnknownReview,
    UnknownRightsRequest,
    UnknownRoleGrant,
    UnknownVariant,
    WaiverRefused,
)
from stayline.web.calls import Answer

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_S = 30
CHALLENGE = 'Bearer realm="stayline"'
NO_STORE = {"Cache-Control": "no-store"}

STATUS: dict[type[StaylineError], HTTPStatus] = {
    AcknowledgementRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    ApprovalRefused: HTTPStatus.CONFLICT,
    ClusterMismatch: HTTPStatus.SERVICE_UNAVAILABLE,
    ClusterUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    ClusterWorkFailed: HTTPStatus.SERVICE_UNAVAILABLE,
    DeciderRefused: HTTPStatus.FORBIDDEN,
    DecisionRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    DefinitionRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    DeploymentRefused: HTTPStatus.CONFLICT,
    EndpointMissing: HTTPStatus.CONFLICT,
    DrillFailed: HTTPStatus.CONFLICT,
    EndpointUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    ExecutionFailed: HTTPStatus.UNPROCESSABLE_ENTITY,
    ExpressionFailed: HTTPStatus.UNPROCESSABLE_ENTITY,
    ExtractUnreadable: HTTPStatus.UNPROCESSABLE_ENTITY,
    ExtractUnsettled: HTTPStatus.CONFLICT,
    FileUnreadable: HTTPStatus.UNPROCESSABLE_ENTITY,
    FileUnwritable: HTTPStatus.UNPROCESSABLE_ENTITY,
    FormRefused: HTTPStatus.FORBIDDEN,
    ErasureUnfinished: HTTPStatus.CONFLICT,
    HasOptedOut: HTTPStatus.FORBIDDEN,
    HeldByLaw: HTTPStatus.CONFLICT,
    InfrastructureMissing: HTTPStatus.SERVICE_UNAVAILABLE,
    IssuerUnreachable: HTTPStatus.SERVICE_UNAVAILABLE,
    JobUnderWay: HTTPStatus.CONFLICT,
    ModelNotApproved: HTTPStatus.CONFLICT,
    NoLongerEmployed: HTTPStatus.GONE,
    NoNightlyScore: HTTPStatus.SERVICE_UNAVAILABLE,
    NoPilot: HTTPStatus.CONFLICT,
    NoSuchPage: HTTPStatus.NOT_FOUND,
    NotStopped: HTTPStatus.CONFLICT,
    NothingDeployed: HTTPStatus.SERVICE_UNAVAILABLE,
    NothingImported: HTTPStatus.SERVICE_UNAVAILABLE,
    NothingKept: HTTPStatus.NOT_FOUND,
    NothingToRollBack: HTTPStatus.CONFLICT,
    OutsidePilot: HTTPStatus.FORBIDDEN,
    NotPermitted: HTTPStatus.FORBIDDEN,
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    PackageRefused: HTTPStatus.SERVICE_UNAVAILABLE,
    ProgramInputRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    RecordRefused: HTTPStatus.BAD_REQUEST,
    RegisterEntryRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    ReportUnreadable: HTTPStatus.SERVICE_UNAVAILABLE,
    RequestRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    ResumeRefused: HTTPStatus.CONFLICT,
    RetentionUnsettled: HTTPStatus.CONFLICT,
    RightsRequestRefused: HTTPStatus.CONFLICT,
    RoleGrantRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    SchemaMismatch: HTTPStatus.CONFLICT,
    SchemaRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    RotationRefused: HTTPStatus.CONFLICT,
    RotationUnderWay: HTTPStatus.CONFLICT,
    ScopeRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    ScoreNotAvailable: HTTPStatus.NOT_FOUND,
    ScoringStopped: HTTPStatus.SERVICE_UNAVAILABLE,
    ScoringUnderWay: HTTPStatus.CONFLICT,
    SecretUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    SettingRefused: HTTPStatus.SERVICE_UNAVAILABLE,
    SignatureRefused: HTTPStatus.FORBIDDEN,
    SignInRefused: HTTPStatus.FORBIDDEN,
    StillExecuting: HTTPStatus.CONFLICT,
    StackCommandFailed: HTTPStatus.SERVICE_UNAVAILABLE,
    StoreDamaged: HTTPStatus.SERVICE_UNAVAILABLE,
    StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    DatabaseAway: HTTPStatus.SERVICE_UNAVAILABLE,
    AwsRefused: HTTPStatus.SERVICE_UNAVAILABLE,
    StoreRefused: HTTPStatus.SERVICE_UNAVAILABLE,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    TrainingRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownAccessKey: HTTPStatus.NOT_FOUND,
    UnknownAlarm: HTTPStatus.NOT_FOUND,
    UnknownApiKey: HTTPStatus.NOT_FOUND,
    UnknownEmployee: HTTPStatus.NOT_FOUND,
    UnknownEndpoint: HTTPStatus.NOT_FOUND,
    UnknownExecution: HTTPStatus.NOT_FOUND,
    UnknownHold: HTTPStatus.NOT_FOUND,
    UnknownFeatureGroup: HTTPStatus.NOT_FOUND,
    UnknownJob: HTTPStatus.NOT_FOUND,
    UnknownModel: HTTPStatus.NOT_FOUND,
    UnknownReport: HTTPStatus.NOT_FOUND,
    UnknownReview: HTTPStatus.NOT_FOUND,
    UnknownRoleGrant: HTTPStatus.NOT_FOUND,
    UnknownRightsRequest: HTTPStatus.NOT_FOUND,
    UnknownVariant: HTTPStatus.BAD_REQUEST,
    WaiverRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
}

_DETAILS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address; /openapi.json lists what there is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method; see Allow.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large; split it (max_body_bytes).",
}
"""For errors of the framework, whose own words say no more than the status."""

_NAMING_ONE = (
    *(HasOptedOut, NoLongerEmployed, NoNightlyScore, OutsidePilot, UnknownEmployee),
    *(ScoreNotAvailable, DecisionRefused),
)
"""Refusals because of one row, which they name."""

_log = logging.getLogger(__name__)


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was wrong, and where: ``errors`` names every field at fault."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: tuple[FieldProblem, ...] = ()


class BadBody(HTTPException):
    """A body that cannot be read at all: not JSON, not CSV, not UTF-8."""

    status_code = HTTPStatus.BAD_REQUEST


class WrongContentType(HTTPException):
    """A body of a kind that this address does not take."""

    status_code = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


def told(_: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Answer a request of the framework's with its problem."""
    problem, headers = problem_of(error)
    return Response(
        problem, status_code=problem.status, media_type=PROBLEM_JSON, headers=NO_STORE | headers
    )


def answered(error: Exception) -> Answer:
    """Answer a call with its problem."""
    problem, headers = problem_of(error)
    named = {"content-type": PROBLEM_JSON} | NO_STORE | headers
    told_headers = [(name.lower().encode(), value.encode()) for name, value in named.items()]
    return Answer(problem.status, told_headers, msgspec.json.encode(problem))


def problem_of(error: Exception) -> tuple[Problem, dict[str, str]]:
    """Return what is told of an error, and the headers that go with it.

    Stayline's refusals are told in their own words; so is what never reached a handler: no such
    address, wrong method, body too large. Of a defect of ours the log gets the place, but no value
    that a message may hold.
    """
    if isinstance(error, StaylineError):
        status = STATUS[type(error)]
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, ScoringStopped):
            _log.error("%s: %s", type(error).__name__, error)
        told_of = Problem(_type_of(error), status.phrase, status, str(error), _errors_of(error))
        return told_of, _headers_of(error, status)
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        detail = _DETAILS.get(status, error.detail)
        return Problem("about:blank", status.phrase, status, detail), dict(error.headers or {})
    place = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s in a request:\n%s", type(error).__name__, place)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    detail = "The server failed. Its log says where; nothing of your request was kept there."
    return Problem("about:blank", status.phrase, status, detail), {}


def _headers_of(error: StaylineError, status: HTTPStatus) -> dict[str, str]:
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(error.retry_after_s)}
    if status is HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": CHALLENGE}
    if status is not HTTPStatus.SERVICE_UNAVAILABLE:
        return {}
    patience = error.retry_after_s if isinstance(error, EndpointUnavailable) else RETRY_AFTER_S
    return {"Retry-After": str(patience)}


def _type_of(error: StaylineError) -> str:
    words = re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
    return f"urn:stayline:problem:{words}"


def _errors_of(error: StaylineError) -> tuple[FieldProblem, ...]:
    if isinstance(error, RequestRefused):
        return error.problems
    if isinstance(error, _NAMING_ONE):
        return (FieldProblem(error.path, str(error)),)
    return ()
