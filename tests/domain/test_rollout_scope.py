import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.rollout_scope import EVERYONE, NOBODY, RolloutScope, rollout_scope
from stayline.errors import ScopeRefused
from stayline.samples.presets import named_schema

SCHEMA = named_schema("ibm-hr")


def test_values_of_a_column_are_alternatives_and_columns_must_all_fit():
    scope = rollout_scope(
        ["Department=Sales", "Department = Research & Development", "OverTime=Yes"], SCHEMA
    )
    assert scope.includes({"Department": "Sales", "OverTime": "Yes"})
    assert scope.includes({"Department": "Research & Development", "OverTime": "Yes"})
    assert not scope.includes({"Department": "Sales", "OverTime": "No"})
    assert not scope.includes({"Department": "Human Resources", "OverTime": "Yes"})
    assert not scope.includes({"OverTime": "Yes"})
    assert str(scope) == ("Department is Sales or Research & Development and OverTime is Yes")


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("Gender=Female", "protected"),
        ("Age=41", "protected"),
        ("MaritalStatus=Single", "protected"),
        ("Department", "no condition"),
        ("=Sales", "no condition"),
        ("Department=", "no condition"),
        ("Department=Slaes", "expected"),
        ("Departement=Sales", "no column"),
        ("MonthlyIncome=5000", "no column"),
        ("Attrition=Yes", "no column"),
        ("EmployeeNumber=7", "no column"),
    ],
)
def test_a_condition_nobody_may_or_can_be_chosen_by_is_refused(condition, problem):
    with pytest.raises(ScopeRefused, match=problem):
        rollout_scope([condition], SCHEMA)


def test_no_condition_is_no_scope():
    with pytest.raises(ScopeRefused, match="no condition"):
        rollout_scope([], SCHEMA)


def test_everyone_and_nobody_say_what_they_are():
    assert (str(EVERYONE), str(NOBODY)) == ("everybody", "nobody")
    assert [EVERYONE.includes({}), NOBODY.includes({})] == [True, False]


values = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["x", "y", None]))
scopes = st.dictionaries(
    st.sampled_from("abc"), st.lists(st.sampled_from("xyz"), min_size=1).map(tuple)
).map(lambda where: RolloutScope(tuple(where.items())))


@given(scopes, values)
def test_fields_of_somebody_in_scope_never_contradict_it(scope, given_values):
    if scope.includes(given_values):
        assert scope.contradictions(given_values) == []


@given(scopes, values)
def test_fields_that_say_everything_contradict_unless_such_a_person_is_in(scope, given_values):
    whole = {name: given_values.get(name) or "x" for name, _ in scope.where}
    assert bool(scope.contradictions(whole)) is not scope.includes(whole)
