"""Outcomes into a real home: labels by event, and people by HR id."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.outcomes import PersonOutcome
from stayline.domain.pseudonyms import pseudonym
from stayline.errors import ExtractUnreadable
from stayline.settings import Settings
from stayline.usecases.import_outcomes import import_outcomes
from stores import HOUR, NOON, SetClock

LABEL = '{{"groundTruthData":{{"data":"{}","encoding":"CSV"}},"eventMetadata":{{"eventId":"{}"}}}}'
HEADER = "employee_id,left_on,seen_until,voluntary,reason"


@dataclass
class Home:
    folder: Path
    clock: SetClock = field(default_factory=SetClock)
    ports: Ports = field(init=False)

    def __post_init__(self):
        self.ports = build(Settings(home=self.folder), clock=self.clock)
        people = [(self.token(name), NOON, name, None, None) for name in ("17", "18", "19")]
        columns = ("token", "event_time", "hr_id", "display_name", "manager")
        self.ports.directory.put(pl.DataFrame(people, schema=columns, orient="row"))

    def token(self, hr_id: str):
        return pseudonym(self.ports.secrets.token_key(), hr_id)

    def take(self, *lines: str, name: str = "outcomes"):
        path = self.folder / name
        path.write_text("\n".join(lines), "utf-8")
        ports = self.ports
        return import_outcomes(
            path, actor="ana", rejects=self.folder / "rejects", outcomes=ports.outcomes,
            directory=ports.directory, opt_outs=ports.opt_outs, audit=ports.audit,
            secrets=ports.secrets, clock=ports.clock,
        )  # fmt: skip

    def people(self):
        return {person.token: person for person in self.ports.outcomes.of_people(NOON + 99 * HOUR)}


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path)


def rejects(report) -> list[tuple[int, str, str]]:
    return pl.read_csv(report.reject_file).rows()


def test_people_are_kept_by_token_with_what_is_known_of_them(home) -> None:
    report = home.take(
        HEADER,
        "17,,2026-02-28,,",
        " 18 ,2026-02-15,2026-02-28,no,was dismissed for 4711",
        "19,2026-02-20,,,",
    )
    assert (report.rows, report.new, report.unchanged, report.rejected) == (3, 3, 0, 0)
    assert report.reject_file is None
    last = date(2026, 2, 28)
    assert home.people() == {
        outcome.token: outcome
        for outcome in (
            PersonOutcome(home.token("17"), last, NOON),
            PersonOutcome(home.token("18"), last, NOON, date(2026, 2, 15), is_voluntary=False),
            PersonOutcome(home.token("19"), date(2026, 2, 20), NOON, date(2026, 2, 20)),
        )
    }
    stored = b"".join(path.read_bytes() for path in home.folder.glob("state.db*"))
    assert b"4711" not in stored


def test_the_same_file_again_changes_nothing(home) -> None:
    lines = (HEADER, "17,,2026-02-28,,", "18,2026-02-15,2026-02-28,yes,")
    home.take(*lines)
    before = home.people()
    home.clock.instant = NOON + HOUR
    again = home.take(*lines)
    assert (again.rows, again.new, again.unchanged) == (2, 0, 2)
    assert home.people() == before


def test_of_changed_outcomes_the_last_known_counts_and_an_older_file_takes_nothing_back(
    home,
) -> None:
    home.take(HEADER, "17,,2026-01-31,,")
    home.clock.instant = NOON + HOUR
    home.take(HEADER, "17,2026-02-10,2026-02-28,,")
    home.clock.instant = NOON + 2 * HOUR
    assert home.take(HEADER, "17,,2026-01-31,,").new == 0
    assert home.people()[home.token("17")].left_on == date(2026, 2, 10)


def test_what_cannot_be_true_is_named_by_its_line_and_the_others_are_kept(home) -> None:
    report = home.take(
        HEADER,
        "17,,2026-02-30,,",
        "17,2026-03-02,2026-03-02,,",
        "",
        "17,2026-02-20,2026-02-10,,",
        "17,,,,",
        ",2026-02-01,2026-02-10,,",
        "17,1066-01-01,2026-02-10,,",
        "17,2026-02-01,2026-02-10,perhaps,",
        "4711,,2026-02-10,,",
        "18,,2026-02-10,,",
    )
    assert (report.rows, report.new, report.rejected, report.unknown_people) == (9, 1, 8, 1)
    assert [(row, column) for row, column, _ in rejects(report)] == [
        (2, "seen_until"), (3, "left_on"), (5, "left_on"), (6, "seen_until"), (7, "employee_id"),
        (8, "left_on"), (9, "voluntary"), (10, "employee_id"),
    ]  # fmt: skip
    reasons = "".join(reason for _, _, reason in rejects(report))
    assert not any(told in reasons for told in ("4711", "1066", "perhaps", "2026-02-20"))
    assert list(home.people()) == [home.token("18")]


def test_labels_of_events_are_kept_whether_anyone_has_heard_of_the_event_or_not(home) -> None:
    report = home.take(
        LABEL.format(1, "e"), LABEL.format("0", "nobody"), "", LABEL.format("1.0", "f")
    )
    assert (report.rows, report.new, report.rejected) == (3, 3, 0)
    assert home.ports.outcomes.of_events(NOON) == {"e": True, "nobody": False, "f": True}
    home.clock.instant = NOON + HOUR
    again = home.take(LABEL.format(0, "e"), LABEL.format(0, "nobody"))
    assert (again.new, again.unchanged) == (1, 1)
    assert home.ports.outcomes.of_events(NOON + HOUR)["e"] is False


def test_bad_labels_and_a_torn_last_line_are_named_by_their_line(home) -> None:
    report = home.take(
        LABEL.format(1, "e"), LABEL.format("maybe", "f"), LABEL.format(1, ""), "[1]",
        LABEL.format(1, "g")[:-5],
    )  # fmt: skip
    assert (report.rows, report.new, report.rejected) == (5, 1, 4)
    assert [(row, column) for row, column, _ in rejects(report)] == [
        (2, "groundTruthData"), (3, "eventId"), (4, "line"), (5, "line"),
    ]  # fmt: skip
    assert "maybe" not in Path(report.reject_file).read_text("utf-8")


def test_who_has_opted_out_is_counted_and_not_kept(home) -> None:
    home.ports.opt_outs.opt_out(home.token("17"), at=NOON)
    report = home.take(HEADER, "17,,2026-02-28,,", "18,,2026-02-28,,")
    assert (report.rows, report.new, report.opted_out, report.rejected) == (2, 1, 1, 0)
    assert list(home.people()) == [home.token("18")]


def test_an_import_is_an_audit_event_without_personal_data(home) -> None:
    report = home.take(HEADER, "17,,2026-02-28,,", "4711,,2026-02-28,,")
    (event,) = home.ports.audit.events()
    assert (event.kind, event.actor) == (AuditEventKind.OUTCOMES_IMPORTED, "ana")
    assert event.subject == report.file_digest
    assert event.details == {
        "rows": 2, "new": 1, "opted_out": 0, "unknown_people": 1, "rejected": 1,
    }  # fmt: skip


@pytest.mark.parametrize("lines", [("a,b", "1,2"), ("",), ("employee_id,left_on", "17,")])
def test_a_file_that_is_neither_form_is_refused(home, lines) -> None:
    with pytest.raises(ExtractUnreadable):
        home.take(*lines)
    with pytest.raises(ExtractUnreadable, match="No such file"):
        import_missing(home)


def import_missing(home):
    (home.folder / "outcomes").unlink(missing_ok=True)
    ports = home.ports
    import_outcomes(
        home.folder / "none.csv", actor="ana", rejects=home.folder, outcomes=ports.outcomes,
        directory=ports.directory, opt_outs=ports.opt_outs, audit=ports.audit,
        secrets=ports.secrets, clock=ports.clock,
    )  # fmt: skip


def test_a_table_of_real_dates_is_read_like_its_text(home) -> None:
    path = home.folder / "people.parquet"
    pl.DataFrame(
        {
            "employee_id": [17.0, 18.0],
            "left_on": [None, date(2026, 2, 15)],
            "seen_until": [datetime(2026, 2, 28, tzinfo=UTC)] * 2,
            "voluntary": [None, False],
        }
    ).write_parquet(path)
    ports = home.ports
    report = import_outcomes(
        path, actor="ana", rejects=home.folder, outcomes=ports.outcomes,
        directory=ports.directory, opt_outs=ports.opt_outs, audit=ports.audit,
        secrets=ports.secrets, clock=ports.clock,
    )  # fmt: skip
    assert (report.new, report.rejected) == (2, 0)
    assert home.people()[home.token("18")].is_voluntary is False
