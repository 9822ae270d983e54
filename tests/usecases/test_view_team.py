from collections.abc import Iterator
from pathlib import Path

import pytest

from import_runs import Home
from scored_team import TENTHS, put_scores, token_of
from signed_in_home import imported
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.callers import Caller
from stayline.domain.roles import Role
from stayline.domain.scores_alike import Direction
from stayline.domain.team import TeamOrder, TeamPart, TeamWish
from stayline.errors import NoSuchPage, ScoringStopped
from stayline.usecases.set_pilot import set_pilot
from stayline.usecases.stop_scoring import stop_scoring
from stayline.usecases.view_team import A_PAGE, MOST, TeamView, view_team


@pytest.fixture(scope="module")
def imported_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = imported(tmp_path_factory.mktemp("team"))
    put_scores(home.ports, home.clock.now())
    return home


@pytest.fixture
def home(imported_home: Home) -> Iterator[Home]:
    """The home at the hour of its scores; a test that moves the clock moves it back."""
    before = imported_home.clock.instant
    yield imported_home
    imported_home.clock.instant = before


def caller(home: Home, role: Role = Role.MANAGER, hr_id: str | None = "2") -> Caller:
    token = None if hr_id is None else token_of(home.ports, hr_id)
    return Caller("ana", frozenset({role}), is_human=True, employee=token)


EVERYBODY = TeamWish()


def shown(
    home: Home, who: Caller, wish: TeamWish = EVERYBODY, page: int = 1, most: int = MOST
) -> TeamView:
    ports = home.ports
    return view_team(
        wish, page,
        scores_alike=lambda _: TENTHS, token_of=lambda hr_id: token_of(ports, hr_id),
        directory=ports.directory, features=ports.features, scores=ports.scores,
        opt_outs=ports.opt_outs, control=ports.control, audit=ports.audit, clock=ports.clock,
        caller=who, most=most,
    )  # fmt: skip


def ids(view: TeamView) -> list[str]:
    return [one.hr_id for one in view.members]


def events(home: Home) -> list[AuditEvent]:
    return [one for one in home.ports.audit.events() if one.kind is AuditEventKind.TEAM_VIEWED]


def test_a_manager_sees_the_line_and_nobody_else_what_deserves_attention_first(home: Home) -> None:
    view = shown(home, caller(home))
    assert ids(view) == ["24", "25", "29", "26", "27", "21", "28", "22", "23"]
    assert (view.found, view.pages, view.is_cut, view.base_risk) == (9, 1, False, 0.16)
    assert view.parts == {"all": 9, "high": 3, "medium": 2, "low": 2, "risen": 1, "without": 2}


def test_who_opted_out_looks_like_who_was_never_scored(home: Home) -> None:
    last = {one.hr_id: one for one in shown(home, caller(home)).members}
    assert last["22"].score is last["23"].score is None


def test_a_direction_counts_only_beyond_what_the_model_is_unsure_of(home: Home) -> None:
    ways = {
        one.hr_id: one.score.direction for one in shown(home, caller(home)).members if one.score
    }
    assert ways["24"] is Direction.HIGHER
    assert ways["27"] is Direction.LOWER
    assert ways["29"] is Direction.ALIKE
    assert ways["25"] is Direction.NONE_EARLIER


def test_the_line_goes_down_and_never_up_or_to_who_has_left(home: Home) -> None:
    everybody = ids(shown(home, caller(home, hr_id="0")))
    assert {"1", "2", "21", "101"} <= set(everybody)
    assert not {"0", "20", "30"} & set(everybody)
    assert ids(shown(home, caller(home, hr_id="20"))) == []
    assert ids(shown(home, caller(home, hr_id="29"))) == []
    assert ids(shown(home, caller(home, hr_id=None))) == []
    assert ids(shown(home, caller(home, hr_id="nobody"))) == []


