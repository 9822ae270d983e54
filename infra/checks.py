"""What the CDK's validation has found in a synthesised stack, warnings included."""

from pathlib import Path

import msgspec

REPORT = "validation-report.json"


class StackRefused(Exception):
    """A stack breaks rules and nobody has told why: change it, or acknowledge with a reason."""

    def __init__(self, violations: list[str]) -> None:
        told = "".join(f"\n- {one}" for one in violations)
        super().__init__(f"The stack breaks {len(violations)} rules.{told}")
        self.violations = violations


class _Construct(msgspec.Struct, rename="camel"):
    construct_path: str = ""


class _Violation(msgspec.Struct, rename="camel"):
    rule_name: str
    description: str
    violating_constructs: list[_Construct] = []


class _Plugin(msgspec.Struct, rename="camel"):
    plugin_name: str
    violations: list[_Violation]


class _Report(msgspec.Struct, rename="camel"):
    plugin_reports: list[_Plugin]


def violations_in(folder: Path) -> list[str]:
    """Return every violation that is not acknowledged: pack, rule, what it says, and where."""
    report = msgspec.json.decode((folder / REPORT).read_bytes(), type=_Report)
    return [
        f"{plugin.plugin_name} {one.rule_name}: {one.description}"
        f" ({', '.join(place.construct_path for place in one.violating_constructs)})"
        for plugin in report.plugin_reports
        for one in plugin.violations
    ]
