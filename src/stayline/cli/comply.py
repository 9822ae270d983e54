"""``stayline comply``: how the controls of a quarter came out, and on which records."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.named_files import write_files
from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    ports_for,
    say,
    settings_for,
    show_table,
)

if TYPE_CHECKING:
    from stayline.domain.compliance.report import ComplianceReport
    from stayline.domain.compliance.verdicts import Window


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("comply")(comply)


def comply(
    quarter: Annotated[
        str | None, typer.Option("--quarter", help="E.g. 2026-Q4 (default: the running quarter).")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", help="Begin of another window, in UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", help="Its end, in UTC (default: now).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the report and the evidence files there.")
    ] = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the controls of a quarter by the home's own records; exit status 1 when one fails.

    Controls that nothing on record answers do not count as failed, and are named. Advisory
    controls that fail are told, too, but do not change the exit status.
    """
    from stayline.jobs.compliance import check_window
    from stayline.usecases.check_compliance import SHELF

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    window = _window(quarter, since, until, ports.clock.now())
    report = check_window(window, ports=ports, settings=settings, by=by or settings.actor)
    files = ports.reports.get(SHELF, window.until)
    if out is not None:
        write_files(out, files, mode=0o700)
    if as_json:
        typer.echo(files["report.json"], nl=False)
    else:
        _show(report)
    if report.has_failed:
        raise typer.Exit(1)


def _window(
    quarter: str | None, since: datetime | None, until: datetime | None, now: datetime
) -> "Window":
    """Return the window that is asked for, which ends now at the latest."""
    from stayline.domain.compliance.quarters import quarter_named, quarter_of
    from stayline.domain.compliance.verdicts import Window
    from stayline.errors import SettingRefused

    if quarter is not None and (since or until):
        raise SettingRefused("--quarter", quarter, "either a quarter, or --since and --until")
    asked = quarter_of(now) if quarter is None else quarter_named(quarter)
    begin = asked.since if since is None else since.replace(tzinfo=UTC)
    end = asked.until if until is None else until.replace(tzinfo=UTC)
    if begin >= min(end, now):
        raise SettingRefused("window", f"{begin} to {end}", "a begin before its end and before now")
    return Window(begin, min(end, now))


def _show(report: "ComplianceReport") -> None:
    show_table(
        ["Control", "Status", "", "Reason"],
        [
            [
                one.question.control_id, one.verdict.status.value,
                "" if one.question.is_core else "advisory", one.verdict.reason,
            ]
            for one in report.judged
        ],
    )  # fmt: skip
    warnings = sorted({warning for one in report.judged for warning in one.verdict.warnings})
    for warning in warnings:
        say(f"Note: {warning}")
    say(report.summary())
