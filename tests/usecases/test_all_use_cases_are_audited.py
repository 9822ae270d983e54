"""Every use case notes what it does, or stands here with the reason why not.

A new use case needs a line in one of the two tables; the failure of the first test names it.
"""

import ast
from pathlib import Path

import pytest

import stayline.usecases
from stayline.domain.audit_events import AuditEventKind

FOLDER = Path(stayline.usecases.__file__).parent
K = AuditEventKind
NOTES: dict[str, set[AuditEventKind]] = {
    "acknowledge_alarm": {K.ALARM_ACKNOWLEDGED, K.ALARM_NOT_ACKNOWLEDGED},
    "approve_by_rule": {K.MODEL_APPROVED},
    "approve_model": {K.MODEL_APPROVED},
    "check_compliance": {
        K.ACCESS_KEY_CREATED,
        K.ACCESS_REFUSED,
        K.API_KEY_CREATED,
        K.CHANGES_WEIGHED,
        K.COMPLIANCE_CHECKED,
        K.EMPLOYEE_ERASED,
        K.EMPLOYEE_SCORED,
        K.EMPLOYEE_VIEWED,
        K.FEATURES_ERASED,
        K.MODEL_DEPLOYED,
        K.MODEL_ROLLED_BACK,
        K.OPTED_IN,
        K.OPTED_OUT,
        K.PROTECTED_READ,
        K.RECORDS_PURGED,
    },
    "check_reporting_line": set(),
    "close_review": {K.REGISTER_ENTRY_ADDED},
    "compare_actions": {K.ACTIONS_COMPARED},
    "correct_person": {K.PERSON_CORRECTED, K.REQUEST_REFUSED},
    "create_access_key": {K.ACCESS_KEY_CREATED},
    "create_api_key": {K.API_KEY_CREATED},
    "delete_features": {K.FEATURES_ERASED, K.REQUEST_REFUSED},
    "deploy_model": {
        K.DEPLOYMENT_REFUSED,
        K.DEPLOYMENT_ROLLED_BACK,
        K.DEPLOYMENT_STARTED,
        K.MODEL_DEPLOYED,
    },
    "drill_stop_switch": {K.EMPLOYEE_SCORED, K.SCORING_RESUMED, K.SCORING_STOPPED, K.STOP_DRILLED},
    "end_pilot": {K.PILOT_ENDED},
    "erase_employee": {K.EMPLOYEE_ERASED, K.ERASURE_STARTED, K.REQUEST_REFUSED},
    "evaluate_alarms": {K.ALARM_RAISED},
    "export_person": {
        K.EMPLOYEE_SCORED,
        K.PERSON_EXPORTED,
        K.PROTECTED_READ,
        K.REQUEST_REFUSED,
        K.SCORING_REFUSED,
    },
    "file_waiver": {K.WAIVER_FILED, K.WAIVER_REFUSED},
    "find_override_rates": {K.REGISTER_ENTRY_ADDED},
    "get_features": {K.FEATURES_READ},
    "grant_role": {K.ROLE_GRANTED},
    "import_outcomes": {K.OUTCOMES_IMPORTED},
    "import_workforce": {K.WORKFORCE_IMPORTED},
    "keep_records": {K.REGISTER_ENTRY_ADDED},
    "lift_erasure": {K.REGISTER_ENTRY_ADDED},
    "lift_legal_hold": {K.LEGAL_HOLD_LIFTED},
    "open_request": {K.REQUEST_REFUSED, K.RIGHTS_REQUEST_RECEIVED},
    "purge_records": {K.PURGE_REFUSED, K.RECORDS_PURGED},
    "put_features": {K.FEATURES_PUT, K.REQUEST_REFUSED},
    "record_decision": {K.DECISION_RECORDED, K.EMPLOYEE_SCORED, K.REQUEST_REFUSED},
    "record_training": {K.REGISTER_ENTRY_ADDED},
    "reject_model": {K.MODEL_REJECTED},
    "request_role": {K.ROLE_REQUESTED},
    "resume_execution": {K.MODEL_REGISTERED, K.PROTECTED_READ, K.TRAINING_FAILED},
    "resume_scoring": {K.SCORING_RESUMED},
    "retire_token_key": {K.SECRET_RETIRED},
    "revoke_access_key": {K.ACCESS_KEY_REVOKED},
    "revoke_api_key": {K.API_KEY_REVOKED},
    "revoke_role": {K.ROLE_REVOKED},
    "roll_back_model": {K.MODEL_ROLLED_BACK},
    "rotate_access_key": {K.SECRET_ROTATED},
    "rotate_token_key": {K.SECRET_ROTATED, K.SECRET_ROTATION_STARTED},
    "score_employee": {K.EMPLOYEE_SCORED, K.SCORING_REFUSED},
    "score_workforce": {K.WORKFORCE_SCORED},
    "serve_kept_scores": {K.EMPLOYEE_SCORED, K.SCORING_REFUSED},
    "set_legal_holds": {K.LEGAL_HOLD_SET},
    "set_opt_out": {K.OPTED_IN, K.OPTED_OUT, K.REQUEST_REFUSED},
    "set_pilot": {K.PILOT_SET},
    "settle_request": {K.REGISTER_ENTRY_ADDED, K.REQUEST_REFUSED, K.RIGHTS_REQUEST_CLOSED},
    "share_protected_attributes": {K.PROTECTED_READ},
    "sign_checkpoint": {K.CHECKPOINT_SIGNED},
    "stop_scoring": {K.SCORING_STOPPED},
    "take_up_executions": {K.MODEL_REGISTERED, K.TRAINING_FAILED},
    "train_model": {K.MODEL_REGISTERED, K.TRAINING_FAILED},
    "verify_audit_log": {K.AUDIT_LOG_VERIFIED, K.CHECKPOINT_SIGNED},
    "view_team": {K.TEAM_VIEWED, K.REQUEST_REFUSED},
    "view_employee": {K.EMPLOYEE_VIEWED, K.REQUEST_REFUSED},
    "watch_window": {K.PROTECTED_READ, K.WINDOW_WATCHED},
    "watch_workforce": {K.PROTECTED_READ, K.WORKFORCE_WATCHED},
    "weigh_changes": {K.CHANGES_WEIGHED},
}
"""Which kinds each one writes or looks for."""
HANDED_ON = {
    "end_pilot": "the event goes into the chain in the transaction that changes the rule",
    "resume_scoring": "the event goes into the chain in the transaction that changes the rule",
    "set_pilot": "the event goes into the chain in the transaction that changes the rule",
    "stop_scoring": "the event goes into the chain in the transaction that changes the rule",
    "roll_back_model": "the event goes into the chain in the transaction that switches versions",
}
LOOKS_FOR = {
    "find_data_findings": {K.WORKFORCE_IMPORTED},
    "find_events_after_views": {K.EMPLOYEE_VIEWED},
    "list_past_scores": {K.EMPLOYEE_SCORED},
    "follow_deployments": {K.DEPLOYMENT_STARTED},
    "find_trials": {K.DEPLOYMENT_REFUSED, K.DEPLOYMENT_ROLLED_BACK, K.MODEL_DEPLOYED},
    "read_chain_state": {K.AUDIT_LOG_VERIFIED, K.CHECKPOINT_SIGNED},
    "report_pilot": {K.EMPLOYEE_VIEWED},
    "review_model": {
        K.DEPLOYMENT_REFUSED,
        K.DEPLOYMENT_ROLLED_BACK,
        K.DEPLOYMENT_STARTED,
        K.MODEL_APPROVED,
        K.MODEL_DEPLOYED,
        K.MODEL_REGISTERED,
        K.MODEL_REJECTED,
        K.MODEL_ROLLED_BACK,
    },
}
"""Kinds that are read, and not written."""
NOTES_NOTHING = {
    "account_for_model": "a model's card and figures of groups; nobody in it is a person",
    "check_home": "looks whether files are whole, and shows nothing of what is in them",
    "check_readiness": "asked every few seconds by load balancers; shows nobody",
    "check_stack": "looks whether parts of a stack are there; reads nothing that is in them",
    "compare_models": "figures of two packages; nobody in them is a person",
    "deploy_if_needed": "what it calls, deploy_model, notes it",
    "describe_model": "a package's own figures; nobody in them is a person",
    "draft_documents": "names of columns, roles and limits; no value of any person is read",
    "estimate_cost": "counts a stack's parts and prices them; nobody is in a template",
    "execution_reports": "figures of groups of 30 people or more; nobody in them is a person",
    "import_inbox": "each file is imported by import_workforce, which notes it",
    "inspect_extract": "a file of the caller's own, outside the home; nothing is kept",
    "find_bulks": "lists decisions that are on record, by the ids of their actors",
    "find_data_findings": "counts of an import's bad cells by column; never a value",
    "find_events_after_views": "joins what is on record already; shows tokens to whoever reviews",
    "list_past_scores": "bands that are on record; shown beside a view, which notes itself",
    "list_alarms": "rules, figures and notes on them; nobody is in it",
    "list_secrets": "names, places and ages of secrets; never a value, and nobody is in it",
    "read_scores_alike": "shares of people a model was tested on; nobody in them is a person",
    "find_trials": "counts of rows that two versions answered; nobody in them is a person",
    "follow_deployments": "counts of answers and alarms; nobody in them is a person",
    "list_models": "versions, figures and who decided; nobody else in it is a person",
    "list_compliance_reports": "reports that are kept; who made them stands in the log already",
    "list_holds": "reads the register; people by token",
    "list_opt_outs": "counts and tokens, for privacy roles",
    "list_register": "which kinds of records there are, and when one was put down",
    "list_requests": "reads the register; people by token",
    "read_chain_state": "events of whoever looked at the whole log; nobody else is in it",
    "read_purge_ledger": "what purges wrote down; nobody is in it",
    "report_pilot": "counts and rates of groups; nobody in it is a person",
    "review_model": "a package's evidence and log; shows who decided, and nobody who is scored",
    "scan_records": "ages of stores; the scan itself is an entry of the purge ledger",
    "sign_in": "who signs in stands in what they then do; refusals are noted above it",
    "see_jobs": "when jobs ran and will run; nobody is in it",
    "sample_serving": "counts of requests, once a minute",
    "simulate_workforce": "invents people; nobody in it exists",
    "try_alarm_channels": "sends a message marked as a test, which holds nothing",
}


