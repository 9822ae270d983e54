"""Figures as a reader wants them: rounded as far as they are known, with their interval."""

import math
from collections.abc import Callable
from typing import Protocol

UNDEFINED = "not defined"
_WIDE = 0.10


class Interval(Protocol):
    """A figure with the ends of its interval; None where there is none."""

    @property
    def value(self) -> float | None:
        """The figure itself."""

    @property
    def low(self) -> float | None:
        """Where its interval begins."""

    @property
    def high(self) -> float | None:
        """Where its interval ends."""


def count(number: int) -> str:
    """Return a whole number with separators.

    >>> count(14700)
    '14,700'
    """
    return f"{number:,}"


def decimal(figure: Interval | None, digits: int = 3) -> str:
    """Return a figure and its interval.

    >>> from stayline.formats.card_figures import Figure
    >>> decimal(Figure(0.8132, 0.7794, 0.8481))
    '0.813 (0.779 to 0.848)'
    """
    return _told(figure, lambda value: _signed(f"{value:.{digits}f}"))


def percent(figure: Interval | None) -> str:
    """Return a share and its interval; one digit more where the interval is narrow.

    >>> from stayline.formats.card_figures import Figure
    >>> percent(Figure(0.314, 0.25, 0.38)), percent(Figure(0.314, 0.30, 0.33))
    ('31% (25% to 38%)', '31.4% (30.0% to 33.0%)')
    """
    digits = _digits(figure)
    return _told(figure, lambda value: _signed(f"{value:.{digits}%}"))


def points(figure: Interval | None) -> str:
    """Return a difference between shares in percentage points.

    >>> from stayline.formats.card_figures import Figure
    >>> points(Figure(0.041, -0.034, 0.113))
    '+4 (−3 to +11)'
    """  # noqa: RUF002 - the very sign it writes
    digits = _digits(figure)
    return _told(figure, lambda value: _signed(f"{100 * value:+.{digits}f}"))


def share(part: float | None, of: float = 1.0) -> str:
    """Return a plain share.

    >>> share(237, of=1470)
    '16.1%'
    """
    return UNDEFINED if part is None or not of else f"{part / of:.1%}"


def plain(value: float | str | None) -> str:
    """Return a number without an interval; infinity may come as text.

    >>> plain(0.12345), plain("Infinity"), plain(None)
    ('0.123', '∞', 'not defined')
    """
    if value is None or (number := float(value)) != number:
        return UNDEFINED
    if math.isinf(number):
        return _signed("∞" if number > 0 else "-∞")
    return _signed(f"{number:.3f}")


def _digits(figure: Interval | None) -> int:
    if figure is None or figure.low is None or figure.high is None:
        return 1
    return 0 if figure.high - figure.low > _WIDE else 1


def _told(figure: Interval | None, written: Callable[[float], str]) -> str:
    """Write the value and its interval; a value without an interval says so."""
    if figure is None or figure.value is None or not math.isfinite(figure.value):
        return UNDEFINED
    if figure.low is None or figure.high is None:
        return f"{written(figure.value)} (no interval)"
    return f"{written(figure.value)} ({written(figure.low)} to {written(figure.high)})"


def _signed(text: str) -> str:
    """Use a true minus, which does not break from its number, and no sign at all for zero."""
    if not text.strip("+-0.%"):
        return text.lstrip("+-")
    return text.replace("-", "\N{MINUS SIGN}")
