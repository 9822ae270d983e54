"""Shares of everyone by token, for work that is done a part at a time or by several machines."""

from dataclasses import dataclass

_DIGITS = 8
"""As many hexadecimal digits of a token tell where a range ends; tokens have 32."""
MOST_RANGES = 1 << 16


@dataclass(frozen=True, slots=True)
class TokenRange:
    """The tokens behind ``after``, up to ``last``; None: up to the end."""

    after: str = ""
    last: str | None = None

    def holds(self, token: str) -> bool:
        """Whether a token is in the range."""
        return token > self.after and (self.last is None or token <= self.last)


EVERYONE = TokenRange()


def token_ranges(count: int) -> tuple[TokenRange, ...]:
    """Return ranges that follow one another and hold everyone; ``count`` of them, 65,536 at most.

    Tokens are keyed hashes, so each range holds about as many people as any other, and nobody has
    to be counted to tell where one ends.

    >>> token_ranges(2)
    (TokenRange(after='', last='80000000'), TokenRange(after='80000000', last=None))
    """
    if not 1 <= count <= MOST_RANGES:
        raise ValueError(f"expected 1 to {MOST_RANGES} ranges, got {count}")
    ends = [f"{(16**_DIGITS) * part // count:0{_DIGITS}x}" for part in range(1, count)]
    return tuple(
        TokenRange(after, last) for after, last in zip(["", *ends], [*ends, None], strict=True)
    )
