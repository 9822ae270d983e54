"""``stayline alarms``: what rings, why, who was told, and who has taken note of it."""

from typing import Annotated

import typer

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

group = typer.Typer(help="See, acknowledge and try out alarms.", no_args_is_help=True)
_WHEN = "%Y-%m-%d %H:%M:%S"


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="alarms")


@group.command("list")
def list_alarms(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List every alarm: its state, since when, why, and who has taken note."""
    ports = ports_for(settings_for(home), must_exist=True)
    standings = list(ports.alarms.standings().values())
    noted = {(one.alarm, one.since): one for one in ports.alarms.acknowledgements()}
    notes = [noted.get((one.alarm, one.since)) for one in standings]
    lost = ports.alarms.given_up()
    if as_json:
        listed = [{"standing": s, "acknowledged": n} for s, n in zip(standings, notes, strict=True)]
        show_json({"alarms": listed, "not_delivered": lost})
    elif not standings:
        say("No alarm was evaluated yet; `stayline alarms evaluate` does so.")
    else:
        show_table(
            ("alarm", "state", "since (UTC)", "why", "acknowledged by"),
            [
                (s.alarm, s.state.value, s.since.strftime(_WHEN), s.reason, n.by if n else "")
                for s, n in zip(standings, notes, strict=True)
            ],
        )
        for one in lost:
            say(f"Not delivered: {one.transition.alarm} to {one.channel!r}: {one.problem}")


@group.command("evaluate")
def evaluate(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Sample the server, move every alarm, tell people; cron calls it every minute.

    Prints what changed. Exit status 1 if a channel is wrong or did not take a message.
    """
    from stayline.jobs.tending import tend

    settings = settings_for(home)
    found = tend(ports_for(settings, must_exist=True), settings)
    if as_json:
        show_json(found)
    else:
        for change in found.transitions:
            say(f"{change.alarm}: {change.former.value} to {change.state.value}; {change.reason}")
        for problem in found.problems:
            say(problem)
    if found.problems:
        raise typer.Exit(1)


@group.command("rules")
def rules(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Print the rules, with what alarms.toml changes."""
    from stayline.formats.alarms_toml import read_rules

    found = read_rules(settings_for(home).home)
    if as_json:
        show_json({"rules": found})
        return
    for rule in found:
        say(f"{rule.name}: {rule.means}")
        say(f"  is off: {rule.off}" if rule.off else f"  rings when: {rule.rings_when}")
        say(f"  is over when: {rule.ends_when}")


@group.command("history")
def history(
    alarm: Annotated[str | None, typer.Argument(help="One alarm's name; default: all.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many changes.")] = 50,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List changes of state, newest first, and the notes people made."""
    ports = ports_for(settings_for(home), must_exist=True)
    changes = ports.alarms.history(alarm, limit=limit)
    notes = ports.alarms.acknowledgements(alarm)
    if as_json:
        show_json({"transitions": changes, "acknowledgements": notes})
        return
    if not changes:
        say("No alarm has changed its state yet.")
        return
    show_table(
        ("at (UTC)", "alarm", "from", "to", "why"),
        [(t.at.strftime(_WHEN), t.alarm, t.former.value, t.state.value, t.reason) for t in changes],
    )
    for note in notes:
        say(f"{note.at.strftime(_WHEN)} {note.by} on {note.alarm}: {note.note}")


@group.command("acknowledge")
def acknowledge(
    alarm: Annotated[str, typer.Argument(help="The alarm's name, as `alarms list` shows it.")],
    note: Annotated[str, typer.Option("--note", help="What is being done, naming no employee.")],
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take note of an alarm that rings, with your name."""
    from stayline.usecases.acknowledge_alarm import acknowledge_alarm

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    made = acknowledge_alarm(
        alarm, note=note, by=by or settings.actor,
        alarms=ports.alarms, audit=ports.audit, clock=ports.clock,
    )  # fmt: skip
    if as_json:
        show_json(made)
    else:
        say(
            f"{made.by} has taken note of {made.alarm}. It rings on until its figures have cleared."
        )


@group.command("test")
def try_channels(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Send a message marked as a test to every channel; exit 1 if one did not take it."""
    from stayline.usecases.try_alarm_channels import try_alarm_channels

    ports = ports_for(settings_for(home), must_exist=True)
    tried = try_alarm_channels(notifier=ports.notifier)
    if as_json:
        show_json(tried)
    else:
        for channel, problem in tried.channels.items():
            say(f"{channel}: {f'not taken: {problem}' if problem else 'taken'}")
        for problem in tried.problems:
            say(problem)
    if not tried.is_well:
        raise typer.Exit(1)
