"""What each gate says of a new model, and what follows from it."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import groupby

from stayline.domain.waivers import Waiver

MOST_TOLD = 4
LONGEST_MESSAGE = 3000
"""A Fail step of SageMaker takes 3,072 characters."""


class Gate(StrEnum):
    """Every gate there is."""

    QUALITY_FLOOR = "quality floor"
    QUALITY_AGAINST_CHAMPION = "quality against champion"
    ENOUGH_POSITIVES = "enough positives"
    FAIRNESS = "fairness"
    FOUR_FIFTHS = "four fifths"
    LEAKS = "leaks"
    DATA_CONSTRAINTS = "data constraints"


class Verdict(StrEnum):
    """What the evidence says; ``INSUFFICIENT`` is neither good nor bad news."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    INSUFFICIENT = "insufficient evidence"


_APART = "look in the fairness audit for the inputs that tell the groups apart"
_REMEDIES = {
    Gate.QUALITY_FLOOR: "improve the inputs or the labels",
    Gate.QUALITY_AGAINST_CHAMPION: "keep the deployed model, or find out what changed in the data",
    Gate.ENOUGH_POSITIVES: "wait for more data",
    Gate.FAIRNESS: _APART,
    Gate.FOUR_FIFTHS: _APART,
    Gate.LEAKS: "give the column the role 'forbidden' or 'ignored' in schema.toml",
    Gate.DATA_CONSTRAINTS: "correct the extract, or leave the column out",
}


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate's verdict on one subject, with its reason in words and the figures behind it.

    ``subject`` names a group, a column or a figure; empty when the gate has one result only. A
    result that is not ``is_blocking`` is a warning. ``waiver`` is the one that lets it pass.
    """

    name: Gate
    verdict: Verdict
    reason: str
    subject: str = ""
    is_blocking: bool = True
    figures: Mapping[str, float | int | str | None] = field(default_factory=dict)
    waiver: Waiver | None = None

    @property
    def title(self) -> str:
        """The gate and its subject."""
        return f"{self.name.value} ({self.subject})" if self.subject else self.name.value

    @property
    def blocks(self) -> bool:
        """Whether this result keeps the model from being registered."""
        return self.is_blocking and self.verdict is not Verdict.PASS and self.waiver is None


def lifted(
    results: Iterable[GateResult], waivers: Sequence[Waiver], *, on: date
) -> tuple[GateResult, ...]:
    """Return the results, each with the waiver that lets it pass on that day, if there is one.

    Only too little evidence can be waived, never a failure. A waiver is for one gate and one
    subject; of several, the one that expires last counts.
    """
    return tuple(replace(result, waiver=_waiver_of(result, waivers, on)) for result in results)


def overall(results: Sequence[GateResult]) -> Verdict:
    """Return the verdict over all blocking results; a waived one counts as passed.

    Without any result nothing was judged, which is no pass.
    """
    found = {result.verdict for result in results if result.blocks}
    if Verdict.FAIL in found:
        return Verdict.FAIL
    return Verdict.INSUFFICIENT if found or not results else Verdict.PASS


def still_lifted(results: Iterable[GateResult], *, on: date) -> tuple[GateResult, ...]:
    """Return recorded results without the waivers that have expired since."""
    return tuple(
        replace(r, waiver=r.waiver if r.waiver and r.waiver.holds_on(on) else None) for r in results
    )


def message(results: Sequence[GateResult]) -> str:
    """Return one line of words, of at most 3,000 characters: what blocks, and what to do next."""
    blocking = [result for result in results if result.blocks]
    waived = sum(result.waiver is not None for result in results)
    if not results:
        return "No gate was judged."
    if not blocking:
        return f"All gates passed, {waived} by a waiver." if waived else "All gates passed."
    blocking.sort(key=lambda result: (result.verdict is not Verdict.FAIL, result.name))
    shown = blocking[:MOST_TOLD]
    told = [f"{r.title}: {r.verdict.value}: {r.reason}" for r in shown]
    if len(blocking) > len(shown):
        told.append(f"And {len(blocking) - len(shown)} more.")
    alike = groupby(shown, key=lambda result: (result.verdict, result.name))
    steps = [_next(verdict, name, list(some)) for (verdict, name), some in alike]
    head = f"{len(blocking)} of {len(results)} gate results block this model."
    text = " ".join([head, *told, f"Next: {'; '.join(dict.fromkeys(steps))}."])
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 3]}..."


def gate_lines(results: Sequence[GateResult]) -> list[str]:
    """Tell every result in words, one line each, with the waiver that lets it pass."""
    told = [f"Gates: {overall(results).value}"] if results else []
    for result in results:
        warns = "" if result.is_blocking or result.verdict is Verdict.PASS else ", a warning only"
        told.append(f"  {result.title}: {result.verdict.value}{warns}. {result.reason}")
        if waiver := result.waiver:
            told.append(
                f"    waived by {waiver.filed_by} until {waiver.expires_on}: {waiver.reason}"
            )
    return told


def _waiver_of(result: GateResult, waivers: Sequence[Waiver], on: date) -> Waiver | None:
    if result.verdict is not Verdict.INSUFFICIENT:
        return None
    subject = " ".join(result.subject.split())
    fitting = [w for w in waivers if (w.gate, w.subject) == (result.name, subject)]
    return max(
        (waiver for waiver in fitting if waiver.holds_on(on)),
        key=lambda waiver: (waiver.expires_on, waiver.filed_at, waiver.waiver_id),
        default=None,
    )


def _next(verdict: Verdict, gate: Gate, results: list[GateResult]) -> str:
    """Say what to do about one gate's results; a failure has no waiver to offer."""
    if verdict is Verdict.FAIL:
        return _REMEDIES[gate]
    words = ["stayline", "waivers", "file", "--gate", gate.value]
    first, *others = [result.subject for result in results]
    if first:
        words += ["--subject", first]
    command = f"{shlex.join(words)} --reason WHY --until YYYY-MM-DD --by SOMEBODY-ELSE"
    likewise = f", likewise for {', '.join(map(repr, others))}" if others else ""
    return f"{_REMEDIES[gate]}, or have a second person waive it with `{command}`{likewise}"
