from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from real_data import ibm_extract
from some_have_left import SomeHaveLeft
from stayline.bootstrap import Ports
from stayline.domain.audit_events import NAMELESS, AuditEventKind
from stayline.domain.light_values import light_value
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.domain.risk_score import RiskScore, ScoreSource
from stayline.domain.score_request import AS_USUAL, ScoreOptions, ScoreRequest
from stayline.errors import (
    HasOptedOut,
    NoLongerEmployed,
    RequestRefused,
    UnknownEmployee,
    UnknownVariant,
)
from stayline.ports.forwarded_variant import ForwardedVariant
from stayline.usecases.score_employee import score_employee

FIELDS = {"JobRole": "Sales Executive", "MonthlyIncome": 5500, "OverTime": "Yes"}
PERSON = str(ibm_extract()["EmployeeNumber"][0])
OTHER = str(ibm_extract()["EmployeeNumber"][1])


def score(ports: Ports, *requests: ScoreRequest, options=AS_USUAL) -> list[RiskScore]:
    return score_employee(
        requests,
        endpoint=ports.endpoint,
        features=ports.features,
        scores=ports.scores,
        opt_outs=ports.opt_outs,
        control=ports.control,
        audit=ports.audit,
        capture=ports.capture,
        clock=ports.clock,
        token_key=ports.secrets.token_key(),
        actor="ana",
        options=options,
    )


def token_of(ports: Ports, hr_id: str) -> EmployeeToken:
    return pseudonym(ports.secrets.token_key(), hr_id)


def captured(ports: Ports) -> list:
    now = datetime.now(UTC)
    return list(ports.capture.read(now - timedelta(days=1), now + timedelta(days=1)))


def test_reasons_and_base_risk_add_up_to_the_risk_of_every_person_tried(ports):
    ids = ibm_extract()["EmployeeNumber"].sample(60, seed=3)
    for answer in score(ports, *(ScoreRequest(str(hr_id)) for hr_id in ids)):
        total = answer.base_risk + sum(reason.contribution for reason in answer.reasons)
        assert total == pytest.approx(answer.risk, abs=1e-5)
        assert 0 <= answer.risk <= 1


def test_a_person_is_scored_from_the_store_and_the_score_is_kept_with_its_reasons(ports):
    (answer,) = score(ports, ScoreRequest(PERSON))
    kept = ports.scores.find(token_of(ports, PERSON))
    assert answer.employee_id == PERSON
    assert answer.source is ScoreSource.LIVE
    assert answer.fields.store
    assert not answer.fields.request
    assert kept is not None
    assert (kept.risk, kept.reasons, kept.model) == (answer.risk, answer.reasons, answer.model)
    assert kept.prediction_id == answer.prediction_id


def test_a_what_if_overrides_stored_fields_and_is_not_kept(ports):
    token = token_of(ports, PERSON)
    (as_stored,) = score(ports, ScoreRequest(PERSON))
    stored = ports.features.get(token).values["OverTime"]
    other = "No" if stored == "Yes" else "Yes"
    (what_if,) = score(ports, ScoreRequest(PERSON, {"OverTime": other}))
    assert what_if.fields.request == ("OverTime",)
    assert "OverTime" not in what_if.fields.store
    assert (what_if.risk > as_stored.risk) == (other == "Yes")
    assert ports.scores.find(token).prediction_id == as_stored.prediction_id


def test_null_means_missing_even_where_a_value_is_stored(ports):
    (answer,) = score(ports, ScoreRequest(PERSON, {"OverTime": None}))
    assert answer.fields.missing == ("OverTime",)


def test_fields_that_no_model_reads_are_named_and_change_nothing(ports):
    fields = FIELDS | {"Age": 35, "Gender": "n/a", "Shoe size": 44}
    plain, answer = score(ports, ScoreRequest(None, FIELDS), ScoreRequest(None, fields))
    assert answer.fields.ignored == ("Age", "Gender")
    assert answer.fields.unknown == ("Shoe size",)
    assert answer.risk == plain.risk
    assert set(answer.fields.request) == set(FIELDS)
    named = {*answer.fields.request, *answer.fields.missing}
    assert named == set(ports.endpoint.variant().inputs)


def test_protected_values_reach_no_capture_and_no_audit_event(ports):
    score(ports, ScoreRequest(PERSON, {"Age": 8675309.25}))
    (record,) = captured(ports)
    assert "Age" not in msgspec.json.decode(record.request)
    assert "8675309" not in record.request + record.answer
    assert all("8675309" not in str(event) for event in ports.audit.events())


def test_what_was_answered_was_captured_by_token_only(ports):
    (answer,) = score(ports, ScoreRequest(PERSON))
    (record,) = captured(ports)
    told = msgspec.json.decode(record.answer)
    assert record.event_id == answer.prediction_id
    assert (told["risk"], told["token"]) == (answer.risk, token_of(ports, PERSON))
    assert set(msgspec.json.decode(record.request)) == set(ports.endpoint.variant().inputs)


def test_nothing_is_answered_or_audited_as_scored_when_capture_fails(ports, home):
    (home / "capture").write_text("in the way")
    with pytest.raises(Exception, match="capture log"):
        score(ports, ScoreRequest(PERSON))
    assert ports.scores.find(token_of(ports, PERSON)) is None
    kinds = {event.kind for event in ports.audit.events()}
    assert AuditEventKind.EMPLOYEE_SCORED not in kinds


def test_every_score_is_an_audit_event_by_token(ports):
    answers = score(ports, ScoreRequest(PERSON), ScoreRequest(None, FIELDS))
    events = ports.audit.events(limit=2)
    assert [event.subject for event in events] == [token_of(ports, PERSON), NAMELESS]
    for event, answer in zip(events, answers, strict=True):
        assert event.kind is AuditEventKind.EMPLOYEE_SCORED
        assert event.actor == "ana"
        assert event.details["prediction_id"] == answer.prediction_id
        assert event.details["model_version"] == answer.model.version
        assert event.details["band"] == answer.band


