import pytest

from command_runs import here
from import_runs import Home, panel
from stayline.formats.governance_toml import GOVERNANCE_FILE


@pytest.fixture
def home(tmp_path):
    extract = tmp_path / "panel.csv"
    panel(people=20, months=2).write_csv(extract)
    home = Home(tmp_path / "home")
    home.take(extract)
    return home.folder


def test_a_token_key_is_rotated_listed_and_retired_once_its_overlap_is_over(home):
    rotated = here("secrets", "rotate", "token-key", "--home", home, "--json").json
    assert (rotated["people"], rotated["was_resumed"]) == (20, False)
    listed = here("secrets", "list", "--home", home, "--json").json["secrets"]
    assert [(one["state"], one["fingerprint"]) for one in listed] == [
        ("replaced", rotated["old"]),
        ("current", rotated["new"]),
    ]
    early = here("secrets", "retire", "token-key", "--home", home)
    assert (early.code, "are understood until" in early.err) == (1, True)
    (home / GOVERNANCE_FILE).write_text("[secrets]\ntoken_key_overlap_days = 0\n")
    gone = here("secrets", "retire", "token-key", "--home", home, "--json").json
    assert (gone["fingerprint"], gone["aliases"]) == (rotated["old"], 20)
    left = here("secrets", "list", "--home", home, "--json").json["secrets"]
    assert [one["fingerprint"] for one in left] == [rotated["new"]]


def test_a_rotation_tells_its_plan_and_what_came_of_it(home):
    told = here("secrets", "rotate", "token-key", "--home", home).out
    assert "opt-outs hold under both" in told
    assert "20 people have new tokens" in told
    assert "secrets retire token-key" in told
    assert "current" in here("secrets", "list", "--home", home).out


def test_a_key_given_by_a_variable_is_replaced_by_one_of_the_home_and_told_of(home, monkeypatch):
    monkeypatch.setenv("STAYLINE_TOKEN_KEY", (home / "secrets" / "token-key").read_text())
    (home / "secrets" / "token-key").unlink()
    assert here("secrets", "rotate", "token-key", "--home", home).code == 0
    (home / GOVERNANCE_FILE).write_text("[secrets]\ntoken_key_overlap_days = 0\n")
    told = here("secrets", "retire", "token-key", "--home", home).out
    assert "env:STAYLINE_TOKEN_KEY: remove it there" in told


def test_the_next_key_may_be_where_a_reference_says(home, tmp_path):
    key = tmp_path / "next"
    key.write_text("n" * 40)
    key.chmod(0o600)
    (home / GOVERNANCE_FILE).write_text(f'[secrets]\ntoken_key_next = "file:{key}"\n')
    assert here("secrets", "rotate", "token-key", "--home", home).code == 0
    listed = here("secrets", "list", "--home", home, "--json").json["secrets"]
    assert listed[1]["where"] == f"file:{key}"
    again = here("secrets", "rotate", "token-key", "--home", home)
    assert (again.code, "one that stands or stood before" in again.err) == (1, True)


def test_a_next_key_in_a_variable_is_refused_since_no_running_server_could_see_it(home):
    (home / GOVERNANCE_FILE).write_text('[secrets]\ntoken_key_next = "env:NEXT"\n')
    refused = here("secrets", "rotate", "token-key", "--home", home)
    assert (refused.code, "no running server could see" in refused.err) == (1, True)
    assert len(here("secrets", "list", "--home", home, "--json").json["secrets"]) == 1


def test_a_running_process_finds_a_next_key_referred_to_after_its_start(home, tmp_path):
    running = Home(home).ports
    key = tmp_path / "next"
    key.write_text("n" * 40)
    key.chmod(0o600)
    (home / GOVERNANCE_FILE).write_text(f'[secrets]\ntoken_key_next = "file:{key}"\n')
    assert here("secrets", "rotate", "token-key", "--home", home).code == 0
    assert running.secrets.token_key() == b"n" * 40


def test_another_name_is_refused_in_words(home):
    for verb in ("rotate", "retire"):
        refused = here("secrets", verb, "alarm-channels", "--home", home)
        assert (refused.code, "token-key" in refused.err) == (1, True)


def test_without_a_token_key_there_is_nothing_to_rotate(tmp_path):
    Home(tmp_path)
    refused = here("secrets", "rotate", "token-key", "--home", tmp_path)
    assert (refused.code, "no token key yet" in refused.err) == (1, True)
    assert here("secrets", "list", "--home", tmp_path, "--json").json == {"secrets": []}
