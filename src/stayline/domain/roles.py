"""Who may do what: the roles, everything there is to do, and the one table between them."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum


class Role(StrEnum):
    """What somebody is here for; one may hold several."""

    MANAGER = "manager"
    HR_PARTNER = "hr_partner"
    ANALYST = "analyst"
    APPROVER = "approver"
    AUDITOR = "auditor"
    PRIVACY_OFFICER = "privacy_officer"
    ADMINISTRATOR = "administrator"
    SERVICE = "service"


class Operation(StrEnum):
    """Everything that can be asked for; each route and each command names its own."""

    SEE_HEALTH = "see_health"
    SCORE_PEOPLE = "score_people"
    VIEW_EMPLOYEE = "view_employee"
    DECIDE = "decide"
    SCORE_EVERYONE = "score_everyone"
    INVOKE_ENDPOINT = "invoke_endpoint"
    READ_FEATURES = "read_features"
    WRITE_FEATURES = "write_features"
    IMPORT_DATA = "import_data"
    TRAIN = "train"
    SEE_MODELS = "see_models"
    DECIDE_ON_MODELS = "decide_on_models"
    SEE_MONITORING = "see_monitoring"
    RUN_MONITORING = "run_monitoring"
    ACKNOWLEDGE_ALARM = "acknowledge_alarm"
    RUN_JOBS = "run_jobs"
    READ_AUDIT_LOG = "read_audit_log"
    READ_PROTECTED = "read_protected"
    SET_OPT_OUT = "set_opt_out"
    SEE_OPT_OUT = "see_opt_out"
    ANSWER_RIGHTS_REQUEST = "answer_rights_request"
    PURGE = "purge"
    SET_LEGAL_HOLD = "set_legal_hold"
    KEEP_REGISTER = "keep_register"
    READ_REGISTER = "read_register"
    STOP_SCORING = "stop_scoring"
    SET_PILOT = "set_pilot"
    SEE_PILOT = "see_pilot"
    CHECK_COMPLIANCE = "check_compliance"
    MANAGE_SECRETS = "manage_secrets"
    REQUEST_ROLE = "request_role"
    GRANT_ROLE = "grant_role"
    RUN_SERVER = "run_server"


class Reach(StrEnum):
    """Of whom: anybody, or only people in the caller's own reporting line as it is now."""

    EVERYONE = "everyone"
    OWN_LINE = "own_line"


_R = Role
PERMITTED: Mapping[Operation, AbstractSet[Role]] = {
    Operation.SEE_HEALTH: frozenset(Role),
    Operation.SCORE_PEOPLE: {_R.MANAGER, _R.HR_PARTNER, _R.ANALYST, _R.SERVICE},
    Operation.VIEW_EMPLOYEE: {_R.MANAGER, _R.HR_PARTNER},
    Operation.DECIDE: {_R.MANAGER, _R.HR_PARTNER},
    Operation.SCORE_EVERYONE: {_R.ANALYST, _R.ADMINISTRATOR, _R.SERVICE},
    Operation.INVOKE_ENDPOINT: {_R.ANALYST, _R.SERVICE},
    Operation.READ_FEATURES: {_R.ANALYST, _R.SERVICE},
    Operation.WRITE_FEATURES: {_R.SERVICE},
    Operation.IMPORT_DATA: {_R.ANALYST, _R.ADMINISTRATOR, _R.SERVICE},
    Operation.TRAIN: {_R.ANALYST, _R.SERVICE},
    Operation.SEE_MODELS: {_R.ANALYST, _R.APPROVER, _R.AUDITOR, _R.PRIVACY_OFFICER},
    Operation.DECIDE_ON_MODELS: {_R.APPROVER},
    Operation.SEE_MONITORING: {
        *(_R.ANALYST, _R.APPROVER, _R.AUDITOR, _R.PRIVACY_OFFICER, _R.ADMINISTRATOR)
    },
    Operation.RUN_MONITORING: {_R.ANALYST, _R.SERVICE},
    Operation.ACKNOWLEDGE_ALARM: {_R.ANALYST, _R.APPROVER, _R.ADMINISTRATOR},
    Operation.RUN_JOBS: {_R.ADMINISTRATOR, _R.SERVICE},
    Operation.READ_AUDIT_LOG: {_R.AUDITOR, _R.PRIVACY_OFFICER},
    Operation.READ_PROTECTED: {_R.AUDITOR},
    Operation.SET_OPT_OUT: {_R.PRIVACY_OFFICER, _R.SERVICE},
    Operation.SEE_OPT_OUT: {_R.PRIVACY_OFFICER},
    Operation.ANSWER_RIGHTS_REQUEST: {_R.PRIVACY_OFFICER},
    Operation.PURGE: {_R.PRIVACY_OFFICER},
    Operation.SET_LEGAL_HOLD: {_R.PRIVACY_OFFICER},
    Operation.KEEP_REGISTER: {_R.PRIVACY_OFFICER, _R.ADMINISTRATOR},
    Operation.READ_REGISTER: {_R.AUDITOR, _R.PRIVACY_OFFICER, _R.ADMINISTRATOR},
    Operation.STOP_SCORING: {_R.PRIVACY_OFFICER, _R.ADMINISTRATOR, _R.APPROVER},
    Operation.SET_PILOT: {_R.ADMINISTRATOR},
    Operation.SEE_PILOT: {_R.ANALYST, _R.AUDITOR, _R.PRIVACY_OFFICER, _R.ADMINISTRATOR},
    Operation.CHECK_COMPLIANCE: {_R.AUDITOR, _R.PRIVACY_OFFICER},
    Operation.MANAGE_SECRETS: {_R.ADMINISTRATOR},
    Operation.REQUEST_ROLE: frozenset(Role) - {_R.SERVICE},
    Operation.GRANT_ROLE: {_R.ADMINISTRATOR},
    Operation.RUN_SERVER: {_R.ADMINISTRATOR, _R.SERVICE},
}
"""Which role may do what; what is not listed is not permitted."""

PUBLIC: AbstractSet[Operation] = frozenset({Operation.SEE_HEALTH})
"""What needs no sign-in: a load balancer and a scraper ask for it."""

ABOUT_PEOPLE: AbstractSet[Operation] = frozenset(
    {Operation.SCORE_PEOPLE, Operation.VIEW_EMPLOYEE, Operation.DECIDE}
)
"""What a manager may do for the own reporting line only."""


def is_permitted(roles: AbstractSet[Role], operation: Operation) -> bool:
    """Whether somebody of these roles may do this at all.

    >>> is_permitted({Role.MANAGER}, Operation.DECIDE), is_permitted(set(), Operation.TRAIN)
    (True, False)
    """
    return operation in PUBLIC or bool(PERMITTED[operation] & roles)


def reach(roles: AbstractSet[Role], operation: Operation) -> Reach:
    """Return of whom somebody may do what is permitted: a manager's rights end with the line.

    >>> str(reach({Role.MANAGER}, Operation.VIEW_EMPLOYEE))
    'own_line'
    >>> str(reach({Role.MANAGER, Role.HR_PARTNER}, Operation.VIEW_EMPLOYEE))
    'everyone'
    """
    by = PERMITTED[operation] & roles
    is_line_only = operation in ABOUT_PEOPLE and by == {Role.MANAGER}
    return Reach.OWN_LINE if is_line_only else Reach.EVERYONE
