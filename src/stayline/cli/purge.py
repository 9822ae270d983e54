"""``stayline purge``: what has been kept for long enough, and what keeps it."""

from typing import TYPE_CHECKING, Annotated

import typer

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
    from stayline.bootstrap import Ports
    from stayline.domain.retention import RetentionPolicy
    from stayline.usecases.purge_records import PurgeReport


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("purge")(purge)


def purge(
    for_real: Annotated[
        bool, typer.Option("--for-real", help="Remove it; without, it is only shown.")
    ] = False,
    scan: Annotated[
        bool, typer.Option("--scan", help="Look at what is left, and write that down.")
    ] = False,
    reason: Annotated[
        str, typer.Option("--reason", help="Why, in your own words.", show_default=False)
    ] = "",
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what has been kept for long enough, store by store; remove it with --for-real."""
    from stayline.bootstrap.retention import retention_policy

    if for_real and not reason.strip():
        raise typer.BadParameter("--for-real needs --reason.")
    if for_real and scan:
        raise typer.BadParameter("--scan looks and removes nothing: give it without --for-real.")
    settings = settings_for(home)
    ports, policy = ports_for(settings, must_exist=True), retention_policy(settings)
    actor = by or settings.actor
    if scan:
        _scan(ports, policy, actor, as_json)
        return
    done = _purged(ports, policy, actor, reason.strip(), is_real=for_real, is_quiet=as_json)
    show_json(_told(done)) if as_json else _show(done)
    if done.conflicts:
        raise typer.Exit(1)


def _purged(
    ports: "Ports",
    policy: "RetentionPolicy",
    actor: str,
    reason: str,
    *,
    is_real: bool,
    is_quiet: bool,
) -> "PurgeReport":
    from stayline.bootstrap.retention import aged_stores, decisions_before, personal_stores
    from stayline.usecases.erase_employee import finish_erasures
    from stayline.usecases.purge_records import purge_records

    with progress("Looking at stores", hidden=is_quiet) as advance:
        done = purge_records(
            aged_stores(ports, policy), policy=policy, is_real=is_real, reason=reason, actor=actor,
            directory=ports.directory, register=ports.register, audit=ports.audit,
            clock=ports.clock, progress=advance,
        )  # fmt: skip
    if is_real:
        with ports.secrets.steady_tokens():
            finish_erasures(
                decisions_before=decisions_before(policy, ports.clock.now()),
                stores=personal_stores(ports), register=ports.register, audit=ports.audit,
                clock=ports.clock, actor=actor,
            )  # fmt: skip
    return done


def _scan(ports: "Ports", policy: "RetentionPolicy", actor: str, as_json: bool) -> None:
    from stayline.bootstrap.retention import aged_stores
    from stayline.usecases.scan_records import scan_records

    found = scan_records(
        aged_stores(ports, policy), policy=policy, actor=actor,
        directory=ports.directory, register=ports.register, clock=ports.clock,
    )  # fmt: skip
    if as_json:
        show_json({"stores": found})
    else:
        show_table(
            ("store", "rows", "oldest, days", "at most", "too old", "held"),
            [
                (s.store, s.rows, s.oldest_left_days, s.ceiling_days, s.over, s.held_back)
                for s in found
            ],
        )
    if any(one.is_over for one in found):
        raise typer.Exit(1)


_HIDDEN = ("held", "before")


def _told(done: "PurgeReport") -> dict[str, object]:
    from dataclasses import fields

    return {
        "run_id": done.run_id,
        "is_real": done.is_real,
        "stores": [
            {f.name: getattr(plan, f.name) for f in fields(plan) if f.name not in _HIDDEN}
            for plan in done.stores
        ],
        "conflicts": done.conflicts,
        "backups": done.backups,
    }


def _show(done: "PurgeReport") -> None:
    show_table(
        ("store", "class", "rows", "oldest, days", "at most", "at least", "goes", "held"),
        [
            (p.store, p.record_class, p.rows, p.oldest_days, p.ceiling_days, p.floor_days,
             p.deleted if done.is_real else p.goes, p.held_back)
            for p in done.stores
        ],
    )  # fmt: skip
    for conflict in done.conflicts:
        say(f"CONFLICT {conflict}")
    for backup in done.backups:
        old = "is not there" if backup.age_days is None else f"is {backup.age_days:.0f} days old"
        say(f"Backup {backup.path} {old}: remove it yourself, or mend governance.toml.")
    say(
        f"Removed, run {done.run_id}. See what is left with `stayline purge --scan`."
        if done.is_real
        else "Nothing was removed: that takes --for-real --reason."
    )
