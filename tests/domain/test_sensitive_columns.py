import pytest

from stayline.domain.sensitive_columns import looks_protected, refusal_of


@pytest.mark.parametrize(
    "name",
    [
        *("SickLeaveDays", "Disability", "religion", "UnionMember", "maternity_leave", "zip_code"),
        *("HomeAddress", "homeaddress", "Medical_Condition", "AnnualLeaveBalance", "sickdays"),
        *("MedicalLeaveReason", "SickLeaveReason", "DisabilityLeaveReason", "ParentalLeaveDate"),
        *("FMLA_used", "AbsenceDays", "SickDays", "BMI", "ADA_accommodation", "WheelchairUser"),
        *("HomeCity", "home_lat", "CommuteLat", "WorkersComp", "family_leave_reason", "lat_home"),
    ],
)
def test_what_is_never_a_feature_is_refused_by_its_name(name):
    assert refusal_of(name) is not None


@pytest.mark.parametrize(
    "name",
    [
        *("LeaveDate", "leaving_reason", "EmailAddress", "HealthSafetyTraining", "ip_address"),
        *("EnvironmentSatisfaction", "ReunionBonus", "StreetwiseScore", "ReasonForLeaving"),
        *("LeavingReason", "leave_date", "EmployeeLeaveDate", "DistanceFromHome", "CityName"),
        *("Platform", "CanadaOffice", "Compensation", "CommuteMinutes", "PlanToLeave"),
    ],
)
def test_names_that_only_sound_alike_are_not_refused(name):
    assert refusal_of(name) is None


@pytest.mark.parametrize(
    "name",
    [
        *("Age", "AgeGroup", "DOB", "birthdate_key", "dateofbirth", "GenderID", "MarriedID"),
        *("RaceDesc", "HispanicLatino", "CitizenDesc", "sex", "MaritalStatus", "NativeLanguage"),
        *("MarStat", "marstat", "mar_status", "agegroup", "age_band", "AgeRange", "is_female"),
    ],
)
def test_protected_attributes_are_known_by_their_name(name):
    assert looks_protected(name)


@pytest.mark.parametrize(
    "name",
    [
        *("WagePaid", "StageOfCareer", "OrientationDone", "BadgeColour", "Essex_office"),
        *("YearsAtCompany", "AverageSalary", "colour_of_badge", "MarketingStatus", "EmailVolume"),
    ],
)
def test_names_that_only_contain_such_a_word_are_not_protected(name):
    assert not looks_protected(name)
