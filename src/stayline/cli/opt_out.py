"""``stayline opt-out``: who must not be scored, since when, and how that came in."""

from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.people import token_of
from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    ports_for,
    say,
    settings_for,
    show_json,
    show_table,
)

if TYPE_CHECKING:
    from stayline.domain.opt_out import OptOutRequest
    from stayline.usecases.set_opt_out import OptOutState

group = typer.Typer(
    help="Opt-outs of scoring and objections to it; `list` is for privacy roles.",
    no_args_is_help=True,
)
_Employee = Annotated[str, typer.Argument(help="The person's HR id.")]
_Kind = Annotated[str, typer.Option("--kind", help="opt_out or objection.", show_default="opt_out")]
_Channel = Annotated[
    str,
    typer.Option("--channel", help="portal, hr, email, works_council, paper or api."),
]
_Reason = Annotated[
    str, typer.Option("--reason", help="The person's own words, which nobody owes.")
]
_Since = Annotated[
    str,
    typer.Option(
        "--effective-from", help="When it was received, if earlier, e.g. 2026-03-01T09:00:00Z."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="opt-out")


@group.command("set")
def set_(
    employee: _Employee,
    kind: _Kind = "",
    channel: _Channel = "hr",
    reason: _Reason = "",
    effective_from: _Since = "",
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a person step out of scoring, at once; doing it again changes nothing."""
    from stayline.domain.opt_out import opt_out_request

    asked = opt_out_request(
        kind=kind, channel=channel, reason=reason, effective_from=effective_from
    )
    _show(_set(employee, True, asked, by, home), as_json)


@group.command("withdraw")
def withdraw(
    employee: _Employee,
    kind: Annotated[
        str, typer.Option("--kind", help="End only this kind.", show_default="both")
    ] = "",
    channel: _Channel = "hr",
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a person back in; while another kind stands, scoring stays barred."""
    from stayline.domain.opt_out import opt_out_request

    asked = opt_out_request(kind=kind, channel=channel)
    _show(_set(employee, False, asked, by, home, ends_all=not kind), as_json)


@group.command("list")
def list_opt_outs(
    employee: Annotated[
        str | None, typer.Option("--employee", help="Of one person only, by HR id.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List opt-outs and objections by token, with the people's words: for privacy roles only."""

    ports = ports_for(settings_for(home), must_exist=True)
    if employee is None:
        found = ports.opt_outs.everyone()
    else:
        found = ports.opt_outs.intervals(token_of(ports, employee))
    now = ports.clock.now()
    found = [out for out in found if everything or out.covers(now)]
    if as_json:
        show_json({"opt_outs": found})
    elif not found:
        say("Nobody has opted out.")
    else:
        show_table(
            ("token", "kind", "since", "until", "channel", "reason"),
            [(o.token, o.kind, o.since, o.until, o.channel, o.reason) for o in found],
        )


def _set(
    employee: str,
    has_opted_out: bool,
    asked: "OptOutRequest | None",
    by: str | None,
    home: HomeOption,
    *,
    ends_all: bool = False,
) -> "OptOutState":
    """Set it; who may not see opt-outs is told what was asked for, not what stood before."""
    from stayline.cli.acting import may
    from stayline.domain.roles import Operation
    from stayline.usecases.set_opt_out import OptOutState, set_opt_out

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    state = set_opt_out(
        token_of(ports, employee), has_opted_out,
        features=ports.features, scores=ports.scores, opt_outs=ports.opt_outs,
        answers=ports.answers, outcomes=ports.outcomes, audit=ports.audit, clock=ports.clock,
        actor=by or settings.actor, request=asked, ends_all=ends_all,
    )  # fmt: skip
    return state if may(Operation.SEE_OPT_OUT) else OptOutState(has_opted_out, None)


def _show(state: "OptOutState", as_json: bool) -> None:
    if as_json:
        show_json(state)
    elif state.has_opted_out:
        since = f", since {state.since}" if state.since else ""
        say(f"The person is not scored{since}.")
    else:
        say("The person may be scored again.")
