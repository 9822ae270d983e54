"""``stayline score``: everyone, or one person."""

from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.engine import EngineOption, SchedulerOption
from stayline.cli.terminal import (
    Advance,
    HomeOption,
    JsonOption,
    ports_for,
    progress,
    say,
    settings_for,
    show_json,
)

if TYPE_CHECKING:
    from stayline.bootstrap import Ports
    from stayline.ports.people_scorer import PeopleScorer
    from stayline.settings import Settings
    from stayline.usecases.score_workforce import WorkforceScores


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("score")(score)


def score(
    employee: Annotated[
        str | None, typer.Option("--employee", help="One person's HR id; without it, everyone.")
    ] = None,
    everyone: Annotated[
        bool, typer.Option("--all", help="Everyone, with all reasons, as the nightly run does.")
    ] = False,
    afresh: Annotated[
        bool,
        typer.Option("--afresh", help="Begin anew where a run was cut off less than a day ago."),
    ] = False,
    engine: EngineOption = "local",
    scheduler: SchedulerOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score the imported workforce with the deployed model; opted-out people are left out."""
    if employee is not None and (everyone or afresh or engine != "local" or scheduler):
        raise typer.BadParameter(
            "asks for one person; leave out --all, --afresh and --engine.", param_hint="--employee"
        )
    if employee is None:
        _score_everyone(home, as_json, afresh=afresh, engine=engine, scheduler=scheduler)
    else:
        _score_one(employee, home, as_json)


def score_everyone(
    ports: "Ports",
    settings: "Settings",
    advance: Advance = lambda done, total: None,
    *,
    afresh: bool = False,
    scorer: "PeopleScorer | None" = None,
) -> "WorkforceScores":
    """Score the imported workforce, as the nightly run does; here, or by a ``scorer``."""
    from stayline.usecases.score_workforce import score_workforce

    with ports.secrets.steady_tokens():
        return score_workforce(
            endpoint=ports.endpoint,
            features=ports.features,
            scores=ports.scores,
            opt_outs=ports.opt_outs,
            control=ports.control,
            audit=ports.audit,
            clock=ports.clock,
            actor=settings.actor,
            afresh=afresh,
            scorer=scorer,
            progress=advance,
        )


def _score_everyone(
    home: HomeOption, as_json: bool, *, afresh: bool, engine: str, scheduler: str | None
) -> None:
    from stayline.bootstrap.cluster import LOCAL, cluster_of

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    ports.runner.purge_expired(at=ports.clock.now())  # this runs nightly, training may not
    with cluster_of(engine, scheduler) as cluster:
        scorer = None
        if engine != LOCAL:
            from stayline.bootstrap.spread_scoring import cluster_scorer

            scorer = cluster_scorer(cluster, settings, ports)
        with progress("Scoring", unit="people", hidden=as_json) as advance:
            scored = score_everyone(ports, settings, advance, afresh=afresh, scorer=scorer)
    if as_json:
        show_json(scored)
    else:
        for line in told(scored):
            say(line)


def told(scored: "WorkforceScores") -> list[str]:
    """Tell in words how many people were scored, and who was left out."""
    from stayline.domain.alert_policy import Band

    bands = ", ".join(f"{scored.by_band.get(band, 0):,} {band.value}" for band in reversed(Band))
    outside = f" Outside the pilot: {scored.outside:,}." if scored.outside else ""
    taken_up = f"Taken up where an earlier run was cut off, after {scored.taken_up_at:,} people."
    return [
        *([taken_up] if scored.taken_up_at else []),
        f"{scored.count:,} people scored by version {scored.model.version}: {bands}.",
        f"Left out: {scored.opted_out:,} who opted out, {scored.gone:,} no longer employed."
        f"{outside}",
    ]


def _score_one(employee: str, home: HomeOption, as_json: bool) -> None:
    from stayline.cli.acting import may
    from stayline.domain.roles import Operation
    from stayline.domain.score_request import ScoreRequest
    from stayline.usecases.score_employee import score_employee
    from stayline.web.neutral import NOT_TOLD, without_reason

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    try:
        (answer,) = score_employee(
            [ScoreRequest(employee_id=employee)],
            endpoint=ports.endpoint,
            features=ports.features,
            scores=ports.scores,
            opt_outs=ports.opt_outs,
            control=ports.control,
            audit=ports.audit,
            capture=ports.capture,
            clock=ports.clock,
            token_key=ports.secrets.token_key(),
            actor=settings.actor,
        )
    except NOT_TOLD as refusal:
        if may(Operation.SEE_OPT_OUT):
            raise
        raise without_reason(refusal) from None
    if as_json:
        show_json(answer)
        return
    average = "" if answer.base_risk is None else f"; everyone's average: {answer.base_risk:.1%}"
    say(f"Risk {answer.risk:.1%} ({answer.band.value}){average}.")
    say("A score is a question to ask, not a verdict. What speaks in it most:")
    for reason in answer.reasons[:5]:
        say(f"  {reason.text}")