def files_of(name: str) -> list[Path]:
    package = FOLDER / name
    return sorted(package.glob("*.py")) if package.is_dir() else [package.with_suffix(".py")]


def named_kinds(name: str) -> set[AuditEventKind]:
    """Return the kinds that the code names, its imports and comments aside."""
    trees = [ast.parse(file.read_text("utf-8")) for file in files_of(name)]
    return {
        AuditEventKind[node.attr]
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "AuditEventKind"
    }


def calls_of_the_log(name: str) -> set[str]:
    """Return which methods of something called ``audit`` the code calls."""
    trees = [ast.parse(file.read_text("utf-8")) for file in files_of(name)]
    return {
        node.func.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value).rpartition(".")[2] in ("audit", "_audit")
    }


def test_every_use_case_stands_in_one_of_the_tables() -> None:
    found = {
        path.stem
        for path in FOLDER.iterdir()
        if path.name[0] != "_" and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    assert len(found) > 30
    assert NOTES.keys() & NOTES_NOTHING.keys() == set()
    assert found == NOTES.keys() | NOTES_NOTHING.keys()


@pytest.mark.parametrize("name", NOTES)
def test_a_use_case_notes_what_the_table_says(name: str) -> None:
    assert named_kinds(name) == NOTES[name]
    assert calls_of_the_log(name) & {"append", "note"} or name in HANDED_ON


@pytest.mark.parametrize("name", NOTES_NOTHING)
def test_a_use_case_that_notes_nothing_says_why_and_touches_no_person(name: str) -> None:
    assert len(NOTES_NOTHING[name]) > 20
    assert named_kinds(name) <= LOOKS_FOR.get(name, set())
    assert calls_of_the_log(name) & {"append", "note"} == set()