def test_words_parts_and_orders_choose_and_sort(home: Home) -> None:
    who = caller(home)
    assert ids(shown(home, who, TeamWish(words="pErson 25"))) == ["25"]
    assert ids(shown(home, who, TeamWish(words="101"))) == []
    assert ids(shown(home, who, TeamWish(part=TeamPart.MEDIUM))) == ["26", "27"]
    assert ids(shown(home, who, TeamWish(part=TeamPart.RISEN))) == ["24"]
    assert ids(shown(home, who, TeamWish(part=TeamPart.WITHOUT))) == ["22", "23"]
    assert ids(shown(home, who, TeamWish(order=TeamOrder.RISK)))[:3] == ["25", "29", "24"]
    assert ids(shown(home, who, TeamWish(order=TeamOrder.NAME))) == [str(n) for n in range(21, 30)]
    assert ids(shown(home, who, TeamWish(order=TeamOrder.AGE)))[-2:] == ["22", "23"]


def test_a_page_past_the_last_is_refused_before_anything_is_noted(home: Home) -> None:
    first, last = (shown(home, caller(home, hr_id="0"), page=page) for page in (1, 2))
    assert (len(first.members), last.page, last.pages) == (A_PAGE, 2, 2)
    noted = len(home.ports.audit.events())
    with pytest.raises(NoSuchPage, match=r"no page '99'. The last one is 2"):
        shown(home, caller(home, hr_id="0"), page=99)
    assert len(home.ports.audit.events()) == noted
    assert not set(ids(first)) & set(ids(last))
    assert len(ids(first)) + len(ids(last)) == first.found


def test_an_hr_partner_sees_everybody_with_a_score_and_finds_others_by_hr_id(home: Home) -> None:
    partner = caller(home, Role.HR_PARTNER, None)
    assert ids(shown(home, partner))[:2] == ["24", "101"]
    assert not {"20", "30"} & set(ids(shown(home, partner)))
    assert "50" not in ids(shown(home, partner))
    found = shown(home, partner, TeamWish(words="55")).members
    assert [(one.hr_id, one.score) for one in found] == [("55", None)]
    assert ids(shown(home, partner, TeamWish(words="30"))) == []


def test_whoever_leads_more_than_are_listed_finds_the_others_of_the_line_by_hr_id(
    home: Home,
) -> None:
    lead, second = caller(home, hr_id="0"), caller(home)
    assert shown(home, lead, most=3).is_cut
    assert shown(home, lead, most=3).found == 3
    assert ids(shown(home, lead, TeamWish(words="77"), most=3)) == ["77"]
    assert ids(shown(home, second, TeamWish(words="77"), most=3)) == []
    for nobody_in_it in ("0", "2"):
        found = ids(shown(home, second, TeamWish(words=nobody_in_it), most=3))
        assert nobody_in_it not in found


def test_each_page_is_one_event_without_anybodys_name(home: Home) -> None:
    before = len(events(home))
    shown(home, caller(home), TeamWish(words="Person 25"))
    (event,) = events(home)[before:]
    assert (event.actor, event.subject) == ("ana", "ana")
    assert event.details == {
        "shown": 1, "shown_scores": 1, "found": 1, "page": 1, "part": "all", "order": "attention",
        "has_words": True, "reach": "own_line", "employee": token_of(home.ports, "2"),
    }  # fmt: skip


def test_who_is_outside_a_pilot_looks_like_who_was_never_scored(tmp_path: Path) -> None:
    home = imported(tmp_path)
    ports = home.ports
    set_pilot(
        ["Site=North"], reason="The pilot begins with the people of the north.", by="bo",
        until=None, features=ports.features, scores=ports.scores, control=ports.control,
        clock=ports.clock,
    )  # fmt: skip
    put_scores(ports, home.clock.now())
    view = shown(home, caller(home))
    assert [one.hr_id for one in view.members if one.score] == ["24", "27", "21"]
    assert [one.hr_id for one in view.members if not one.score] == [
        *("22", "23", "25", "26", "28", "29")
    ]


def test_while_scoring_is_stopped_nobody_is_shown_and_the_refusal_stands(tmp_path: Path) -> None:
    home = imported(tmp_path)
    stop_scoring(
        reason="It scores people of the wrong site.", by="bo",
        control=home.ports.control, clock=home.ports.clock,
    )  # fmt: skip
    with pytest.raises(ScoringStopped):
        shown(home, caller(home))
    last = list(home.ports.audit.events())[-1]
    assert (last.kind, last.actor) == (AuditEventKind.REQUEST_REFUSED, "ana")
    assert events(home) == []
