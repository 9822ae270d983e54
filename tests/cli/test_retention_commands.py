"""``stayline purge``, ``holds`` and ``erase``, as their users call them."""

from datetime import UTC, datetime, timedelta

import pytest

from command_runs import here
from deployed_home import PEOPLE
from stayline.domain.capture import CaptureRecord

OLD = datetime.now(UTC) - timedelta(days=200)


@pytest.fixture
def token(home):
    held = here(
        "holds", "set", "1", "--matter", "case 17", "--reason", "why", "--home", home, "--json"
    )
    assert held.code == 0
    return held.json["holds"][0]["employee"]


def test_a_purge_shows_first_and_removes_only_for_real(home, ports):
    ports.capture.append([CaptureRecord("old", OLD, "{}", "{}")])
    shown = here("purge", "--home", home)
    assert shown.code == 0
    assert "Nothing was removed" in shown.out
    told = here("purge", "--json", "--home", home).json
    stores = {store["store"]: store for store in told["stores"]}
    assert (stores["captured requests"]["goes"], told["is_real"]) == (1, False)
    assert here("purge", "--scan", "--home", home).code == 1
    assert here("purge", "--for-real", "--home", home).code == 2
    done = here("purge", "--for-real", "--reason", "it is time", "--home", home)
    assert (done.code, "Removed" in done.out) == (0, True)
    assert here("purge", "--scan", "--home", home, "--json").code == 0


def test_a_conflict_ends_with_1_and_names_both_sources(home):
    (home / "governance.toml").write_text('[retention]\njurisdictions = ["US-CA"]\n')
    told = here("purge", "--home", home)
    assert told.code == 1
    assert "CONFLICT" in told.out
    assert "2 CCR 11013(c)" in told.out


def test_a_hold_is_set_for_a_file_of_people_listed_and_lifted(home, tmp_path):
    ids = tmp_path / "ids.txt"
    ids.write_text("1\n\n2\n1\n")
    words = ("--matter", "case 17", "--reason", "a charge", "--home", home, "--json")
    holds = here("holds", "set", "--file", ids, *words).json["holds"]
    assert len(holds) == 2
    assert here("holds", "set", "--file", ids, *words).json["holds"] == holds
    lifted = here(
        "holds", "lift", holds[0]["hold"], "--reason", "settled", "--home", home, "--json"
    )
    assert lifted.json["until"] is not None
    again = here("holds", "lift", holds[0]["hold"], "--reason", "settled", "--home", home)
    assert (again.code, "No legal hold" in again.err) == (1, True)
    listed = here("holds", "list", "--home", home, "--json").json["holds"]
    assert [hold["until"] is None for hold in listed] == [False, True]
    assert here("holds", "set", *words).code == 2


def test_an_erasure_is_refused_under_hold_and_done_after_it(home, ports, token):
    erase = ("erase", "1", "--reason", "asked for it", "--yes", "--home", home)
    refused = here(*erase)
    assert (refused.code, "legal hold (case 17)" in refused.err) == (1, True)
    (hold,) = here("holds", "list", "--home", home, "--json").json["holds"]
    assert here("holds", "lift", hold["hold"], "--reason", "settled", "--home", home).code == 0
    done = here(*erase, "--json")
    assert (done.code, done.json["token"]) == (0, token)
    assert done.json["gone"]["features"] == 2
    assert ports.features.count() == PEOPLE - 1
    assert here("erase", "nobody", "--reason", "why", "--yes", "--home", home).code == 1
    again = here("erase", "1", "--allow-again", "--reason", "back", "--home", home, "--json")
    assert again.json["may_be_imported"] is True
