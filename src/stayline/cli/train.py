"""``stayline train``: a new version, pending a second person's approval."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    ports_for,
    progress,
    say,
    schema_named,
    settings_for,
    show_json,
    show_table,
)

if TYPE_CHECKING:
    from stayline.bootstrap import Ports
    from stayline.modelling.training import TrainingOptions
    from stayline.usecases.price_protection import PricedInputs
    from stayline.usecases.train_model import Training


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("train")(train)


def train(
    schema: Annotated[
        str | None,
        typer.Option(
            "--schema",
            help="The same inputs under another policy or horizon: file or preset.",
        ),
    ] = None,
    train_until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Train a panel until this day; later rows try the model."
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="The same data and seed give the same bytes.")
    ] = 0,
    trials: Annotated[int, typer.Option(min=1, help="Candidates to try at most.")] = 16,
    time_limit: Annotated[float, typer.Option(min=1, help="Seconds to search at most.")] = 30,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Search, fit, calibrate, evaluate and register a model as PendingManualApproval."""
    from stayline.modelling.training import TrainingOptions

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    training, priced = train_and_price(
        ports,
        options=TrainingOptions(seed, trials, time_limit),
        actor=by or settings.actor,
        schema_name=schema,
        train_until=train_until.replace(tzinfo=UTC) if train_until else None,
        hidden=as_json,
    )
    if as_json:
        show_json(
            {
                "model": training.registered,
                "evaluations": training.trained.evaluations,
                "periods": training.trained.periods,
                "parameters": training.trained.search.chosen,
                "search_ended_by": training.trained.search.ended_by,
                "bands": training.trained.bands,
                "price_of_protection": priced,
            }
        )
        return
    for line in summary(training):
        say(line)
    _show_figures(training)
    _show_price(priced)
    version = training.registered.version
    say(f"Next: stayline models approve {version} --by SOMEBODY-ELSE --reason WHY")


def train_and_price(
    ports: "Ports",
    *,
    options: "TrainingOptions",
    actor: str,
    schema_name: str | None = None,
    train_until: datetime | None = None,
    hidden: bool = False,
) -> tuple["Training", list["PricedInputs"]]:
    """Train and register a model, and measure the price of leaving protected attributes out."""
    from stayline.usecases.price_protection import price_protection
    from stayline.usecases.train_model import train_model

    with progress("Training", hidden=hidden) as advance:
        training = train_model(
            options=options,
            actor=actor,
            schema=schema_named(schema_name) if schema_name else None,
            train_until=train_until,
            features=ports.features,
            registry=ports.registry,
            opt_outs=ports.opt_outs,
            audit=ports.audit,
            clock=ports.clock,
            progress=lambda what, done, total: advance(done, total),
        )
    priced = price_protection(
        training.schema,
        training.trained.search.chosen,
        seed=options.seed,
        actor=actor,
        train_until=train_until,
        features=ports.features,
        protected=ports.protected,
        opt_outs=ports.opt_outs,
        audit=ports.audit,
        clock=ports.clock,
    )
    return training, priced


def summary(training: "Training") -> list[str]:
    """Tell in a few lines what was trained and how well it ranks."""
    trained, chosen = training.trained, training.trained.search.chosen
    last = trained.evaluations[-1]
    shape = "additive, one curve per column" if chosen.depth == 1 else f"depth {chosen.depth}"
    told = [
        f"Version {training.registered.version} is registered as "
        f"{training.registered.status.value} ({training.registered.digest[:19]}).",
        f"{trained.rows:,} rows, {trained.positives:,} of whom left; {chosen.rounds} trees, "
        f"{shape}; {len(trained.search.candidates)} candidates in {trained.search.seconds:.0f} s.",
        f"ROC AUC {last.roc_auc} {last.measured_on}, n = {last.n:,}.",
    ]
    told += _cautions(training)
    told += [
        f"Protected attribute {column.name} is an input because: {column.justification}"
        for column in training.schema.justified
    ]
    return told


def _cautions(training: "Training") -> list[str]:
    """Say what the figures must not be taken for."""
    from stayline.domain.alert_policy import RecallAtPrecision

    first, policy = training.trained.evaluations[0], training.schema.policy
    told = []
    if len(training.trained.evaluations) == 1:
        told.append(
            "There are no later rows to try it on, and the search chose among candidates on these "
            "very rows, in other folds: expect a little less in use."
        )
    reached = first.precision_at_alert.value
    if isinstance(policy, RecallAtPrecision) and reached < policy.precision:
        told.append(
            f"No threshold reaches the precision {policy.precision:.2f} that the policy asks for; "
            f"the best one found has {reached:.2f}."
        )
    return told


def _show_figures(training: "Training") -> None:
    evaluations = training.trained.evaluations
    precision = evaluations[0].precision
    figures = {
        "ROC AUC": "roc_auc",
        "average precision": "average_precision",
        f"recall at precision {precision:.2f}": "recall_at_precision",
        "Brier": "brier",
        "Brier skill": "brier_skill",
        "log loss": "log_loss",
        "calibration error": "calibration_error",
        "precision at the alert threshold": "precision_at_alert",
        "recall at the alert threshold": "recall_at_alert",
        "share alerted": "share_alerted",
    }
    headers = ("figure (95 % interval)", *(f"{e.measured_on}, n = {e.n:,}" for e in evaluations))
    rows = [
        (name, *(str(getattr(e, attribute)) for e in evaluations))
        for name, attribute in figures.items()
    ]
    rows += [
        (f"lift, {share}", *(str(e.lift[share]) for e in evaluations))
        for share in evaluations[0].lift
    ]
    show_table(headers, rows)
    periods = training.trained.periods
    if periods:
        show_table(
            ("later rows of", "n", "left", "ROC AUC"),
            [(p.period, p.n, p.positives, str(p.roc_auc)) for p in periods],
        )


def _show_price(priced: list["PricedInputs"]) -> None:
    if not priced:
        return
    say("The price of leaving protected attributes out (ROC AUC of the same trees):")
    years = [period.period for period in priced[0].tried.periods]
    show_table(
        ("inputs", "in use", priced[0].tried.measured_on, *years),
        [
            (
                p.inputs,
                "yes" if p.is_in_use else "",
                str(p.tried.roc_auc),
                *(str(period.roc_auc) for period in p.tried.periods),
            )
            for p in priced
        ],
    )
