"""A command tells who opted out no more than the API does."""

from datetime import UTC, datetime

import pytest

from command_runs import here
from identity_provider import AUDIENCE, identity_provider
from real_data import ibm_extract
from stayline.domain.pseudonyms import pseudonym

PERSON, OUT = (str(one) for one in ibm_extract()["EmployeeNumber"].head(2))


@pytest.fixture
def told(home, ports, monkeypatch):
    """Run a command as somebody with these roles; return what it says."""
    ports.opt_outs.opt_out(pseudonym(ports.secrets.token_key(), OUT), at=ports.clock.now())
    with identity_provider() as provider:
        monkeypatch.setenv("STAYLINE_OIDC_ISSUER", provider.issuer)
        monkeypatch.setenv("STAYLINE_OIDC_AUDIENCE", AUDIENCE)

        def run(words: str, *roles: str) -> str:
            monkeypatch.setenv("STAYLINE_TOKEN", provider.token(datetime.now(UTC), roles=roles))
            ended = here(*words.split(), "--home", home)
            return ended.out + ended.err

        yield run


def test_a_score_by_command_is_refused_in_the_same_words_whatever_bars_it(told):
    score = "score --employee"
    assert told(f"{score} {OUT}", "hr_partner") == told(f"{score} nobody", "hr_partner")
    assert "No score is available" in told(f"{score} {OUT}", "analyst")
    assert "opted out" in told(f"{score} {OUT}", "hr_partner", "privacy_officer")
    assert "Risk" in told(f"{score} {PERSON}", "hr_partner")


def test_a_program_that_sets_an_opt_out_by_command_is_not_told_what_stood_before(told):
    first, again = (told(f"opt-out set {one}", "service") for one in (PERSON, OUT))
    assert first == again
    assert "since" in told(f"opt-out set {OUT}", "privacy_officer")
