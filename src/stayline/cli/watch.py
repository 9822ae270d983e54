"""``stayline watch``: what changed in a model's answers, how sure, and since when."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.engine import EngineOption, SchedulerOption
from stayline.cli.named_files import write_files
from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    ports_for,
    progress,
    say,
    settings_for,
    show_json,
    show_table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stayline.domain.monitoring import Finding, Watched, Window
    from stayline.modelling.evaluation import Estimate

group = typer.Typer(help="Watch a model's answers: drift, quality, groups.", no_args_is_help=True)
_MINUTE = "%Y-%m-%d %H:%M"
FromOption = Annotated[
    datetime | None,
    typer.Option("--from", help="Begin of the window, in UTC (default: a day before its end)."),
]
ToOption = Annotated[
    datetime | None,
    typer.Option("--to", help="End of the window, in UTC (default: the last midnight)."),
]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="watch")


@group.command("run")
def run(
    start: FromOption = None,
    end: ToOption = None,
    version: Annotated[
        int | None, typer.Option("--version", help="Which version (default: each that answered).")
    ] = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look at one window; exit status 2 when something is violated.

    A day that the job `watch` looks at is looked at as that job does. Any other window, or a
    version of your choice, has a report of its own, and no alarm rings for it.
    """
    from stayline.domain.gates import Verdict
    from stayline.jobs.table import job_named
    from stayline.usecases.watch_window import BY_HAND, REPORT, watch_window

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    window = _window(start, end, ports.clock.now())
    is_jobs = version is None and job_named("watch").schedule.window(window.end) == window
    with ports.secrets.steady_tokens():
        watched = watch_window(
            window, version=version, report=REPORT if is_jobs else BY_HAND,
            actor=by or settings.actor,
            sampling_percent=settings.capture_sampling_percent, capture=ports.capture,
            features=ports.features, registry=ports.registry, opt_outs=ports.opt_outs,
            answers=ports.answers, outcomes=ports.outcomes, alarms=ports.alarms,
            decisions=ports.decisions, protected=ports.protected, reports=ports.reports,
            metrics=ports.metrics, audit=ports.audit, clock=ports.clock,
            tell=lambda line: None if as_json else typer.echo(f"{line} ...", err=True),
        )  # fmt: skip
    if as_json:
        show_json({"windows": watched})
    else:
        for line in (line for one in watched for line in told(one)):
            say(line)
        until = f"{window.end:%Y-%m-%dT%H:%M:%S}{'' if is_jobs else ' --by-hand'}"
        say(f"See it as a page with `stayline watch report --to {until}`.")
    if any(finding.verdict is Verdict.FAIL for one in watched for finding in one.findings):
        raise typer.Exit(2)


