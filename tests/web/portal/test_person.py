"""A person's page: who sees it, what it says, and how a decision is taken from it."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from litestar import Litestar

from led_people import ANA, CAI, DEE, FAY, HOSTILE, lead
from portal_visits import Visitor, visitor
from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.callers import Caller
from stayline.domain.oversight import OversightPolicy
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.domain.roles import Role
from stayline.settings import Settings
from stayline.usecases.record_decision import record_decision
from stayline.web.app import create_app
from stayline.web.portal.person_words import in_steps
from stores import SetClock

REASON = "Worked eleven weekends since June and asked for help."
_SENDING = re.compile(r'name="sending" value="(\w+)"')


class Desk:
    """Somebody at the portal, on a clock that a test sets."""

    def __init__(self, app: Litestar, ports: Ports, clock: SetClock, visit: Visitor) -> None:
        self.app, self.ports, self.clock, self.visit = app, ports, clock, visit

    def token(self, hr_id: str) -> EmployeeToken:
        return pseudonym(self.ports.secrets.token_key(), hr_id)

    def path(self, hr_id: str) -> str:
        return f"/portal/people/{self.token(hr_id)}"

    def look(self, hr_id: str = CAI) -> str:
        """Open a person's page, read for a while, and return it."""
        answer = self.visit.get(self.path(hr_id))
        self.clock.instant += timedelta(seconds=20)
        assert answer.status_code == 200
        self.sending = "".join(_SENDING.findall(answer.text))
        return answer.text

    def decide(self, hr_id: str = CAI, *, follow: bool = True, **fields: str):
        sent = {"action": "workload_review", "reason": REASON, "sending": self.sending}
        return self.visit.post(f"{self.path(hr_id)}/decisions", follow=follow, **sent | fields)

    def become(self, *roles: str, name: str = "ana") -> None:
        """Sign out, and in again in other roles."""
        self.visit.post("/portal/sign-out")
        self.visit.sign_in(*roles, name=name)

    def events(self, kind: AuditEventKind):
        return list(self.ports.audit.between(kinds={kind}))


@pytest.fixture
def desk(home: Path) -> Iterator[Desk]:
    clock = SetClock(datetime.now(UTC))
    ports = build(Settings(home=home), clock=clock)
    lead(ports, clock.instant)
    app = create_app(ports, Settings(home=home), environment={})
    with visitor(app) as visit:
        visit.sign_in("manager", name="ana", hr_id=ANA)
        yield Desk(app, ports, clock, visit)


def main_of(text: str) -> str:
    """Return what a page says itself, without what differs from form to form."""
    return re.sub(r'value="[^"]*"', "", text[text.index("<main") :])


def test_a_manager_reads_score_reasons_uncertainty_age_and_source(desk: Desk) -> None:
    text = desk.look()
    for said in (
        "Risk of leaving", "Others with such a risk", "Average the model starts from", "just now",
        "made on request", "Why the model says so", "points", "version 1",
        "From the average to this risk", "No interval belongs to one person",
        "What this score must not be used for", "never a verdict",
    ):  # fmt: skip
        assert said in text
    assert "<desc" in text
    (seen,) = desk.events(AuditEventKind.EMPLOYEE_VIEWED)
    assert (seen.actor, seen.subject) == ("ana", desk.token(CAI))
    assert seen.details["shown_reasons"] is True


def test_a_persons_page_stands_in_the_part_of_the_team(desk: Desk) -> None:
    assert '<a href="/portal/team" aria-current="true">My team</a>' in desk.look()


def test_list_and_page_say_alike_where_nobody_was_measured_with_such_a_risk(desk: Desk) -> None:
    """A risk far above every tenth's is not told by the nearest tenth as though it were its own."""
    desk.look()
    kept = desk.ports.scores.find(desk.token(CAI))
    assert kept is not None
    for risk, told in ((0.999, "too few alike to tell"), (kept.risk, "of 100 alike")):
        assert desk.ports.scores.put([replace(kept, risk=risk, scored_at=desk.clock.instant)])
        desk.clock.instant += timedelta(seconds=1)
        rows = desk.visit.get("/portal/team").text.split("<tr>")
        (row,) = [row for row in rows if desk.path(CAI) in row]
        assert told in row
        page = desk.look()
        assert ("too few to tell" in page) is (told == "too few alike to tell")


def test_lines_of_a_refused_reason_come_back_as_they_were_typed(desk: Desk) -> None:
    desk.look()
    answer = desk.decide(action="", reason="One line of it,\r\nand a second one.")
    assert answer.status_code == 422
    assert ">One line of it,\nand a second one.</textarea>" in answer.text


def test_the_steps_of_the_picture_add_up_to_the_risk(desk: Desk) -> None:
    desk.look()
    entry = desk.ports.scores.find(desk.token(CAI))
    assert entry is not None
    assert entry.base_risk is not None
    total = entry.base_risk + sum(change for _, change in in_steps(entry.reasons))
    assert total == pytest.approx(entry.risk, abs=1e-4)


