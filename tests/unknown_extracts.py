"""Made-up extracts for `stayline inspect`: a clean panel, a clean cross-section, written as CSV."""

from datetime import date, timedelta

import numpy as np
import polars as pl

SITES = ("Leeds", "Bergen", "Porto", "Turin")


def cross_section(people=600, seed=1):
    """One row per person; who left depends a little on overtime and pay."""
    rng = np.random.default_rng(seed)
    overtime, pay = rng.random(people) < 0.3, rng.integers(20, 90, people) * 100
    left = rng.random(people) < 0.08 + 0.25 * overtime + 0.1 * (pay < 4000)
    return pl.DataFrame(
        {
            "StaffCode": [f"E{number:05d}" for number in range(people)],
            "FullName": [f"Ada Example{number}" for number in range(people)],
            "DateOfBirth": [
                str(date(1960, 1, 1) + timedelta(int(d))) for d in rng.integers(0, 13000, people)
            ],
            "Site": rng.choice(SITES, people),
            "Pay": pay,
            "Overtime": np.where(overtime, "yes", "no"),
            "Mood": rng.integers(1, 6, people),
            "HasLeft": np.where(left, "yes", "no"),
        }
    )


def panel(people=500, months=24, seed=2):
    """A row a month until the last day, which the row after it shows with its reason."""
    rng = np.random.default_rng(seed)
    leaves = rng.integers(1, 40, people)
    rows = []
    for person in range(people):
        site, pay = str(rng.choice(SITES)), int(rng.integers(2000, 9000))
        for month in range(min(months, int(leaves[person]) + 1)):
            is_gone = month == leaves[person]
            at = date(2020 + month // 12, month % 12 + 1, 1)
            rows.append(
                {
                    "worker_id": 1000 + person,
                    "snapshot_date": at,
                    "site": site,
                    "pay": pay + 20 * month + int(rng.integers(0, 9)),
                    "mood": int(rng.integers(1, 6)),
                    "exit_date": at - timedelta(int(rng.integers(1, 28))) if is_gone else None,
                    "exit_reason": str(rng.choice(["Resignation", "Dismissal"]))
                    if is_gone
                    else None,
                }
            )
    frame = pl.DataFrame(rows, infer_schema_length=None)
    ends = frame.group_by("worker_id").agg(ends=pl.col("exit_date").max())
    return frame.join(ends, on="worker_id", maintain_order="left")


def without(frame, *names):
    """Return the panel without the helper columns, as an employer would export it."""
    return frame.drop("ends", *names, strict=False)
