"""A random sample of a stream, the same for the same seed."""

from collections.abc import Iterable
from random import Random
from typing import TypeVar

One = TypeVar("One")


def sampled(stream: Iterable[One], count: int, seed: int) -> list[One]:
    """Return up to ``count``, each as likely as another, keeping no more than that in memory.

    >>> sampled(range(5), 9, 0)
    [0, 1, 2, 3, 4]
    """
    random = Random(seed)  # noqa: S311  (a sample, no secret)
    kept = list[One]()
    for number, one in enumerate(stream):
        if number < count:
            kept.append(one)
        elif (place := random.randrange(number + 1)) < count:
            kept[place] = one
    return kept