def test_hr_ids_are_in_no_address_and_hostile_names_stay_text(desk: Desk) -> None:
    text = desk.look()
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<bdi>" in text
    assert not re.search(rf'(href|action)="[^"]*/{CAI}\b', text)


def test_another_lines_person_a_stranger_and_nonsense_get_one_and_the_same_page(
    desk: Desk,
) -> None:
    own = main_of(desk.visit.get(desk.path(FAY)).text)
    assert "No score can be shown here" in own
    for path in ("0" * 32, "nonsense", "<b>", "x" * 3000, FAY, "%00", "..%2f"):
        answer = desk.visit.get(f"/portal/people/{path}")
        assert answer.status_code in (200, 404)
        if answer.status_code == 200:
            assert main_of(answer.text) == own
    refusals = desk.events(AuditEventKind.ACCESS_REFUSED)
    assert refusals[0].actor == "ana"
    assert refusals[0].subject == desk.token(FAY)
    assert refusals[0].details == {"operation": "view_employee", "because": "outside_line"}
    assert desk.ports.scores.find(desk.token(FAY)) is None


def test_a_decision_about_another_lines_person_is_refused_and_audited(desk: Desk) -> None:
    desk.look()
    answer = desk.decide(FAY)
    assert "No score can be shown here" in answer.text
    assert desk.ports.decisions.decisions(desk.token(FAY)) == []
    (refusal,) = desk.events(AuditEventKind.ACCESS_REFUSED)
    assert refusal.details["operation"] == "decide"


def test_who_opted_out_gets_the_page_of_nobody(desk: Desk) -> None:
    nobody = main_of(desk.visit.get(f"/portal/people/{'0' * 32}").text)
    desk.look()
    assert desk.decide().status_code == 200
    opt_out(desk, CAI)
    assert main_of(desk.visit.get(desk.path(CAI)).text) == nobody
    assert main_of(desk.visit.get(f"{desk.path(CAI)}?done=recorded").text) == nobody
    assert main_of(desk.decide(reason="Something quite different was said today.").text) == nobody


def test_who_may_see_opt_outs_is_told_of_one(desk: Desk) -> None:
    opt_out(desk, CAI)
    desk.become("hr_partner", "privacy_officer")
    text = desk.visit.get(desk.path(CAI)).text
    assert "This person opted out on" in text
    assert "Record my decision" not in text


def opt_out(desk: Desk, hr_id: str) -> None:
    desk.ports.opt_outs.opt_out(desk.token(hr_id), at=desk.clock.instant)


def test_an_address_cannot_say_that_a_decision_was_recorded(desk: Desk) -> None:
    desk.look()
    told = desk.decide(follow=False).headers["location"]
    assert "is recorded" in desk.visit.get(told).text
    assert "is recorded" not in desk.visit.get(f"{desk.path(CAI)}?done=recorded").text
    desk.clock.instant += timedelta(minutes=1)
    assert "is recorded" not in desk.visit.get(told).text, "it was a minute ago"


def test_a_decision_is_recorded_told_and_listed(desk: Desk) -> None:
    desk.look()
    answer = desk.decide(follow=False)
    assert answer.status_code == 303
    text = desk.visit.get(answer.headers["location"]).text
    assert "Your decision is recorded" in text
    assert REASON in text
    assert "A review of the workload" in text
    (kept,) = desk.ports.decisions.decisions(desk.token(CAI))
    assert (kept.decided_by, kept.reason) == ("ana", REASON)
    assert kept.prediction_id is None


def test_a_form_sent_twice_is_recorded_once(desk: Desk) -> None:
    desk.look()
    assert [desk.decide(follow=False).status_code for _ in range(3)] == [303] * 3
    assert len(desk.ports.decisions.decisions(desk.token(CAI))) == 1
    assert len(desk.events(AuditEventKind.DECISION_RECORDED)) == 1


def test_a_form_sent_again_with_other_words_is_refused_and_keeps_them(desk: Desk) -> None:
    desk.look()
    assert desk.decide(follow=False).status_code == 303
    other = "Spoke of boredom after three equal years here."
    answer = desk.decide(reason=other)
    assert answer.status_code == 422
    assert "was sent before" in answer.text
    assert other in answer.text
    assert len(desk.ports.decisions.decisions(desk.token(CAI))) == 1


