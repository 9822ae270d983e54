import pytest

from stayline.domain import reasons as words

ROW = {"Pay": 5500.0, "Team": None, "Years": 0.5}


def reasons(row, *contributions):
    return words.told(
        (name, value, None, contribution)
        for (name, value), contribution in zip(row.items(), contributions, strict=True)
    )


def test_reasons_are_told_in_words_and_points_the_strongest_first():
    told = reasons(ROW, 0.031, -0.2, 0.0004)
    assert [reason.text for reason in told] == [
        "Team is not given: lowers the risk by 20.0 points",
        "Pay is 5500: raises the risk by 3.1 points",
        "Years is 0.5: hardly changes the risk",
    ]
    assert [(r.feature, r.value, r.contribution) for r in told] == [
        ("Team", None, -0.2),
        ("Pay", 5500.0, 0.031),
        ("Years", 0.5, 0.0004),
    ]


def test_columns_are_told_in_words_and_kept_by_their_name():
    (told,) = words.told([("NumCompaniesWorked", None, 2.0, 0.1)])
    assert told.text == (
        "Number of companies worked is not given, taken as 2: raises the risk by 10.0 points"
    )
    assert told.feature == "NumCompaniesWorked"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1234567.0, "1,234,567"), (19479.0, "19,479"), (2019.0, "2019"), (0.25, "0.25"), (-3.0, "-3")],
)
def test_numbers_are_shown_in_full(value, shown):
    told = reasons(ROW | {"Pay": value}, 0.5, 0.0, 0.0)
    assert told[0].text.startswith(f"Pay is {shown}:")
