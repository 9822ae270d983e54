"""Rows of libsvm: ``[label] index:value ...`` a line."""

import math

from stayline.formats.request_text import BodyUnreadable

MISSING = float("nan")


def read_libsvm(text: str, width: int) -> list[list[float]]:
    """Return the cells of each line; an index that is absent is NaN, a label is passed over.

    Indices begin at 0. Raises `BodyUnreadable` naming the line.

    >>> read_libsvm("1 0:5 2:1.5", 3)
    [[5.0, nan, 1.5]]
    """
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            rows.append(_cells(line.split(), width, number))
    return rows


def _cells(words: list[str], width: int, number: int) -> list[float]:
    cells = [MISSING] * width
    seen: set[int] = set()
    if ":" not in words[0]:
        _number(words[0], number)
        words = words[1:]
    for word in words:
        index, colon, value = word.partition(":")
        if not colon or not index.isascii() or not index.isdigit() or len(index) > 9:
            raise BodyUnreadable(f"Line {number} is no libsvm: expected index:value pairs.")
        at = int(index)
        if at >= width or at in seen:
            expected = f"indices 0 to {width - 1}, each once"
            raise BodyUnreadable(f"Line {number} is no libsvm: expected {expected}.")
        seen.add(at)
        cells[at] = _number(value, number)
    return cells


def _number(word: str, number: int) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.inf
    if math.isinf(value) or not word.isascii() or "_" in word:
        raise BodyUnreadable(f"Line {number} is no libsvm: expected finite numbers.")
    return value
