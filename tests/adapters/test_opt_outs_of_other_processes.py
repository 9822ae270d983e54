"""The memory of whom the opt-out list names, while others change the list."""

import re
import sqlite3
import time
from pathlib import Path

import pytest

from stayline.adapters.embedded.change_mark import OPT_OUTS, ChangeMark
from stayline.adapters.embedded.database import open_database
from stayline.adapters.embedded.opt_out_list import FRESH_S, MOST_NAMED, SqliteOptOutList
from stayline.domain.pseudonyms import EmployeeToken
from store_processes import opt_out_until_killed, told
from stores import ANA, BO, HOUR, NOON

PEOPLE = 300
"""So many opt out before a test ends."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def opened(path: Path) -> SqliteOptOutList:
    return SqliteOptOutList(open_database(path, "state"))


def test_whoever_opts_out_in_another_process_is_barred_once_that_has_returned(path: Path) -> None:
    kept = opened(path)
    assert not kept.is_opted_out(BO, at=NOON)
    seen = 0
    with told(2, opt_out_until_killed, path) as listen:
        while seen < PEOPLE:
            for token in re.findall(".{32}", listen().decode()):
                assert kept.is_opted_out(EmployeeToken(token), at=NOON)
                assert not kept.is_opted_out(BO, at=NOON)
                seen += 1


def test_a_process_killed_in_the_middle_leaves_nobody_overlooked(path: Path) -> None:
    kept = opened(path)
    for _ in range(10):
        with told(2, opt_out_until_killed, path) as listen:
            while not listen():
                pass
        out = kept.opted_out(at=NOON)
        assert kept.opted_out_of(sorted(out), at=NOON) == out
        assert not kept.is_opted_out(BO, at=NOON)


def test_while_a_change_is_under_way_and_after_it_no_older_mark_holds(path: Path) -> None:
    kept = opened(path)
    mark = ChangeMark(open_database(path, "state"), OPT_OUTS)
    before = mark.seen()
    assert before is not None
    assert before == mark.seen()
    with mark.changing():
        assert mark.seen() is None
        assert not kept.is_opted_out(ANA, at=NOON)
    assert mark.seen() not in (None, before)


def test_a_change_that_fails_leaves_a_mark_that_holds(path: Path) -> None:
    mark = ChangeMark(open_database(path, "state"), OPT_OUTS)
    with pytest.raises(ZeroDivisionError), mark.changing():
        raise ZeroDivisionError
    assert mark.seen() is not None


def test_what_a_killed_process_left_odd_is_even_after_the_next_change(path: Path) -> None:
    kept, mark = opened(path), ChangeMark(open_database(path, "state"), OPT_OUTS)
    with path.with_name(OPT_OUTS).open("ab") as file:
        file.write(b".")
    assert mark.seen() is None
    kept.opt_out(ANA, at=NOON)
    assert mark.seen() is not None
    assert kept.is_opted_out(ANA, at=NOON)


def test_without_its_mark_the_list_is_read(path: Path) -> None:
    kept, other = opened(path), opened(path)
    assert not kept.is_opted_out(ANA, at=NOON)
    path.with_name(OPT_OUTS).unlink()
    other.opt_out(ANA, at=NOON)
    path.with_name(OPT_OUTS).unlink()
    assert kept.is_opted_out(ANA, at=NOON)


def test_who_is_named_but_not_barred_at_the_instant_is_told_apart(path: Path) -> None:
    kept = opened(path)
    kept.opt_out(ANA, at=NOON)
    kept.opt_in(ANA, at=NOON + HOUR)
    kept.opt_out(BO, at=NOON)
    assert kept.opted_out_of([ANA, BO], at=NOON) == {ANA, BO}
    assert kept.opted_out_of([ANA, BO], at=NOON + HOUR) == {BO}


def test_of_too_many_to_remember_each_is_looked_up(path: Path) -> None:
    kept = opened(path)
    everyone = [f"{number:032x}" for number in range(MOST_NAMED + 1)]
    insert_past_us(path, everyone)
    tokens = [EmployeeToken(token) for token in everyone[-1000:]]
    assert kept.opted_out_of([*tokens, ANA], at=NOON) == set(tokens)
    kept.opt_out(ANA, at=NOON)
    assert kept.is_opted_out(ANA, at=NOON)


def test_a_list_changed_past_us_is_believed_after_a_second(path: Path) -> None:
    kept = opened(path)
    assert not kept.is_opted_out(ANA, at=NOON)
    insert_past_us(path, [ANA])
    time.sleep(FRESH_S * 1.1)
    assert kept.is_opted_out(ANA, at=NOON)


def insert_past_us(path: Path, tokens: list[str]) -> None:
    connection = sqlite3.connect(path)
    rows = [(token, 0) for token in tokens]
    with connection:
        connection.executemany("INSERT INTO opt_outs (token, since) VALUES (?, ?)", rows)
    connection.close()
