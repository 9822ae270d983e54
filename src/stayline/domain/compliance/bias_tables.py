"""The tables of a bias audit in New York City's form (6 RCNY 5-301 and 5-303), as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

MALE, FEMALE = "Male", "Female"
SEXES = (MALE, FEMALE)
HISPANIC = "Hispanic or Latino"
RACES = (
    *("White", "Black or African American", "Native Hawaiian or Pacific Islander", "Asian"),
    *("Native American or Alaska Native", "Two or More Races"),
)
"""The EEO-1 names of who is not Hispanic or Latino; from knowledge of the agency's example."""
SMALLEST_SHARE = 0.02
"""A category of fewer of the people of known category may be left out of the ratios."""


class BiasReading(StrEnum):
    """What counts as selected; a high risk has no good outcome by itself, so all are told."""

    FLAGGED = "flagged"
    NOT_FLAGGED = "not flagged"
    OFFERED_HELP = "offered help"


@dataclass(frozen=True, slots=True)
class BiasRow:
    """One category; ``ratio`` is its rate over that of the most selected one.

    ``rate`` is None of a category of nobody, ``ratio`` of one left out (``excluded_because``) and
    where nobody at all is selected.
    """

    category: str
    n: int
    selected: int
    rate: float | None
    ratio: float | None
    excluded_because: str = ""


@dataclass(frozen=True, slots=True)
class BiasTable:
    """One table in one reading; ``unknown`` people have no known category, and are in no row.

    Without rows, ``missing`` says why.
    """

    number: int
    title: str
    reading: BiasReading
    n: int
    unknown: int
    rows: tuple[BiasRow, ...]
    missing: str = ""


@dataclass(frozen=True, slots=True)
class BiasTables:
    """All tables, the window's people as they stand, and what must be said of them."""

    people: int
    made_on: date
    source: str
    distributed_on: date | None
    auditor: str
    tables: tuple[BiasTable, ...]


@dataclass(frozen=True, slots=True)
class BiasTablePolicy:
    """``[ll144]``: which columns tell, and which EEO-1 category a value of theirs is.

    Empty column names take the first protected column that reads like one. Values are compared
    without regard to case; one that is mapped nowhere counts as unknown. ``hispanic_column`` is for
    data that tell it apart from race; ``hispanic_values`` are its words for yes. ``auditor`` and
    ``distributed_on`` are the organisation's to state: nobody is an independent auditor of itself.
    """

    sex_column: str = ""
    race_column: str = ""
    hispanic_column: str = ""
    hispanic_values: tuple[str, ...] = ("yes", "y", "true", "1")
    sex: Mapping[str, str] = field(default_factory=dict)
    race: Mapping[str, str] = field(default_factory=dict)
    source: str = "Historical data: the newest score of each person in the window."
    auditor: str = ""
    distributed_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse a mapping to something that is no category of the form."""
        for name, chosen, known in (
            ("sex", self.sex, SEXES),
            ("race", self.race, (HISPANIC, *RACES)),
        ):
            unknown = sorted(set(chosen.values()) - set(known))
            if unknown:
                raise ValueError(f"{name} maps to {unknown}, which are none of {list(known)}")

    def sex_of(self, value: str | None) -> str | None:
        """Return the category of a value, None where it is unknown."""
        return _mapped(value, {**_SEX_WORDS, **self.sex})

    def race_of(self, value: str | None, hispanic: str | None = None) -> str | None:
        """Return the category of a value; Hispanic or Latino goes before any race."""
        yes = {word.casefold() for word in self.hispanic_values}
        if hispanic is not None and hispanic.strip().casefold() in yes:
            return HISPANIC
        return _mapped(value, {**_RACE_WORDS, **self.race})


_SEX_WORDS = {"m": MALE, "male": MALE, "man": MALE, "f": FEMALE, "female": FEMALE, "woman": FEMALE}
_RACE_WORDS = {
    **{name: name for name in (HISPANIC, *RACES)},
    "Hispanic": HISPANIC,
    "Latino": HISPANIC,
    "Hispanic/Latino": HISPANIC,
    "Black": RACES[1],
    "African American": RACES[1],
    "Native Hawaiian or Other Pacific Islander": RACES[2],
    "American Indian or Alaska Native": RACES[4],
}


def _mapped(value: str | None, words: Mapping[str, str]) -> str | None:
    if value is None:
        return None
    folded = {word.casefold(): category for word, category in words.items()}
    return folded.get(" ".join(value.split()).casefold())
