import pytest

from stayline.domain.scoring_rules import checked_why
from stayline.errors import DecisionRefused


@pytest.mark.parametrize("hidden", ["\x07", "\u202e", "\ud800"])
def test_a_reason_that_cannot_be_shown_is_told_so_and_not_that_it_is_short(hidden: str) -> None:
    with pytest.raises(DecisionRefused, match="control characters") as refused:
        checked_why(f"It scores{hidden} nights too high.")
    assert "at least" not in str(refused.value)


def test_hardly_a_word_is_told_to_be_short() -> None:
    with pytest.raises(DecisionRefused, match="at least"):
        checked_why(" no \n")
