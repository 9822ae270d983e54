"""What the benchmark's model is given, by name; plain Python, since every peer reads it."""

NUMBERS = {
    "MonthlyIncome": (2000.0, 20000.0),
    "DailyRate": (100.0, 1500.0),
    "HourlyRate": (30.0, 100.0),
    "MonthlyRate": (2000.0, 27000.0),
    "DistanceFromHome": (1.0, 60.0),
    "YearsAtCompany": (0.0, 40.0),
    "YearsInCurrentRole": (0.0, 18.0),
    "YearsSinceLastPromotion": (0.0, 15.0),
    "YearsWithCurrManager": (0.0, 17.0),
    "TotalWorkingYears": (0.0, 40.0),
    "NumCompaniesWorked": (0.0, 9.0),
    "PercentSalaryHike": (0.0, 25.0),
    "TrainingTimesLastYear": (0.0, 6.0),
    "StockOptionLevel": (0.0, 3.0),
    "OvertimeHours": (0.0, 40.0),
    "TeamSize": (2.0, 30.0),
    "ManagerChanges": (0.0, 6.0),
    "ProjectsLastYear": (0.0, 12.0),
    "MeetingHours": (0.0, 30.0),
    "RemoteDays": (0.0, 5.0),
    "VacationDaysLeft": (0.0, 40.0),
    "ShiftChanges": (0.0, 12.0),
    "PayRatio": (0.6, 1.4),
    "BonusPercent": (0.0, 30.0),
}
"""Each with its least and its greatest value."""
ORDINALS = ("EnvironmentSatisfaction", "JobSatisfaction", "JobInvolvement", "WorkLifeBalance")
LEVELS = ("1", "2", "3", "4")
FLAGS = ("OverTime", "BusinessTravel")
WORDS = ("No", "Yes")
NAMES = (*NUMBERS, *ORDINALS, *FLAGS)
ASKED = (
    "MonthlyIncome",
    "DistanceFromHome",
    "YearsSinceLastPromotion",
    "JobSatisfaction",
    "OverTime",
)
"""The five that a request to Stayline gives; the other 25 it looks up."""
