"""Labels joined to answers, held against a plain reading of the rules."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.outcomes import PersonOutcome
from stayline.modelling.watching.labels import NoLabel, covered_until, labelled
from stores import ANA, BO, NOON

HORIZON = 6
T = datetime(2026, 1, 31, 12, tzinfo=UTC)
END = date(2026, 7, 31)
DAY = timedelta(days=1)


def answers(*rows: tuple[str, str | None, datetime]) -> pl.DataFrame:
    return pl.DataFrame(
        [(event, None, token, at) for event, token, at in rows],
        schema={
            "event_id": pl.String,
            "inference_id": pl.String,
            "token": pl.String,
            "inferred_at": pl.Datetime("us", "UTC"),
        },
        orient="row",
    )


def joined(people, rows=None, events=None, horizon: int | None = HORIZON):
    frame = answers(("e", ANA, T)) if rows is None else rows
    return labelled(frame, events=events or {}, people=people, horizon_months=horizon)


def of_ana(seen_until: date, left_on: date | None = None, **changed) -> PersonOutcome:
    return PersonOutcome(ANA, seen_until, NOON, left_on, **changed)


def label(*people: PersonOutcome, **options) -> tuple[bool | None, str | None]:
    return joined(people, **options).frame.select("label", "why").row(0)


THERE = PersonOutcome(BO, END, NOON)


def test_who_left_within_the_horizon_is_true_up_to_its_last_day() -> None:
    assert label(of_ana(END, END), THERE) == (True, None)
    assert label(of_ana(END, T.date() + DAY), THERE) == (True, None)
    assert label(of_ana(END + DAY, END + DAY), THERE) == (False, None)


def test_who_was_seen_on_the_last_day_of_the_horizon_stayed() -> None:
    assert label(of_ana(END), THERE) == (False, None)
    assert label(of_ana(END - DAY), THERE) == (None, NoLabel.NOT_RIPE)


def test_who_left_early_has_no_label_before_the_others_can_have_one() -> None:
    early = of_ana(END, T.date() + DAY)
    there_before = PersonOutcome(BO, END - DAY, NOON)
    assert label(early, there_before) == (None, NoLabel.NOT_RIPE)
    assert label(early, THERE) == (True, None)


def test_who_had_left_before_the_answer_is_unknown_like_one_never_heard_of() -> None:
    assert label(of_ana(END, T.date()), THERE) == (None, NoLabel.UNKNOWN_PERSON)
    assert label(THERE) == (None, NoLabel.UNKNOWN_PERSON)
    nameless = answers(("e", None, T))
    assert label(THERE, rows=nameless) == (None, NoLabel.UNKNOWN_PERSON)


def test_leaving_that_was_not_their_choice_is_no_label_within_the_horizon_only() -> None:
    assert label(of_ana(END, END, is_voluntary=False), THERE) == (None, NoLabel.INVOLUNTARY)
    later = of_ana(END + DAY, END + DAY, is_voluntary=False)
    assert label(later, THERE) == (False, None)


def test_a_label_of_the_event_goes_before_what_is_known_of_the_person() -> None:
    stayed = of_ana(END)
    assert label(stayed, THERE, events={"e": True}) == (True, None)
    assert label(of_ana(END, END, is_voluntary=False), events={"e": False}) == (False, None)
    by_inference = answers(("f", ANA, T)).with_columns(pl.lit("i").alias("inference_id"))
    assert label(rows=by_inference, events={"i": True, "f": False}) == (False, None)
    assert label(rows=by_inference, events={"i": True}) == (True, None)


def test_labels_of_unknown_events_are_counted() -> None:
    found = joined([THERE], events={"e": True, "nobody": True, "else": False})
    assert (found.from_events, found.from_people, found.unknown_events) == (1, 0, 2)


def test_without_a_horizon_only_events_have_labels() -> None:
    assert label(of_ana(END), horizon=None) == (None, NoLabel.NOT_RIPE)
    assert label(of_ana(END), horizon=None, events={"e": False}) == (False, None)


def test_nothing_joined_with_nothing_is_nothing() -> None:
    found = joined([], answers())
    assert found.frame.columns[-2:] == ["label", "why"]
    assert (found.frame.height, found.from_people, found.without) == (0, 0, {})


def test_covered_is_until_when_half_of_those_still_there_were_seen() -> None:
    assert covered_until([]) is None
    stray = PersonOutcome(ANA, END + 99 * DAY, NOON)
    others = [PersonOutcome(f"{n}", END, NOON) for n in range(2)]
    assert covered_until([stray, *others]) == END
    assert covered_until([of_ana(END, END)]) == END


DATES = st.dates(date(2025, 11, 1), date(2027, 2, 1))
PEOPLE = st.lists(
    st.builds(
        lambda token, days, gap, voluntary: PersonOutcome(
            token, days, NOON, None if gap is None else days - gap * DAY, voluntary
        ),
        token=st.sampled_from("abcdef"),
        days=DATES,
        gap=st.none() | st.integers(0, 90),
        voluntary=st.booleans(),
    ),
    unique_by=lambda person: person.token,
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["e1", "e2", "e3", "e4"]),
        st.none() | st.sampled_from("abcdefg"),
        st.builds(lambda day, at: datetime.combine(day, at, UTC), DATES, st.times()),
    ),
    max_size=8,
)


@given(ROWS, PEOPLE, st.dictionaries(st.sampled_from(["e1", "e2", "x"]), st.booleans()),
       st.integers(1, 8))  # fmt: skip
def test_every_row_has_the_label_that_a_plain_reading_gives_it(
    rows, people, events, months
) -> None:
    found = joined(people, answers(*rows), events, months)
    known = {person.token: person for person in people}
    covered = covered_until(people)
    expected = [plainly(row, known, events, months, covered) for row in rows]
    assert found.frame.select("label", "why").rows() == expected
    assert found.frame.drop("label", "why").equals(answers(*rows))
    assert found.from_events == sum(row[0] in events for row in rows)
    assert found.from_events + found.from_people + sum(found.without.values()) == len(rows)
    assert found.unknown_events == len(set(events) - {row[0] for row in rows})


def plainly(row, known, events, months, covered):
    event, token, at = row
    if event in events:
        return events[event], None
    person = known.get(token)
    if person is None or (person.left_on is not None and person.left_on <= at.date()):
        return None, "unknown person"
    end = months_later(at.date(), months)
    if person.left_on is not None and person.left_on <= end:
        if not person.is_voluntary:
            return None, "left involuntarily"
        return (True, None) if end <= covered else (None, "not ripe")
    if person.seen_until >= end and end <= covered:
        return False, None
    return None, "not ripe"


def months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
