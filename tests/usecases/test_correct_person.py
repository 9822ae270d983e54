from datetime import timedelta

import pytest

from real_data import ibm_extract
from stayline.bootstrap import Ports
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.domain.score_request import ScoreRequest
from stayline.errors import RecordRefused, UnknownEmployee
from stayline.ports.feature_store import FEATURES
from stayline.usecases.correct_person import Correction, correct_person
from stayline.usecases.score_employee import score_employee

PERSON = str(ibm_extract()["EmployeeNumber"][0])
WHY = "The payroll slip says so."


@pytest.fixture
def token(ports: Ports) -> EmployeeToken:
    return pseudonym(ports.secrets.token_key(), PERSON)


def correct(ports: Ports, token: EmployeeToken, reason: str = WHY, **values) -> Correction:
    return correct_person(
        token, values, reason=reason, features=ports.features, scores=ports.scores,
        audit=ports.audit, clock=ports.clock, actor="privacy",
    )  # fmt: skip


def score(ports: Ports) -> float:
    (answer,) = score_employee(
        [ScoreRequest(PERSON)], endpoint=ports.endpoint, features=ports.features,
        scores=ports.scores, opt_outs=ports.opt_outs, control=ports.control, audit=ports.audit,
        capture=ports.capture, clock=ports.clock, token_key=ports.secrets.token_key(),
        actor="tests",
    )  # fmt: skip
    return answer.risk


def test_a_correction_is_a_new_fact_of_the_same_time_and_the_old_one_stays(ports, token):
    before, earlier = ports.features.get(token), ports.clock.now()
    done = correct(ports, token, MonthlyIncome="19999", OverTime="No")
    after = ports.features.get(token)
    assert done.fields == tuple(
        name for name in ("MonthlyIncome", "OverTime") if before.values[name] != after.values[name]
    )
    assert (after.values["MonthlyIncome"], after.event_time) == (19999.0, before.event_time)
    assert after.write_time > before.write_time
    unchanged = set(before.values) - {"MonthlyIncome", "OverTime"}
    assert all(after.values[name] == before.values[name] for name in unchanged)
    both = ports.features.facts(FEATURES, [token])
    assert both["MonthlyIncome"].to_list() == [before.values["MonthlyIncome"], 19999.0]
    as_of_then = ports.features.frame(FEATURES, as_of=earlier)
    assert 19999.0 not in as_of_then.filter(token=token)["MonthlyIncome"].to_list()
    now = ports.clock.now() + timedelta(seconds=1)
    assert ports.features.frame(FEATURES, as_of=now).filter(token=token).height == 1


def test_the_score_of_what_was_wrong_goes_and_a_new_one_tells_of_what_is_right(ports, token):
    first = score(ports)
    assert correct(ports, token, MonthlyIncome="19999", JobLevel="5").score_erased
    assert ports.scores.find(token) is None
    assert score(ports) != first


def test_an_empty_value_says_that_nothing_is_known(ports, token):
    correct(ports, token, MonthlyIncome=None)
    assert ports.features.get(token).values["MonthlyIncome"] is None


def test_the_audit_event_names_the_fields_and_no_value(ports, token):
    correct(ports, token, MonthlyIncome="19998", reason="Slip of the pen by Zoe, she says.")
    (event,) = ports.audit.events(limit=1)
    assert (event.kind, event.subject) == (AuditEventKind.PERSON_CORRECTED, token)
    assert event.details["fields"] == "MonthlyIncome"
    assert "19998" not in str(event)
    assert "Zoe" not in str(event)


@pytest.mark.parametrize(
    ("values", "reason", "told"),
    [
        ({"Gender": "Female"}, WHY, "'Gender' is a protected attribute"),
        ({"Shoes": "42"}, WHY, "'Shoes' is no feature"),
        ({"EmployeeNumber": "7"}, WHY, "'EmployeeNumber' is no feature"),
        ({"Attrition": "No"}, WHY, "'Attrition' is no feature"),
        ({"MonthlyIncome": "much"}, WHY, "'MonthlyIncome': expected a number"),
        ({"OverTime": "perhaps"}, WHY, "'OverTime'"),
        ({"MonthlyIncome": "19999"}, "short", "the reason needs 10"),
        ({}, WHY, "no field is named"),
    ],
)
def test_what_cannot_be_corrected_is_refused_in_words_and_nothing_changes(
    ports, token, values, reason, told
):
    before = ports.features.get(token)
    with pytest.raises(RecordRefused, match=told):
        correct(ports, token, reason, **values)
    assert ports.features.get(token) == before
    (event,) = ports.audit.events(limit=1)
    assert event.details == {"because": "RecordRefused"}


def test_a_correction_to_what_stands_already_is_none(ports, token):
    stands = ports.features.get(token).values["OverTime"]
    with pytest.raises(RecordRefused, match="already"):
        correct(ports, token, OverTime=stands)


def test_nobody_who_is_not_known_is_corrected(ports):
    with pytest.raises(UnknownEmployee):
        correct(ports, EmployeeToken("0" * 32), MonthlyIncome="1")