def test_the_same_sending_of_somebody_else_is_another_one(desk: Desk) -> None:
    desk.look()
    assert desk.decide(follow=False).status_code == 303
    sending = desk.sending
    desk.become("hr_partner", name="bo")
    desk.look()
    assert desk.decide(follow=False, sending=sending).status_code == 303
    assert len(desk.ports.decisions.decisions(desk.token(CAI))) == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": "too short"}, "at least 20 are needed"),
        ({"reason": "the employee has a high risk score"}, "reads like a template"),
        ({"reason": f"{HOSTILE} worked eleven weekends " * 200}, "4000"),
        ({"action": "dismissal"}, "Choose what you decided"),
        ({"action": ""}, "Choose what you decided"),
        ({"prediction_id": "made-up"}, "No prediction of that id"),
        ({"sending": ""}, "1 to 64 characters"),
    ],
)
def test_what_is_refused_keeps_what_was_typed(
    desk: Desk, fields: dict[str, str], said: str
) -> None:
    desk.look()
    answer = desk.decide(**fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Your decision was not recorded" in answer.text
    assert "<script" not in answer.text
    kept = fields.get("reason", REASON)[:20].replace("<", "&lt;").replace('"', "&#34;")
    assert kept.split("'")[0] in answer.text
    if "action" not in fields:
        assert 'value="workload_review" selected' in answer.text
    assert desk.ports.decisions.decisions(desk.token(CAI)) == []


def test_who_decides_in_haste_is_told_to_read_first(desk: Desk) -> None:
    desk.look()
    desk.clock.instant -= timedelta(seconds=18)
    answer = desk.decide()
    assert answer.status_code == 422
    assert "less than 5 s ago" in answer.text
    assert REASON in answer.text


def test_a_copy_of_an_earlier_reason_is_refused(desk: Desk) -> None:
    desk.look()
    desk.decide()
    desk.look(DEE)
    answer = desk.decide(DEE)
    assert answer.status_code == 422
    assert "nearly the same reason for somebody else" in answer.text


def test_a_form_without_the_key_of_the_session_changes_nothing(desk: Desk) -> None:
    desk.look()
    assert desk.decide(form_key="").status_code == 403
    assert desk.ports.decisions.decisions(desk.token(CAI)) == []


def test_hostile_reasons_of_others_stay_text(desk: Desk) -> None:
    desk.look()
    hostile = f"{HOSTILE} asked for fewer night shifts since the move"
    assert desk.decide(reason=hostile, follow=False).status_code == 303
    text = desk.look()
    assert "<script" not in text
    assert "javascript:alert(2)" in text
    assert 'href="javascript:' not in text


def test_what_could_change_is_about_work_and_says_that_it_promises_nothing(desk: Desk) -> None:
    text = desk.look()
    changes = text[text.index('id="changes"') : text.index('id="decide"')]
    assert "no promise" in changes
    assert "Monthly income" in changes
    assert "MonthlyIncome" not in changes
    rows = changes[: changes.index("Age, sex, family")]
    for never in ("Age", "Gender", "Marital", "Distance", "Education"):
        assert never not in rows
    (weighed,) = desk.events(AuditEventKind.CHANGES_WEIGHED)
    assert (weighed.actor, weighed.subject) == ("ana", desk.token(CAI))


def test_many_decisions_come_page_by_page_and_nonsense_in_the_query_is_no_error(
    desk: Desk,
) -> None:
    desk.look()
    desk.decide()
    (one,) = desk.ports.decisions.decisions(desk.token(CAI))
    for number in range(44):
        at = one.decided_at - timedelta(days=number + 1)
        again = replace(one, decision_id=f"d-{number}", reason=f"Reason {number}", decided_at=at)
        desk.ports.decisions.add(again)
    first, last = desk.look(), desk.visit.get(f"{desk.path(CAI)}?older=3").text
    assert "1 of 3" in first
    assert "Reason 43" in last
    assert "Reason 43" not in first
    assert "Reason 43" in desk.visit.get(f"{desk.path(CAI)}?older=4").text
    for older in ("0", "-9", "99999999999", "abc"):
        assert desk.visit.get(f"{desk.path(CAI)}?older={older}").status_code == 404
    assert desk.visit.get(f"{desk.path(CAI)}?done=<script>").text.count("<script") == 0


def test_scores_made_before_are_listed(desk: Desk) -> None:
    assert "None before this one" in desk.look()
    desk.ports.scores.erase(desk.token(CAI))
    text = desk.look()
    assert "Scores that were made on request, newest first" in text


def test_roles_without_a_right_to_it_see_nobody(desk: Desk) -> None:
    desk.become("analyst")
    assert desk.visit.get(desk.path(CAI)).status_code == 403
    desk.become("hr_partner")
    assert "Risk of leaving" in desk.look(FAY)


def test_two_sendings_at_the_very_same_moment_are_recorded_once(desk: Desk) -> None:
    desk.look()
    together = Barrier(4)

    def send(_: int) -> str:
        together.wait()
        return record_decision(
            desk.token(CAI), action="mentoring", reason=REASON, sent_as="form-1",
            caller=Caller("ana", frozenset({Role.HR_PARTNER}), is_human=True),
            policy=OversightPolicy(), features=desk.ports.features,
            decisions=desk.ports.decisions, register=desk.ports.register,
            directory=desk.ports.directory, audit=desk.ports.audit, clock=desk.clock,
        ).decision_id  # fmt: skip

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(send, range(4)))) == 1
    assert len(desk.ports.decisions.decisions(desk.token(CAI))) == 1
    assert len(desk.events(AuditEventKind.DECISION_RECORDED)) == 1
