"""The file ``alarms.toml`` of a home: what differs from the rules that ring by default."""

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import msgspec

from stayline.domain.alarm_rules import DEFAULT_RULES
from stayline.domain.alarms import AlarmRule, MissingData
from stayline.errors import SettingRefused

RULES_FILE = "alarms.toml"
MINIMUM_REASON = 20


_Count = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
_Seconds = Annotated[int, msgspec.Meta(ge=1, le=366 * 86_400)]


class _RuleText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What can be changed of a rule; what is left out stays as it is."""

    threshold: float | None = None
    clears_at: float | None = None
    period_s: _Seconds | None = None
    evaluation_periods: _Count | None = None
    datapoints_to_alarm: _Count | None = None
    datapoints_to_clear: _Count | None = None
    looks_back_s: _Seconds | None = None
    fewest: Annotated[int, msgspec.Meta(ge=0)] | None = None
    missing: MissingData | None = None
    off: str | None = None


def read_rules(home: Path) -> tuple[AlarmRule, ...]:
    """Return the rules of a home: the default ones with what its file changes.

    Raises `SettingRefused` for a file that is wrong: it says what, and no rule of it is used.
    """
    path = home / RULES_FILE
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return DEFAULT_RULES
    except (OSError, UnicodeDecodeError) as error:
        raise SettingRefused(RULES_FILE, type(error).__name__, "a readable TOML file") from error
    return parse_rules(text)


def parse_rules(text: str, defaults: Sequence[AlarmRule] = DEFAULT_RULES) -> tuple[AlarmRule, ...]:
    """Return the rules with what a text changes: a table for each rule, named as it is."""
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingRefused(RULES_FILE, str(error), "a readable TOML file") from error
    names = [rule.name for rule in defaults]
    for name in written:
        if name not in names:
            raise SettingRefused(f"[{name}] in {RULES_FILE}", name, f"one of {names}")
    return tuple(_changed(rule, written.get(rule.name, {})) for rule in defaults)


def _changed(rule: AlarmRule, written: object) -> AlarmRule:
    where = f"[{rule.name}] in {RULES_FILE}"
    try:
        given = msgspec.convert(written, _RuleText)
    except msgspec.ValidationError as error:
        raise SettingRefused(where, str(error), f"{list(_RuleText.__struct_fields__)}") from None
    if given.off is not None and len(" ".join(given.off.split())) < MINIMUM_REASON:
        expected = f"the reason why nobody need be told, in at least {MINIMUM_REASON} characters"
        raise SettingRefused(f"off of {where}", given.off, expected)
    values = {
        name: value for name, value in msgspec.structs.asdict(given).items() if value is not None
    }
    for name, own in (("period_s", "period"), ("looks_back_s", "looks_back")):
        if name in values:
            values[own] = timedelta(seconds=values.pop(name))
    if "threshold" in values and "clears_at" not in values and rule.clears_at is not None:
        values["clears_at"] = rule.clears_at / rule.threshold * values["threshold"]
    changed = replace(rule, **values)
    if given.looks_back_s is None:
        changed = replace(changed, looks_back=max(rule.looks_back, 2 * changed.takes))
    problems = changed.problems()
    if problems:
        raise SettingRefused(where, "not possible", "; ".join(problems))
    return changed
