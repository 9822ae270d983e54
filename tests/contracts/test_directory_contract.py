from itertools import pairwise

import polars as pl

from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.directory import MOST_LEVELS, DirectoryEntry
from stores import ANA, BO, HOUR, NOON, Backend


def entries(*rows: tuple) -> pl.DataFrame:
    names = {
        "token": pl.String,
        "event_time": pl.Datetime("us", "UTC"),
        "hr_id": pl.String,
        "display_name": pl.String,
        "manager": pl.String,
    }
    return pl.DataFrame(list(rows), schema=names, orient="row")


def test_the_newest_event_counts_not_the_last_written(backend: Backend) -> None:
    backend.directory().put(entries((ANA, NOON, "17", "Ána 安娜", BO)))
    backend.directory().put(entries((ANA, NOON - HOUR, "17", "Old Name", None)))
    assert backend.directory().find(ANA) == DirectoryEntry(ANA, "17", NOON, "Ána 安娜", BO)


def test_an_unknown_person_is_none(backend: Backend) -> None:
    assert backend.directory().find(ANA) is None
    assert backend.directory().erase(ANA) == 0


def test_a_repeated_put_changes_nothing_and_a_correction_counts_once(backend: Backend) -> None:
    directory = backend.directory()
    two = entries((ANA, NOON, "17", None, None), (BO, NOON, "18", None, None))
    assert directory.put(two) == 2
    assert directory.put(two) == 0
    assert directory.put(entries((ANA, NOON, "17", "Ana", None))) == 1
    assert directory.find(ANA).display_name == "Ana"


def test_of_two_rows_with_one_key_the_later_counts_and_a_repeat_changes_nothing(
    backend: Backend,
) -> None:
    twice = entries((ANA, NOON, "17", "First", None), (ANA, NOON, "17", "Second", None))
    assert backend.directory().put(twice) == 1
    assert backend.directory().put(twice) == 0
    assert backend.directory().find(ANA).display_name == "Second"


def test_an_empty_put_is_fine(backend: Backend) -> None:
    assert backend.directory().put(entries()) == 0


def test_erasing_removes_every_entry_of_one_person_only(backend: Backend) -> None:
    directory = backend.directory()
    directory.put(
        entries((ANA, NOON, "17", "A", None), (ANA, NOON - HOUR, "17", "A", None),
                (BO, NOON, "18", "B", None))
    )  # fmt: skip
    assert directory.erase(ANA) == 2
    assert directory.find(ANA) is None
    assert directory.find(BO) is not None
    assert directory.problems() == []


def test_managers_are_told_nearest_first_by_the_newest_entries(backend: Backend) -> None:
    cy, di = EmployeeToken("c" * 32), EmployeeToken("d" * 32)
    directory = backend.directory()
    directory.put(entries((ANA, NOON - HOUR, "1", None, di), (ANA, NOON, "1", None, BO)))
    directory.put(entries((BO, NOON, "2", None, cy), (cy, NOON, "3", None, None)))
    assert list(backend.directory().managers_above(ANA)) == [BO, cy]
    assert list(directory.managers_above(cy)) == []
    assert list(directory.managers_above(di)) == []


def test_a_manager_who_is_not_here_is_above_nobody(backend: Backend) -> None:
    directory = backend.directory()
    directory.put(entries((ANA, NOON, "1", None, BO)))
    assert list(directory.managers_above(ANA)) == []


def test_circles_and_endless_lines_of_managers_end(backend: Backend) -> None:
    directory = backend.directory()
    directory.put(entries((ANA, NOON, "1", None, BO), (BO, NOON, "2", None, ANA)))
    assert list(directory.managers_above(ANA)) == [BO]
    tokens = [EmployeeToken(f"{number:032x}") for number in range(MOST_LEVELS + 10)]
    above = pairwise(tokens)
    directory.put(entries(*((one, NOON, one, None, boss) for one, boss in above)))
    assert list(directory.managers_above(tokens[0])) == tokens[1 : MOST_LEVELS + 1]


def renames(*pairs: tuple[str, str]) -> pl.DataFrame:
    rows = [(alias, token, "1" * 32) for alias, token in pairs]
    return pl.DataFrame(rows, ["alias", "token", "fingerprint"], orient="row")


def test_hr_ids_are_told_once_a_person(backend: Backend) -> None:
    directory = backend.directory()
    directory.put(entries((ANA, NOON, "17", "A", None), (ANA, NOON - HOUR, "17", "B", None)))
    directory.put(entries((BO, NOON, "18", None, None)))
    assert sorted(directory.hr_ids().iter_rows()) == [(ANA, "17"), (BO, "18")]
    assert directory.hr_ids().columns == ["token", "hr_id"]


