"""The report of a pilot in the terminal."""

from typing import TYPE_CHECKING

from stayline.cli.terminal import say, show_table
from stayline.reports.numbers import percent

if TYPE_CHECKING:
    from stayline.domain.pilot_report import Figures, PilotReport


def tables(report: "PilotReport") -> None:
    """Print the report, a table a part."""
    cover = report.coverage
    say(f"Scored: people whose {report.scope}, since {report.since:%Y-%m-%d %H:%M} UTC.")
    say(
        f"In scope {cover.in_scope:,}; scored {cover.scored:,}; viewed {cover.viewed:,}; "
        f"opted out {cover.opted_out:,}."
    )
    show_table(
        ("week from", "views", "viewers", "decisions"),
        [(week.begins, week.views, week.viewers, week.decisions) for week in report.weeks],
    )
    if report.decisions:
        show_table(("action", "decisions"), list(report.decisions.items()))
        show_table(
            ("decider", "decisions", "on high scores", "overridden"),
            [
                (one.decided_by, one.decisions, one.overrides.n, percent(one.overrides))
                for one in (report.overall, *report.rates)
            ],
        )
    for name, found in (("Quality", report.quality), ("Fairness", report.fairness)):
        _figures(name, found)


def _figures(name: str, found: "Figures") -> None:
    said = f"{name}: {found.lacking}" if found.lacking else f"{name}, from {found.source}:"
    say(said)
    if found.figures:
        show_table(
            ("of", "figure", "value", "low", "high", "n"),
            [(one.of, one.name, one.value, one.low, one.high, one.n) for one in found.figures],
        )
