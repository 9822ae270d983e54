"""``stayline jobs``: what runs on a schedule, what is due, and running it."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    check_home_exists,
    ports_for,
    progress,
    say,
    settings_for,
    show_json,
    show_table,
)

if TYPE_CHECKING:
    from stayline.domain.job_runs import JobRun
    from stayline.jobs.job import Listener
    from stayline.usecases.see_jobs import JobState

group = typer.Typer(help="Jobs that run on a schedule, in UTC.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="jobs")


@group.command("list")
def list_jobs(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List every job with its last run, how long that took, what came of it, and the next time."""
    states = _states(home)
    if as_json:
        show_json({"jobs": states})
        return
    show_table(
        ["Job", "Runs", "Last run", "Took", "Outcome", "Next", "Missed"],
        [_row(state) for state in states],
    )
    for state in states:
        if state.last is not None and state.last.message:
            say(f"{state.name}: {state.last.message}")


@group.command("due")
def due(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show what should run now, and what was missed; changes nothing."""
    states = [state for state in _states(home) if state.due or state.missed]
    if as_json:
        show_json({"due": states})
        return
    if not states:
        say("Nothing is due.")
    for state in states:
        times = ", ".join(f"{time:%Y-%m-%d %H:%M}" for time in state.due) or "nothing"
        missed = f"; missed since {state.missed:%Y-%m-%d %H:%M}" if state.missed else ""
        say(f"{state.name}: due {times}{missed}")
        if state.left_out_before is not None:
            say(f"  windows before {state.left_out_before:%Y-%m-%d %H:%M} are left out")


@group.command("run")
def run(
    name: Annotated[
        str | None, typer.Argument(help="A job, as `jobs list` shows it.", show_default=False)
    ] = None,
    all_due: Annotated[
        bool, typer.Option("--all-due", help="Every job that is due, as cron calls it.")
    ] = False,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run one job now, on record as run by you, or all that are due; exit status 1 if one fails."""
    from stayline.domain.job_runs import RunOutcome

    if (name is None) == (not all_due):
        raise typer.BadParameter("name a job, or pass --all-due.")
    with _listener(hidden=as_json) as listener:
        runs, elsewhere = _run(name, by, home, listener)
    if as_json:
        show_json({"runs": runs, "under_way_elsewhere": elsewhere})
    else:
        for one in runs:
            say(f"{one.job} ({one.scheduled_for:%Y-%m-%d %H:%M}): {one.outcome.value}")
            say(f"  {one.message}")
        for job in elsewhere:
            say(f"{job} is running in another process.")
        if not runs and not elsewhere:
            say("Nothing was due.")
    if any(one.outcome is not RunOutcome.SUCCEEDED for one in runs):
        raise typer.Exit(1)


@group.command("loop")
def loop(
    end_with_stdin: Annotated[
        bool, typer.Option("--end-with-stdin", help="Stop when standard input ends, too.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Run every job when it is due, until SIGTERM or Ctrl-C; a run under way is finished first."""
    from stayline.bootstrap import build, once_reachable
    from stayline.jobs.loop import run_loop, stop_signals
    from stayline.jobs.shipping import shipping
    from stayline.jobs.tending import tending
    from stayline.web.logs import json_logs

    settings = settings_for(home)
    check_home_exists(settings)
    ports = once_reachable(lambda: build(settings))
    with json_logs("INFO"), stop_signals() as stop:
        if end_with_stdin:
            threading.Thread(target=_stop_at_the_end_of_stdin, daemon=True).start()
        with tending(ports, settings), shipping(ports):
            run_loop(ports, settings, stop=stop)


def _states(home: HomeOption) -> "list[JobState]":
    from stayline.usecases.see_jobs import see_jobs

    ports = ports_for(settings_for(home), must_exist=True)
    return see_jobs(jobs=ports.jobs, clock=ports.clock)


def _row(state: "JobState") -> list[object]:
    last = state.last
    return [
        state.name,
        state.schedule,
        f"{last.started_at:%Y-%m-%d %H:%M}" if last else "never",
        "" if state.duration_s is None else f"{state.duration_s:,.1f} s",
        last.outcome.value if last else "",
        "now" if state.due else f"{state.next_at:%Y-%m-%d %H:%M}",
        f"{state.missed:%Y-%m-%d %H:%M}" if state.missed else "",
    ]


def _run(
    name: str | None, by: str | None, home: HomeOption, listener: "Listener"
) -> "tuple[list[JobRun], list[str]]":
    """Run one job by hand, or all that are due; name those that run in another process."""
    from stayline.domain.job_runs import SCHEDULE
    from stayline.errors import JobUnderWay, StoreRefused, StoreUnavailable
    from stayline.jobs.running import run_by_hand, run_due
    from stayline.jobs.settling import settle
    from stayline.jobs.shipping import ship
    from stayline.jobs.table import JOBS, job_named
    from stayline.jobs.tending import tend

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    if name is not None:
        job, who = job_named(name), by or settings.actor
        settled = settle(ports)
        for line in (*settled.done, *settled.problems):
            listener.tell(line)
        return run_by_hand(job, ports=ports, settings=settings, by=who, listener=listener), []
    runs: list[JobRun] = []
    elsewhere: list[str] = []
    for job in JOBS:
        try:
            runs += run_due(
                job, ports=ports, settings=settings, by=by or SCHEDULE, listener=listener
            )
        except JobUnderWay:
            elsewhere.append(job.name)
    tend(ports, settings)
    try:
        ship(ports)
    except (StoreRefused, StoreUnavailable) as error:
        listener.tell(str(error))
    return runs, elsewhere


@contextmanager
def _listener(*, hidden: bool) -> "Iterator[Listener]":
    """Give what shows a bar and lines on the error stream."""
    from stayline.jobs.job import NOBODY, Listener

    with progress("Working", unit="rows", hidden=hidden) as advance:
        yield NOBODY if hidden else Listener(advance, lambda line: typer.echo(line, err=True))


def _stop_at_the_end_of_stdin() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
