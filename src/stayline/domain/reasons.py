"""What moves a risk, in words a person can check."""

from collections.abc import Iterable

from stayline.domain.column_words import column_in_words, value_in_words
from stayline.domain.risk_score import FieldValue, Reason

_HARDLY = 0.0005


def told(
    inputs: Iterable[tuple[str, FieldValue, FieldValue, float]],
) -> tuple[Reason, ...]:
    """Return one reason per input, the strongest first.

    Each is a name, its value (None where it was not given), what was assumed for it then (None
    where nothing was), and its contribution in probability.

    >>> inputs = [("BasePay", 5500.0, None, 0.03), ("Team", None, "A", -0.2)]
    >>> [reason.text for reason in told(inputs)]
    ['Team is not given, taken as A: lowers the risk by 20.0 points', \
'Base pay is 5500: raises the risk by 3.0 points']
    """
    reasons = [
        Reason(name, value, contribution, _text(name, value, assumed, contribution))
        for name, value, assumed, contribution in inputs
    ]
    reasons.sort(key=_strength)
    return tuple(reasons)


def _strength(reason: Reason) -> float:
    return -abs(reason.contribution)


def _text(name: str, value: FieldValue, assumed: FieldValue, contribution: float) -> str:
    subject = f"{column_in_words(name)} is {value_in_words(value)}"
    if value is None and assumed is not None:
        subject = f"{subject}, taken as {value_in_words(assumed)}"
    if -_HARDLY < contribution < _HARDLY:
        return f"{subject}: hardly changes the risk"
    if contribution > 0:
        return f"{subject}: raises the risk by {contribution * 100:.1f} points"
    return f"{subject}: lowers the risk by {contribution * -100:.1f} points"
