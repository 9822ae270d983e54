from dataclasses import replace
from datetime import UTC, datetime

import pytest

from stayline.domain.model_package import ApprovalStatus, ModelPackage, approve, reject
from stayline.errors import ApprovalRefused

DIGEST = "sha256:" + "a" * 64
AT = datetime(2026, 3, 1, tzinfo=UTC)
PENDING = ModelPackage(3, DIGEST, ApprovalStatus.PENDING, "Ana Berg", AT, {"roc_auc": 0.84})
GOOD = {"digest": DIGEST, "by": " Bo ", "reason": "Figures  and card read.", "at": AT}


def test_an_approval_keeps_who_when_and_why():
    approved = approve(PENDING, **GOOD)
    assert approved.status == "Approved"
    assert (approved.decided_by, approved.decided_at) == ("Bo", AT)
    assert approved.reason == "Figures and card read."
    assert not approved.is_stand_in
    assert (approved.version, approved.digest, approved.metrics) == (3, DIGEST, PENDING.metrics)


def test_a_stand_in_is_marked_as_one():
    assert approve(PENDING, **GOOD, is_stand_in=True).is_stand_in


@pytest.mark.parametrize("decide", [approve, reject])
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"reason": "fine"}, "the reason has 4 characters"),
        ({"reason": " " * 20}, "the reason has 0 characters"),
        ({"by": "  "}, "nobody is named"),
        ({"digest": "sha256:" + "b" * 64}, "its archive has digest"),
        ({"digest": ""}, "its archive has digest"),
    ],
)
def test_a_decision_without_what_it_needs_is_refused(decide, change, problem):
    with pytest.raises(ApprovalRefused, match=f"version 3 .*{problem}"):
        decide(PENDING, **GOOD | change)


@pytest.mark.parametrize("by", ["Ana Berg", "ana berg", " ANA  BERG ", "AnaBerg"])
def test_whoever_trained_it_cannot_approve_it_but_may_reject_it(by):
    with pytest.raises(ApprovalRefused, match="second person"):
        approve(PENDING, **GOOD | {"by": by})
    assert reject(PENDING, **GOOD | {"by": by}).status == "Rejected"


@pytest.mark.parametrize("first", [approve, reject])
@pytest.mark.parametrize("second", [approve, reject])
def test_a_decision_is_final(first, second):
    decided = first(PENDING, **GOOD)
    with pytest.raises(ApprovalRefused, match=f"already '{decided.status.value}'"):
        second(decided, **GOOD)


@pytest.mark.parametrize("by", ["ana berg\u200b", "Ana\u00ad Berg", "\u200b"])
def test_a_name_with_letters_that_cannot_be_seen_is_nobodys(by):
    with pytest.raises(ApprovalRefused, match="plain letters"):
        approve(PENDING, **GOOD | {"by": by})


def test_one_name_in_two_spellings_of_an_accent_is_one_person():
    trained = replace(PENDING, trained_by="Jos\u00e9")
    with pytest.raises(ApprovalRefused, match="second person"):
        approve(trained, **GOOD | {"by": "Jose\u0301"})
