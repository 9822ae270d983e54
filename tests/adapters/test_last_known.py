import pytest

from stayline.adapters.embedded.last_known import LastKnown
from stayline.errors import DatabaseAway, StoreDamaged


def away() -> str:
    raise DatabaseAway("it does not answer.")


def damaged() -> str:
    raise StoreDamaged("The book", "it is torn.")


def test_the_last_answer_stands_in_while_the_database_is_away() -> None:
    known: LastKnown[str, str] = LastKnown()
    known.keep("a", "first")
    known.keep("a", "last")
    assert known.asked("a", away) == "last"
    assert known.asked("a", lambda: "new") == "new"


def test_what_was_never_told_is_not_made_up() -> None:
    known: LastKnown[str, str] = LastKnown()
    known.keep("a", "told")
    with pytest.raises(DatabaseAway):
        known.asked("b", away)


def test_an_answer_is_believed_for_its_time_only() -> None:
    known: LastKnown[str, str] = LastKnown(believed_s=0.0)
    known.keep("a", "told")
    with pytest.raises(DatabaseAway):
        known.asked("a", away)


def test_damage_is_told_whatever_was_known() -> None:
    known: LastKnown[str, str] = LastKnown()
    known.keep("a", "told")
    with pytest.raises(StoreDamaged):
        known.asked("a", damaged)
