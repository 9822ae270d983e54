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
    "compare_actions": {K.ACTIONS_COMPARED},
    "create_access_key": {K.ACCESS_KEY_CREATED},
    "delete_features": {K.FEATURES_ERASED, K.REQUEST_REFUSED},
    "deploy_model": {
        *(K.DEPLOYMENT_STARTED, K.DEPLOYMENT_REFUSED, K.DEPLOYMENT_ROLLED_BACK, K.MODEL_DEPLOYED)
    },
    "evaluate_alarms": {K.ALARM_RAISED},
    "file_waiver": {K.WAIVER_FILED, K.WAIVER_REFUSED},
    "get_features": {K.FEATURES_READ},
    "import_outcomes": {K.OUTCOMES_IMPORTED},
    "import_workforce": {K.WORKFORCE_IMPORTED},
    "put_features": {K.FEATURES_PUT, K.REQUEST_REFUSED},
    "record_decision": {K.DECISION_RECORDED, K.EMPLOYEE_SCORED, K.REQUEST_REFUSED},
    "reject_model": {K.MODEL_REJECTED},
    "resume_execution": {K.PROTECTED_READ, K.MODEL_REGISTERED, K.TRAINING_FAILED},
    "revoke_access_key": {K.ACCESS_KEY_REVOKED},
    "roll_back_model": {K.MODEL_ROLLED_BACK},
    "score_employee": {K.EMPLOYEE_SCORED, K.SCORING_REFUSED},
    "score_workforce": {K.WORKFORCE_SCORED},
    "serve_kept_scores": {K.EMPLOYEE_SCORED, K.SCORING_REFUSED},
    "set_opt_out": {K.OPTED_OUT, K.OPTED_IN, K.REQUEST_REFUSED},
    "share_protected_attributes": {K.PROTECTED_READ},
    "sign_checkpoint": {K.CHECKPOINT_SIGNED},
    "train_model": {K.MODEL_REGISTERED, K.TRAINING_FAILED},
    "verify_audit_log": {K.AUDIT_LOG_VERIFIED, K.CHECKPOINT_SIGNED},
    "view_employee": {K.EMPLOYEE_VIEWED, K.REQUEST_REFUSED},
    "watch_window": {K.WINDOW_WATCHED, K.PROTECTED_READ},
}
"""Which kinds each one writes or looks for."""
HANDED_ON = {
    "roll_back_model": "the event goes into the chain in the transaction that switches versions"
}
NOTES_NOTHING = {
    "account_for_model": "a model's card and figures of groups; nobody in it is a person",
    "check_home": "looks whether files are whole, and shows nothing of what is in them",
    "check_readiness": "asked every few seconds by load balancers; shows nobody",
    "compare_models": "figures of two packages; nobody in them is a person",
    "describe_model": "a package's own figures; nobody in them is a person",
    "draft_documents": "names of columns, roles and limits; no value of any person is read",
    "execution_reports": "figures of groups of 30 people or more; nobody in them is a person",
    "import_inbox": "each file is imported by import_workforce, which notes it",
    "inspect_extract": "a file of the caller's own, outside the home; nothing is kept",
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
    assert named_kinds(name) == set()
    assert calls_of_the_log(name) & {"append", "note"} == set()
