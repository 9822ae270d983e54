from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from page_reading import check_page, elements, visible_text
from stayline.domain.override_rates import OverrideRate, rate_of
from stayline.domain.pilot_report import Coverage, Figures, PilotFigure, PilotReport, Week
from stayline.reports.pilot_page import pilot_page

HOSTILE = "</td></table><script>alert(1)</script> \u202e\u05e9\u05dc\u05d5\u05dd\x00" + "long" * 300


def rate(name: str, decisions: int, none: int, disputed: int, n: int) -> OverrideRate:
    return OverrideRate(
        name, decisions, rate_of(none, n), rate_of(disputed, n), rate_of(none + disputed, n),
        is_extreme=n >= 20 and none + disputed == 0,
    )  # fmt: skip


def figure(of: str, name: str, value: float, n: int) -> PilotFigure:
    return PilotFigure(of, name, value, value - 0.08, value + 0.07, n)


REPORT = PilotReport(
    scope="Department is Sales or Research & Development",
    set_by="ana",
    reason="As agreed with the works council for three months.",
    since=datetime(2026, 9, 1, 8, tzinfo=UTC),
    until=datetime(2026, 9, 24, 8, tzinfo=UTC),
    made_at=datetime(2026, 9, 24, 8, tzinfo=UTC),
    coverage=Coverage(in_scope=1407, scored=1380, opted_out=12, viewed=214),
    views=412,
    viewers=9,
    weeks=(
        Week(date(2026, 8, 31), 120, 8, 14), Week(date(2026, 9, 7), 150, 9, 31),
        Week(date(2026, 9, 14), 0, 0, 0), Week(date(2026, 9, 21), 142, 7, 12),
    ),
    decisions={"stay_conversation": 31, "no_action": 14, "workload_review": 12},
    overall=rate("everybody", 57, 9, 3, 48),
    rates=(rate("u-1042", 24, 0, 0, 22), rate("u-2310", 30, 8, 3, 26), rate("u-7", 3, 0, 0, 0)),
    quality=Figures(
        tuple(figure("with labels", name, 0.4, 96) for name in ("recall", "precision", "auc")),
        "", "answers of version 3",
    ),
    fairness=Figures(
        (figure("Gender = Female", "DPPL", -0.02, 580), figure("Gender = Male", "DPPL", 0.02, 827)),
        "", "the window of 2026-09-20 to 2026-09-21",
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def page() -> str:
    return pilot_page(REPORT)


def test_the_page_is_self_contained_and_readable_without_eyes(page: str):
    check_page(page)


def test_equal_reports_give_equal_bytes(page: str):
    assert pilot_page(replace(REPORT)) == page


def test_every_week_action_decider_and_figure_is_told(page: str):
    rows = [element.text for element in elements(page) if element.tag == "tr"]
    for start in (
        "2026-08-31 120 8 14", "2026-09-14 0 0 0", "Stay conversation 31 54", "No action 14 24",
        "everybody 57 48", "u-1042 24 22", "u-7 3 0 none yet none yet none yet",
        "with labels recall", "Gender = Female DPPL",
    ):  # fmt: skip
        assert any(row.startswith(start) for row in rows), start
    assert "12" in next(row for row in rows if row.startswith("Opted out of scoring"))
    assert next(row for row in rows if row.startswith("u-1042")).endswith("asked for")


def test_what_is_not_known_is_said():
    nothing = replace(
        REPORT, decisions={}, quality=Figures((), "No answer is kept."),
        fairness=Figures((), "No window was looked at."),
    )  # fmt: skip
    page = pilot_page(nothing)
    check_page(page)
    text = visible_text(page)
    for said in ("No answer is kept.", "No window was looked at.", "Nobody has decided anything"):
        assert said in text


def test_hostile_words_stay_words():
    page = pilot_page(
        replace(
            REPORT, reason=HOSTILE, scope=HOSTILE, set_by=HOSTILE,
            rates=(rate(HOSTILE, 1, 0, 0, 0),), decisions={HOSTILE: 1},
        )
    )  # fmt: skip
    check_page(page)
    assert "<script>" not in page
