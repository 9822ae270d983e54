"""The trees of a package as plain values: the part of UBJSON that XGBoost writes, read strictly.

Bytes that are torn or made up raise `PackageRefused`; nothing is set aside for a length that the
bytes cannot hold. Specified at ubjson.org, draft 12, with XGBoost's typed arrays.
"""

import struct
from collections.abc import Mapping, Sequence

import numpy as np

from stayline.errors import PackageRefused

Value = bool | int | float | str | np.ndarray | Sequence["Value"] | Mapping[str, "Value"] | None

MOST_VALUES = 5_000_000
"""Far more than any model has beside its typed arrays."""
DEEPEST = 32
_NUMBERS = {
    b"i": struct.Struct(">b"),
    b"U": struct.Struct(">B"),
    b"I": struct.Struct(">h"),
    b"l": struct.Struct(">i"),
    b"L": struct.Struct(">q"),
    b"d": struct.Struct(">f"),
    b"D": struct.Struct(">d"),
}
_WHOLE = b"iUIlL"
_CONSTANTS = {b"Z": None, b"T": True, b"F": False}


def read_ubjson(data: bytes) -> Mapping[str, Value]:
    """Return the object that the bytes hold; typed arrays of numbers come as NumPy arrays."""
    reader = _Reader(data)
    if reader.take(1) != b"{":
        raise _refused("they are not UBJSON")
    found = reader.object(DEEPEST)
    if reader.at != len(data):
        raise _refused(f"they end at byte {reader.at} of {len(data)}")
    return found


class _Reader:
    """Goes through the bytes once; every length is checked against what is left."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._values = 0
        self.at = 0

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        if not 0 <= count <= len(self._data) - self.at:
            raise _refused(f"they are torn at byte {self.at}")
        self.at += count
        return self._data[self.at - count : self.at]

    def object(self, deeper: int) -> dict[str, Value]:
        """Return an object whose opening brace was read."""
        found: dict[str, Value] = {}
        while self._peek() != b"}":
            key = self._text()
            if key in found:
                raise _refused(f"they name something twice at byte {self.at}")
            found[key] = self._value(self.take(1), deeper - 1)
        self.take(1)
        return found

    def _value(self, kind: bytes, deeper: int) -> Value:
        self._values += 1
        if self._values > MOST_VALUES or deeper < 0:
            raise _refused("they hold more than any model has")
        if kind in _NUMBERS:
            return self._number(kind)
        if kind in _CONSTANTS:
            return _CONSTANTS[kind]
        if kind == b"S":
            return self._text()
        if kind == b"[":
            return self._array(deeper)
        if kind == b"{":
            return self.object(deeper)
        raise _refused(f"an unknown value is at byte {self.at - 1}")

    def _array(self, deeper: int) -> Value:
        if self._peek() == b"$":
            self.take(1)
            kind = self.take(1)
            if kind not in _NUMBERS:
                raise _refused(f"an unknown array is at byte {self.at - 1}")
            number = np.dtype(_NUMBERS[kind].format.replace("l", "i").replace("q", "i8"))
            content = self.take(self._count() * number.itemsize)
            return np.frombuffer(content, number).astype(number.newbyteorder("="))
        if self._peek() == b"#":
            return [self._value(self.take(1), deeper - 1) for _ in range(self._count())]
        items = []
        while self._peek() != b"]":
            items.append(self._value(self.take(1), deeper - 1))
        self.take(1)
        return items

    def _count(self) -> int:
        if self.take(1) != b"#":
            raise _refused(f"an array has no length at byte {self.at}")
        return self._length()

    def _length(self) -> int:
        kind = self.take(1)
        length = self._number(kind) if kind in _WHOLE else -1
        if not isinstance(length, int) or not 0 <= length <= len(self._data) - self.at:
            raise _refused(f"they are torn at byte {self.at}")
        return length

    def _number(self, kind: bytes) -> int | float:
        form = _NUMBERS[kind]
        number: int | float = form.unpack(self.take(form.size))[0]
        return number

    def _text(self) -> str:
        content = self.take(self._length())
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise _refused(f"no text is at byte {self.at}") from error

    def _peek(self) -> bytes:
        return self._data[self.at : self.at + 1]


def _refused(problem: str) -> PackageRefused:
    return PackageRefused(f"its trees cannot be loaded: {problem}.")
