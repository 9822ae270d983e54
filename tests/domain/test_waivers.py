from datetime import date, timedelta

import pytest

from stayline.domain.waivers import Waiver, active_waivers, new_waiver
from stayline.errors import WaiverRefused
from stores import NOON

REASON = "The group is small; we look at its people one by one instead."
TODAY = NOON.date()


def waived(**given) -> Waiver:
    words = {"gate": "fairness", "subject": "Gender = Female", "filed_by": "bo", "reason": REASON}
    when = {"filed_at": NOON, "expires_on": TODAY + timedelta(days=30)}
    return new_waiver("w-1", **words | when | given)


def test_a_waiver_keeps_what_was_written_with_white_space_tidied():
    filed = waived(filed_by=" bo  b ", reason=f" {REASON}\n", subject=" Gender =  Female ")
    assert (filed.filed_by, filed.reason, filed.subject) == ("bo b", REASON, "Gender = Female")


@pytest.mark.parametrize("reason", ["", "we want it", "a" + " " * 30 + "b"])
def test_a_waiver_without_a_real_reason_is_refused(reason):
    with pytest.raises(WaiverRefused, match="at least 20"):
        waived(reason=reason)


@pytest.mark.parametrize("by", ["", "  ", "bo\u202eana"])
def test_a_waiver_by_nobody_who_can_be_named_is_refused(by):
    with pytest.raises(WaiverRefused, match="--by"):
        waived(filed_by=by)


@pytest.mark.parametrize("days", [-1, 0, 181])
def test_a_waiver_must_end_after_today_and_within_180_days(days):
    with pytest.raises(WaiverRefused, match="--until"):
        waived(expires_on=TODAY + timedelta(days=days))


@pytest.mark.parametrize("days", [1, 180])
def test_the_first_and_the_last_day_allowed_are_allowed(days):
    assert waived(expires_on=TODAY + timedelta(days=days)).holds_on(TODAY)


def test_a_waiver_holds_from_the_day_it_is_filed_to_its_last_day():
    filed = waived(expires_on=TODAY + timedelta(days=2))
    held = [filed.holds_on(TODAY + timedelta(days=day)) for day in range(-1, 4)]
    assert held == [False, True, True, True, False]


@pytest.mark.parametrize("name", ["bo", "Bo ", "B O"])
def test_whoever_trains_cannot_use_a_waiver_of_their_own_however_they_spell_their_name(name):
    assert active_waivers([waived()], trained_by=name, on=TODAY) == ()
    assert active_waivers([waived()], trained_by="ana", on=TODAY) == (waived(),)


def test_an_expired_waiver_is_not_active():
    assert active_waivers([waived()], trained_by="ana", on=date(2027, 1, 1)) == ()
