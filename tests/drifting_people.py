"""Made-up people, some of whose columns drift, and what `drift_findings` says of them."""

import numpy as np
import polars as pl

from stayline.domain.gates import Verdict
from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.modelling.drift.check import drift_findings
from stayline.modelling.drift.joint import joint_statistics
from stayline.modelling.feature_statistics import feature_statistics

PAY = Column("Pay", Kind.NUMBER, Role.FEATURE)
HOURS = Column("Hours", Kind.NUMBER, Role.FEATURE)
YEARS = Column("Years", Kind.NUMBER, Role.FEATURE)
MOOD = Column("Mood", Kind.ORDINAL, Role.FEATURE, ("low", "middle", "high"))
TEAM = Column("Team", Kind.CATEGORY, Role.FEATURE)
OVERTIME = Column("OverTime", Kind.FLAG, Role.FEATURE, ("No", "Yes"))
COLUMNS = (PAY, HOURS, YEARS, MOOD, TEAM, OVERTIME)


def people(rows, seed, *, shift=0.0, tied=0.5, moved=0.0, gaps=0.02):
    """Return one row a person; Pay and Hours have the correlation ``tied``.

    Pay's mean moves by ``shift`` standard deviations, ``moved`` of all go from team B to A.
    """
    rng = np.random.default_rng(seed)
    pay, hours = rng.normal(size=(2, rows))
    hours = tied * pay + np.sqrt(1 - tied**2) * hours
    years = np.floor(rng.exponential(6, rows))
    years[rng.random(rows) < gaps] = np.nan
    mood = rng.choice(["low", "middle", "high"], rows, p=[0.2, 0.5, 0.3])
    team = rng.choice(["A", "B", "C"], rows, p=[0.4 + moved, 0.4 - moved, 0.2])
    frame = {"Pay": 3000 + 500 * (pay + shift), "Hours": np.round(40 + 5 * hours), "Years": years}
    words = {"Mood": mood, "Team": team, "OverTime": np.where(rng.random(rows) < 0.3, "Yes", "No")}
    return pl.DataFrame(frame | words, nan_to_null=True)


class Baseline:
    """What a model package keeps of its training rows: 4,000 people, unless given otherwise."""

    def __init__(self, frame=None, columns=COLUMNS, person=None):
        frame = people(4000, 999) if frame is None else frame
        self.columns = columns
        self.statistics = feature_statistics(frame, columns)
        person = np.arange(len(frame)) if person is None else person
        self.joint = joint_statistics(frame, columns, self.statistics, person)

    def findings(self, window, **options):
        """Return everything that is found in a window."""
        options = {"joint": self.joint} | options
        now = feature_statistics(window, self.columns)
        return drift_findings(window, self.columns, now, self.statistics, **options)

    def judged(self, window, subject, metric, **options):
        """Return one finding."""
        found = self.findings(window, **options)
        (one,) = (f for f in found if (f.subject, f.metric) == (subject, metric))
        return one


def failed(findings):
    """Return what fails, as (subject, metric)."""
    return {(f.subject, f.metric) for f in findings if f.verdict is Verdict.FAIL}