def test_people_are_found_by_both_tokens_and_then_by_the_new_one_alone(backend: Backend) -> None:
    new_ana, new_bo = EmployeeToken("1" * 32), EmployeeToken("2" * 32)
    both = renames((ANA, new_ana), (BO, new_bo))
    directory = backend.directory()
    directory.put(entries((ANA, NOON, "17", "Ana", BO), (BO, NOON, "18", "Bo", None)))
    directory.copy_under(both)
    assert directory.find(ANA) == DirectoryEntry(ANA, "17", NOON, "Ana", BO)
    assert directory.find(new_ana) == DirectoryEntry(new_ana, "17", NOON, "Ana", new_bo)
    directory.put(entries((ANA, NOON + HOUR, "17", "Ana B.", BO)))
    for _ in range(2):
        directory.drop_aliases(both)
    assert directory.find(ANA) is directory.find(BO) is None
    newest = DirectoryEntry(new_ana, "17", NOON + HOUR, "Ana B.", new_bo)
    assert backend.directory().find(new_ana) == newest
    assert list(directory.managers_above(new_ana)) == [new_bo]
    assert sorted(directory.hr_ids().iter_rows()) == [(new_ana, "17"), (new_bo, "18")]


def test_what_stands_under_the_new_token_outlasts_the_old_entry(backend: Backend) -> None:
    new = EmployeeToken("1" * 32)
    directory = backend.directory()
    directory.put(entries((ANA, NOON, "17", "Old", None)))
    directory.put(entries((new, NOON, "17", "New", None)))
    directory.drop_aliases(renames((ANA, new)))
    assert directory.find(new).display_name == "New"


def test_earlier_tokens_of_several_keys_lead_to_one_person_at_once(backend: Backend) -> None:
    new, directory = EmployeeToken("1" * 32), backend.directory()
    assert directory.known_as(ANA) == (ANA,)
    for _ in range(2):
        directory.link(renames((ANA, new), (BO, new)))
    for one in (ANA, BO, new):
        assert backend.directory().known_as(one) == (new, ANA, BO)


def test_many_people_are_known_by_all_their_tokens_at_once(backend: Backend) -> None:
    many = [EmployeeToken(f"{number:032x}") for number in range(250)]
    new, directory = EmployeeToken("1" * 32), backend.directory()
    directory.link(renames((ANA, new), (BO, new)))
    found = backend.directory().known_as_all([*many, BO, new, BO])
    assert found == {one: directory.known_as(one) for one in (*many, BO, new)}
    assert found[BO] == found[new] == (new, ANA, BO)
    assert directory.known_as_all([]) == {}


def test_a_person_is_erased_by_any_of_their_tokens(backend: Backend) -> None:
    new, directory = EmployeeToken("1" * 32), backend.directory()
    directory.put(entries((ANA, NOON, "17", "A", None), (new, NOON, "17", "A", None)))
    directory.link(renames((ANA, new)))
    assert directory.erase(ANA) == 2
    assert directory.find(new) is None
    assert directory.known_as(new) == (new,)
    assert directory.hr_ids().is_empty()


def test_many_people_are_found_at_once_by_their_newest_entries(backend: Backend) -> None:
    directory = backend.directory()
    tokens = [EmployeeToken(f"{number:032x}") for number in range(120)]
    directory.put(entries(*((one, NOON - HOUR, one, "Before", BO) for one in tokens)))
    directory.put(entries(*((one, NOON, one, "Now", ANA) for one in tokens)))
    for asked in (tokens, tokens[:3]):
        found = backend.directory().find_all([*asked, BO])
        assert set(found) == set(asked)
        assert found[tokens[1]] == DirectoryEntry(tokens[1], tokens[1], NOON, "Now", ANA)
    assert directory.find_all([]) == {}


def test_a_manager_leads_whoever_has_them_above_nearest_first(backend: Backend) -> None:
    cy, di, ed = (EmployeeToken(letter * 32) for letter in "cde")
    directory = backend.directory()
    directory.put(entries((cy, NOON, "3", "Cy", ANA), (di, NOON, "4", "Di", cy)))
    directory.put(entries((ed, NOON - HOUR, "5", "Ed", ANA), (ed, NOON, "5", "Ed", BO)))
    assert directory.people_below(ANA, most=9) == []
    directory.put(entries((ANA, NOON, "1", None, None), (BO, NOON, "2", None, None)))
    below = backend.directory().people_below(ANA, most=9)
    assert list(below) == [DirectoryEntry(cy, "3", NOON, "Cy", ANA), directory.find(di)]
    assert directory.people_below(ANA, most=1) == below[:1]
    assert [one.token for one in directory.people_below(BO, most=9)] == [ed]
    for one in (ANA, BO, cy, di, ed):
        led = {found.token for found in directory.people_below(one, most=9)}
        assert led == {who for who in (ANA, BO, cy, di, ed) if one in directory.managers_above(who)}


def test_nobody_leads_in_circles_or_deeper_than_lines_are_followed(backend: Backend) -> None:
    directory = backend.directory()
    directory.put(entries((ANA, NOON, "1", None, BO), (BO, NOON, "2", None, ANA)))
    assert [one.token for one in directory.people_below(ANA, most=9)] == [BO]
    tokens = [EmployeeToken(f"{number:032x}") for number in range(MOST_LEVELS + 10)]
    directory.put(entries(*((one, NOON, one, None, boss) for one, boss in pairwise(tokens))))
    directory.put(entries((tokens[-1], NOON, tokens[-1], None, None)))
    below = directory.people_below(tokens[-1], most=500)
    assert [one.token for one in below] == tokens[-2 : -MOST_LEVELS - 2 : -1]