@group.command("workforce")
def workforce(
    engine: EngineOption = "local",
    scheduler: SchedulerOption = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look at everyone as the deployed model sees them today; exit status 2 on a violation.

    Whether anybody asked for a score or not: the inputs, groups and reasons of all who may be
    scored, held against those that the model was registered with.
    """
    from stayline.bootstrap.cluster import cluster_of
    from stayline.bootstrap.spread_watching import ClusterSummaries
    from stayline.domain.gates import Verdict
    from stayline.usecases.watch_workforce import watch_workforce

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    with (
        cluster_of(engine, scheduler) as cluster,
        ports.secrets.steady_tokens(),
        progress("Watching", unit="people", hidden=as_json) as advance,
    ):
        watched = watch_workforce(
            summaries=ClusterSummaries(cluster, settings, ports), registry=ports.registry,
            features=ports.features, protected=ports.protected, opt_outs=ports.opt_outs,
            control=ports.control, audit=ports.audit, clock=ports.clock,
            actor=by or settings.actor, progress=advance,
        )  # fmt: skip
    if as_json:
        show_json(watched)
    else:
        say(f"Version {watched.model_version}, {watched.people:,} people who may be scored.")
        for line in told_findings(watched.findings):
            say(line)
    if any(finding.verdict is Verdict.FAIL for finding in watched.findings):
        raise typer.Exit(2)


@group.command("list")
def list_windows(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the windows that were looked at, with what was violated in each."""
    from stayline.domain.gates import Verdict
    from stayline.usecases.watch_window import BY_HAND, watched_windows

    reports = ports_for(settings_for(home), must_exist=True).reports
    found, by_hand = watched_windows(reports), watched_windows(reports, name=BY_HAND)
    if as_json:
        show_json({"windows": found, "by_hand": by_hand})
        return
    if not found and not by_hand:
        say("No window was looked at yet; `stayline watch run` does so, and the job `watch` daily.")
        return
    show_table(
        ["From (UTC)", "To (UTC)", "By", "Version", "Rows", "Violated", "Not enough to say"],
        [
            [
                f"{one.window.start:{_MINUTE}}", f"{one.window.end:{_MINUTE}}", by,
                str(one.model_version), f"{one.intake.rows:,}",
                *(
                    str(sum(finding.verdict is verdict for finding in one.findings))
                    for verdict in (Verdict.FAIL, Verdict.INSUFFICIENT)
                ),
            ]
            for by, some in (("day", found), ("hand", by_hand))
            for one in some
        ],
    )  # fmt: skip


@group.command("report")
def report(
    end: ToOption = None,
    out: Annotated[
        Path, typer.Option("--out", help="Where the files go: the page and the figures behind it.")
    ] = Path("watch-report"),
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="Of the windows that somebody chose by hand.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a window's page and files (default: the newest window)."""
    from stayline.usecases.watch_window import BY_HAND, PAGE, REPORT, window_files

    reports = ports_for(settings_for(home), must_exist=True).reports
    files = window_files(reports, _utc(end), name=BY_HAND if by_hand else REPORT)
    write_files(out, files, mode=0o700)
    if as_json:
        show_json({"page": str(out / PAGE), "files": sorted(files)})
    else:
        say(f"Wrote {len(files)} files. Open {out / PAGE} in a browser.")


@group.command("actions")
def actions(
    version: Annotated[
        int | None, typer.Option("--version", help="Which version (default: the deployed one).")
    ] = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare people who got an action with people of like risk who got none."""
    from stayline.usecases.compare_actions import compare_actions

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    found = compare_actions(
        version=version, actor=by or settings.actor, registry=ports.registry,
        answers=ports.answers, outcomes=ports.outcomes, decisions=ports.decisions,
        audit=ports.audit, clock=ports.clock,
    )  # fmt: skip
    if as_json:
        show_json(found)
        return
    if found.strata:
        show_table(
            ["Risk", "Got an action", "stayed", "Got none", "stayed", "Difference, points"],
            [
                [
                    one.name, str(one.treated), str(one.treated_stayed), str(one.untreated),
                    str(one.untreated_stayed), _points(one.difference),
                ]
                for one in found.strata
            ],
        )  # fmt: skip
    say(str(found))


def told(watched: "Watched") -> list[str]:
    """Tell in words what was found, violations first."""
    window, intake = watched.window, watched.intake
    faults = ", ".join(f"{count:,} x {name}" for name, count in sorted(intake.faults.items()))
    return [
        f"Version {watched.model_version}, {window.start:{_MINUTE}} to {window.end:{_MINUTE}} UTC: "
        f"{intake.rows:,} answers" + (f" ({faults})" if faults else "") + ".",
        *told_findings(watched.findings),
    ]


def told_findings(findings: "Sequence[Finding]") -> list[str]:
    """Count findings by what follows from them; tell the violations."""
    from stayline.domain.gates import Verdict

    lines = []
    for verdict, words in (
        (Verdict.FAIL, "Violated"),
        (Verdict.INSUFFICIENT, "Not enough to say"),
        (Verdict.PASS, "As before"),
    ):
        some = [finding for finding in findings if finding.verdict is verdict]
        lines.append(f"{words}: {len(some)}")
        shown = some if verdict is Verdict.FAIL else []
        lines += [
            f"  {one.monitor.value}, {one.subject or 'as a whole'}: {one.reason}" for one in shown
        ]
    return lines


def _points(difference: "Estimate | None") -> str:
    if difference is None:
        return "too few people"
    low, high = 100 * difference.low, 100 * difference.high
    return f"{100 * difference.value:+.1f} ({low:+.1f} to {high:+.1f})"


def _window(start: datetime | None, end: datetime | None, now: datetime) -> "Window":
    from stayline.domain.monitoring import Window
    from stayline.errors import SettingRefused

    until = _utc(end) or now.replace(hour=0, minute=0, second=0, microsecond=0)
    if until > now:
        raise SettingRefused("--to", f"{until:{_MINUTE}}", f"a time up to now, {now:{_MINUTE}} UTC")
    since = _utc(start) or until - timedelta(days=1)
    if since >= until:
        raise SettingRefused("--from", f"{since:{_MINUTE}}", f"a time before {until:{_MINUTE}}")
    return Window(since, until)


def _utc(given: datetime | None) -> datetime | None:
    return None if given is None else given.replace(tzinfo=UTC)
