"""With an identity provider a command runs for whoever signs in, as far as their roles go."""

import pytest
import typer

from command_runs import here
from signed_in_home import SignedInHome, signed_in_home
from stayline.bootstrap import build
from stayline.cli.app import app
from stayline.cli.operations import COMMANDS, OF_ONE_PERSON
from stayline.domain.roles import PERMITTED, PUBLIC, Operation, Reach, Role, reach
from stayline.settings import Settings
from stayline.usecases.create_api_key import create_api_key

REASON = "Needed for the yearly review."


def commands(command: object, words: tuple[str, ...] = ()) -> list[str]:
    children = getattr(command, "commands", None)
    if children is None:
        return [" ".join(words)]
    return [name for word, child in children.items() for name in commands(child, (*words, word))]


def test_every_command_names_what_it_asks_for_and_nothing_else_is_named():
    assert sorted(commands(typer.main.get_command(app))) == sorted(COMMANDS)
    assert set(OF_ONE_PERSON) <= set(COMMANDS)
    assert all(isinstance(operation, Operation) for operation in COMMANDS.values())


@pytest.fixture
def home(tmp_path, monkeypatch):
    with signed_in_home(tmp_path) as home:
        home.clock.instant = build(Settings(home=home.folder)).clock.now()
        monkeypatch.setenv("STAYLINE_OIDC_ISSUER", home.provider.issuer)
        monkeypatch.setenv("STAYLINE_OIDC_AUDIENCE", "stayline")
        monkeypatch.setenv("STAYLINE_HOME", str(home.folder))
        yield home


@pytest.fixture
def as_(home: SignedInHome, monkeypatch):
    """Run a command as somebody with these roles."""

    def run(subject: str, roles: list[str], *words: object):
        token = home.bearer(sub=subject, roles=roles)["Authorization"].removeprefix("Bearer ")
        monkeypatch.setenv("STAYLINE_TOKEN", token)
        return here(*words)

    return run


LINES = {
    "models list": Operation.SEE_MODELS,
    "jobs due": Operation.SEE_MONITORING,
    "alarms rules": Operation.SEE_MONITORING,
    "access-keys list": Operation.MANAGE_SECRETS,
    "api-keys list": Operation.MANAGE_SECRETS,
    "roles list": Operation.READ_REGISTER,
    "score --all": Operation.SCORE_EVERYONE,
    "score --employee 11": Operation.SCORE_PEOPLE,
}


@pytest.mark.parametrize("line", LINES)
def test_each_role_runs_what_the_table_says_and_no_more(as_, line):
    operation = LINES[line]
    for role in Role:
        ended = as_("u-1", [role], *line.split())
        is_refused = "do not permit" in ended.err
        may = role in PERMITTED[operation] and reach({role}, operation) is Reach.EVERYONE
        assert (role, is_refused) == (role, not may)


@pytest.mark.parametrize("kind", ["legal-hold", "LegalHold", "legal_hold", "rights-request"])
@pytest.mark.parametrize("how", [["add", "--field", "subject=11"], ["import", "records.csv"]])
def test_the_register_is_no_way_round_who_may_hold_or_answer(as_, kind, how):
    words = ["register", how[0], kind, *how[1:]]
    assert "do not permit" in as_("u-1", ["administrator"], *words).err
    assert "do not permit" not in as_("u-1", ["privacy_officer"], *words).err


def test_nobody_runs_a_command_without_a_token_but_what_touches_no_home(home, monkeypatch):
    monkeypatch.delenv("STAYLINE_TOKEN", raising=False)
    ended = here("models", "list")
    assert (ended.code, "STAYLINE_TOKEN" in ended.err) == (1, True)
    assert home.refusals()[-1] == ("anonymous", "see_models", "missing")
    assert COMMANDS["doctor"] in PUBLIC
    assert here("doctor").code == 0


def test_who_signs_in_is_who_acts_and_names_nobody_else(as_, home):
    made = as_("u-1", ["administrator"], "api-keys", "create", "--name", "board", "--json").json
    event = next(e for e in home.ports.audit.events() if e.subject == made["key_id"])
    assert event.actor == "u-1"
    refused = as_("u-1", ["administrator"], "api-keys", "revoke", made["key_id"], "--by", "bo")
    assert (refused.code, "--by" in refused.err) == (1, True)
    same = as_("u-1", ["administrator"], "api-keys", "revoke", made["key_id"], "--by", "u-1")
    assert same.code == 0


def test_a_program_signs_in_with_its_key(home, monkeypatch):
    ports = home.ports
    made = create_api_key(
        "nightly", roles=["service"], valid_until=None, api_keys=ports.api_keys,
        audit=ports.audit, clock=ports.clock, actor="ana",
    )  # fmt: skip
    monkeypatch.setenv("STAYLINE_TOKEN", made.text)
    assert "do not permit" in here("models", "list").err
    assert "do not permit" not in here("jobs", "run", "--all-due", "--help").err


def test_a_role_is_asked_for_by_one_granted_by_another_and_holds_at_once(as_, home):
    asked = as_("u-1", ["administrator"], "roles", "request", "auditor", "--reason", REASON)
    grant_id = asked.out.partition(":")[0]
    assert "Another administrator" in as_("u-1", ["administrator"], "roles", "grant", grant_id).err
    assert "do not permit" in as_("u-1", [], "models", "list").err
    assert as_("u-2", ["administrator"], "roles", "grant", grant_id).code == 0
    assert as_("u-1", [], "models", "list").code == 0
    assert home.client.get("/v1/employees/11", headers=home.bearer(sub="u-1")).status_code == 403
    assert as_("u-2", ["administrator"], "roles", "revoke", grant_id).code == 0
    assert "do not permit" in as_("u-1", [], "models", "list").err
    kinds = [event.kind for event in home.ports.audit.events() if event.subject == grant_id]
    assert kinds == ["role.requested", "role.granted", "role.revoked"]


def test_up_which_trains_and_approves_in_one_call_is_for_homes_without_sign_in(as_):
    ended = as_("u-1", list(Role), "up", "--yes", "--no-serve")
    assert (ended.code, "oidc_issuer" in ended.err) == (1, True)


def test_a_home_that_is_not_there_is_not_made_by_asking(as_, tmp_path):
    nowhere = tmp_path / "nowhere"
    assert as_("u-1", list(Role), "models", "list", "--home", nowhere).code == 1
    assert not nowhere.exists()
