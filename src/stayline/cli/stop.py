"""``stayline stop-scoring``, ``resume-scoring``, ``scoring-state``: the stop switch."""

from typing import Annotated

import typer

from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    ReasonOption,
    ports_for,
    say,
    settings_for,
    show_json,
)

UrlOption = Annotated[
    str | None,
    typer.Option(
        "--url", help="Where the server of the drill answers (default: as set).", show_default=False
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("stop-scoring")(stop)
    app.command("resume-scoring")(resume)
    app.command("scoring-state")(state)


def stop(
    reason: Annotated[
        str, typer.Option("--reason", help="Why, in your own words.", show_default=False)
    ] = "",
    drill: Annotated[
        bool, typer.Option("--drill", help="Stop a running server, measure, and resume.")
    ] = False,
    url: UrlOption = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Stop all scoring, everywhere and within a second, until `resume-scoring`."""
    from stayline.usecases.stop_scoring import stop_scoring

    if drill:
        _drill(url, by, home, as_json)
        return
    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    stopped = stop_scoring(
        reason=reason, by=by or settings.actor, control=ports.control, clock=ports.clock
    )
    if as_json:
        show_json(stopped)
    else:
        say("Scoring is stopped: within a second no process computes or shows a score.")


def resume(
    reason: ReasonOption, by: ByOption = None, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Let scoring go on; whoever stopped it may do so, too."""
    from stayline.usecases.resume_scoring import resume_scoring

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    resumed = resume_scoring(
        reason=reason, by=by or settings.actor, control=ports.control, clock=ports.clock
    )
    if as_json:
        show_json(resumed)
    else:
        say("Scoring goes on within a second.")


def state(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say whether scoring is stopped, by whom and why, and for whom it is meant."""
    ports = ports_for(settings_for(home), must_exist=True)
    now, found = ports.clock.now(), ports.control.state()
    scope = found.scope_at(now)
    if as_json:
        show_json(
            {"is_stopped": found.is_stopped, "stop": found.stop, "pilot": found.pilot,
             "scope": str(scope)}
        )  # fmt: skip
        return
    last = found.stop
    if last is not None:
        word = "Stopped" if found.is_stopped else "Resumed"
        say(f"{word} by {last.by} at {last.at:%Y-%m-%d %H:%M:%S} UTC: {last.reason}")
    say("No score is computed or shown." if found.is_stopped else f"Scored: {scope}.")


def _drill(url: str | None, by: str | None, home: HomeOption, as_json: bool) -> None:
    import time

    from stayline.cli.loopback import worker_at
    from stayline.usecases.drill_stop_switch import drill_stop_switch

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    server = url or f"http://{settings.host}:{settings.port}"
    drill = drill_stop_switch(
        by=by or settings.actor, ask=lambda: worker_at(server), deployments=ports.deployments,
        control=ports.control, register=ports.register, audit=ports.audit, clock=ports.clock,
        pause=time.sleep,
    )  # fmt: skip
    if as_json:
        show_json(drill)
        return
    took = (drill.refused_from - drill.stopped_at).total_seconds()
    off = (drill.resumed_at - drill.refused_from).total_seconds()
    say(f"Every worker refused {took:.2f} s after the stop. Scores served while off: 0.")
    say(f"Scoring was off for {off:.1f} s more and goes on. The drill is on record.")
