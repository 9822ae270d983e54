"""What may be weighed: what a company can change for the good of somebody, and nothing else."""

import pytest

from stayline.domain.actionable_columns import is_actionable, steps
from stayline.domain.decisions import ActionKind
from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.samples.presets import named_schema

NEVER = (
    "Age", "Gender", "MaritalStatus", "SpouseIncome", "HouseholdIncome", "FamilyRole", "ChildPay",
    "MaternityPay", "PaternityPay", "PartnerSalary", "ParentalLeavePay", "SickPay", "AgeAtRole",
    "MarriedIncome", "FamilyTravel", "Pregnancy training", "ReligionTraining", "DisabilityPay",
    "UnionPosition", "RaceRole", "DependentsOverTime", "HomeAddress", "SingleIncome",
)  # fmt: skip


@pytest.mark.parametrize("name", NEVER)
@pytest.mark.parametrize("kind", Kind)
def test_what_is_protected_or_about_family_is_never_weighed(name: str, kind: Kind) -> None:
    column = Column(name, kind, Role.FEATURE, categories=("A", "B"))
    assert not is_actionable(column)
    assert list(steps(column, "A")) == list(steps(column, 1.0)) == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FEATURE])
def test_a_column_of_any_other_role_is_never_weighed_justified_or_not(role: Role) -> None:
    reason = "A works agreement of 2024 asks for it in writing."
    column = Column("MonthlyIncome", Kind.NUMBER, role, justification=reason)
    assert list(steps(column, 4000.0)) == []


def test_of_ibms_columns_those_are_weighed_that_a_company_can_change() -> None:
    columns = [one.name for one in named_schema("ibm-hr").columns if is_actionable(one)]
    assert columns == [
        *("BusinessTravel", "JobLevel", "JobRole", "MonthlyIncome", "OverTime"),
        *("StockOptionLevel", "TrainingTimesLastYear"),
    ]


@pytest.mark.parametrize(
    ("column", "value", "instead", "action"),
    [
        (Column("OverTime", Kind.FLAG, Role.FEATURE), "Yes", ["No"], ActionKind.WORKLOAD_REVIEW),
        (Column("OverTime", Kind.FLAG, Role.FEATURE), "No", [], None),
        (Column("overtime_hours", Kind.NUMBER, Role.FEATURE), 12.0, [6.0, 0.0],
         ActionKind.WORKLOAD_REVIEW),
        (Column("Pay", Kind.NUMBER, Role.FEATURE, maximum=4250), 4000.0, [4200.0],
         ActionKind.PAY_REVIEW),
        (Column("Travel", Kind.ORDINAL, Role.FEATURE, categories=("none", "some", "much")), "much",
         ["some"], ActionKind.FLEXIBLE_WORK),
        (Column("Travel", Kind.ORDINAL, Role.FEATURE, categories=("none", "some", "much")), "none",
         [], None),
        (Column("JobLevel", Kind.ORDINAL, Role.FEATURE, categories=("1", "2")), "1", ["2"],
         ActionKind.ROLE_CHANGE_OFFER),
        (Column("JobLevel", Kind.ORDINAL, Role.FEATURE, categories=("1", "2")), "2", [], None),
        (Column("JobRole", Kind.CATEGORY, Role.FEATURE, categories=("A", "B", "C")), "B",
         ["A", "C"], ActionKind.ROLE_CHANGE_OFFER),
        (Column("TrainingTimes", Kind.NUMBER, Role.FEATURE), 1.0, [2.0, 3.0],
         ActionKind.TRAINING_OFFER),
        (Column("Pay", Kind.NUMBER, Role.FEATURE), None, [], None),
        (Column("YearsInCurrentRole", Kind.NUMBER, Role.FEATURE), 3.0, [], None),
        (Column("PercentSalaryHike", Kind.NUMBER, Role.FEATURE), 11.0, [], None),
    ],
)  # fmt: skip
def test_each_step_helps(column, value, instead, action) -> None:
    found = list(steps(column, value))
    assert [step.instead for step in found] == instead
    assert {step.action for step in found} == ({action} if action else set())