def test_an_opted_out_person_is_refused_and_leaves_no_capture(ports):
    token = token_of(ports, OTHER)
    ports.opt_outs.opt_out(token, at=ports.clock.now())
    with pytest.raises(HasOptedOut) as refused:
        score(ports, ScoreRequest(PERSON), ScoreRequest(OTHER, path="instances[1]"))
    assert refused.value.path == "instances[1].employee_id"
    assert captured(ports) == []
    assert ports.scores.entries() == []
    (event,) = ports.audit.events(limit=1)
    assert (event.kind, event.subject) == (AuditEventKind.SCORING_REFUSED, token)
    assert event.details == {"because": "HasOptedOut"}


class _OptsOutMeanwhile:
    """The real endpoint, while a person opts out between check and answer."""

    def __init__(self, ports: Ports, token: EmployeeToken) -> None:
        self._ports = ports
        self._token = token

    def variant(self, target=None, *, affinity=""):
        found = self._ports.endpoint.variant(target, affinity=affinity)
        return _OptingOut(found, self._ports, self._token)


@light_value
class _OptingOut(ForwardedVariant):
    ports: Ports
    token: EmployeeToken

    def predict(self, rows, as_of, *, with_reasons=True):
        self.ports.opt_outs.opt_out(self.token, at=self.ports.clock.now())
        return self.within.predict(rows, as_of, with_reasons=with_reasons)


def test_no_score_is_shown_or_kept_of_a_person_who_opts_out_while_it_is_computed(ports):
    token = token_of(ports, PERSON)
    hurried = replace(ports, endpoint=_OptsOutMeanwhile(ports, token))
    with pytest.raises(HasOptedOut):
        score(hurried, ScoreRequest(PERSON))
    assert ports.scores.find(token) is None


class _ErasesMeanwhile:
    """The real endpoint, while a person is erased between check and answer."""

    def __init__(self, ports: Ports, token: EmployeeToken) -> None:
        self._ports = ports
        self._token = token

    def variant(self, target=None, *, affinity=""):
        found = self._ports.endpoint.variant(target, affinity=affinity)
        return _Erasing(found, self._ports, self._token)


@light_value
class _Erasing(ForwardedVariant):
    ports: Ports
    token: EmployeeToken

    def predict(self, rows, as_of, *, with_reasons=True):
        self.ports.features.erase(self.token)
        return self.within.predict(rows, as_of, with_reasons=with_reasons)


def test_no_score_is_kept_of_a_person_who_is_erased_while_it_is_computed(ports):
    token = token_of(ports, PERSON)
    hurried = replace(ports, endpoint=_ErasesMeanwhile(ports, token))
    score(hurried, ScoreRequest(PERSON))
    assert ports.scores.find(token) is None


def test_an_unknown_person_is_refused_even_with_fields(ports):
    with pytest.raises(UnknownEmployee):
        score(ports, ScoreRequest("no such id", FIELDS))
    (event,) = ports.audit.events(limit=1)
    assert event.kind is AuditEventKind.SCORING_REFUSED


def test_a_batch_names_every_wrong_field_and_scores_nobody(ports):
    before = len(ports.audit.events())
    with pytest.raises(RequestRefused) as refused:
        score(
            ports,
            ScoreRequest(None, FIELDS, "instances[0]"),
            ScoreRequest(None, {"MonthlyIncome": -1, "OverTime": 7}, "instances[1]"),
            ScoreRequest(None, {}, "instances[2]"),
        )
    assert {problem.path for problem in refused.value.problems} == {
        "instances[1].MonthlyIncome",
        "instances[1].OverTime",
        "instances[2].employee_id",
    }
    assert captured(ports) == []
    assert len(ports.audit.events()) == before


def test_a_field_that_is_known_but_no_model_input_is_named_when_it_is_all_there_is(ports):
    with pytest.raises(RequestRefused, match=r"no input of this model: Age$"):
        score(ports, ScoreRequest(None, {"Age": 35, "Shoe size": 44}))


def test_a_person_who_has_left_is_refused_by_token_and_noted(ports):
    token = token_of(ports, PERSON)
    later = replace(ports, features=SomeHaveLeft(ports.features, {token}))
    with pytest.raises(NoLongerEmployed, match=token):
        score(later, ScoreRequest(PERSON))
    (event,) = ports.audit.events(limit=1)
    assert (event.kind, event.subject) == (AuditEventKind.SCORING_REFUSED, token)
    assert captured(ports) == []


def test_a_score_without_reasons_is_the_same_score_and_does_not_replace_an_explained_one(ports):
    (explained,) = score(ports, ScoreRequest(PERSON))
    (bare,) = score(ports, ScoreRequest(PERSON), options=ScoreOptions(with_reasons=False))
    assert bare.risk == pytest.approx(explained.risk, abs=1e-6)
    assert (bare.reasons, bare.band) == ((), explained.band)
    assert ports.scores.find(token_of(ports, PERSON)).prediction_id == explained.prediction_id


def test_the_callers_inference_id_is_captured_with_the_score(ports):
    score(ports, ScoreRequest(PERSON), options=ScoreOptions(inference_id="run-7"))
    assert captured(ports)[-1].inference_id == "run-7"


def test_a_variant_that_does_not_serve_answers_nothing(ports):
    with pytest.raises(UnknownVariant, match="version-9"):
        score(ports, ScoreRequest(PERSON), options=ScoreOptions(target_variant="version-9"))
    assert captured(ports) == []
