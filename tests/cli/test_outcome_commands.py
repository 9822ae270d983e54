"""Outcomes at the command line."""

import pytest

from command_runs import here

LABEL = '{"groundTruthData":{"data":"1","encoding":"CSV"},"eventMetadata":{"eventId":"e"}}\n'


@pytest.fixture(autouse=True)
def _nowhere_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_outcomes_are_imported_and_counted(home, tmp_path):
    labels = tmp_path / "labels.jsonl"
    labels.write_text(LABEL)
    done = here("outcomes", "import", labels, "--home", home)
    assert (done.code, done.err) == (0, "")
    assert done.out == "1 outcomes read: 1 new, 0 known already, 0 rejected.\n"
    again = here("outcomes", "import", labels, "--json", "--home", home)
    assert (again.code, again.json["new"], again.json["unchanged"]) == (0, 0, 1)
    assert (
        "1 labelled events: in 1 the person left."
        in here("outcomes", "summary", "--home", home).out
    )
    counted = here("outcomes", "summary", "--json", "--home", home).json
    assert counted == {
        "people": 0, "left_voluntarily": 0, "left_otherwise": 0, "seen_until": None,
        "events": 1, "events_left": 1,
    }  # fmt: skip


def test_people_nobody_imported_are_rejected_with_exit_status_2_and_named_in_no_message(
    home, tmp_path
):
    people = tmp_path / "people.csv"
    people.write_text("employee_id,left_on,seen_until\nnobody-4711,,2026-01-31\n")
    done = here("outcomes", "import", people, "--home", home)
    assert done.code == 2
    assert "1 are of people who were never imported." in done.out
    assert "4711" not in done.out + done.err


def test_a_file_that_is_not_there_is_an_error_in_words(home):
    done = here("outcomes", "import", "none.csv", "--home", home)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Error: Cannot read extract 'none.csv': No such file")
