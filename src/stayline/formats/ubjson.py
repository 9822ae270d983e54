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
_CELLS: dict[bytes, np.dtype[np.generic]] = {
    b"i": np.dtype(">i1"),
    b"U": np.dtype(">u1"),
    b"I": np.dtype(">i2"),
    b"l": np.dtype(">i4"),
    b"L": np.dtype(">i8"),
    b"d": np.dtype(">f4"),
    b"D": np.dtype(">f8"),
}
_NATIVE = {kind: cells.newbyteorder("=") for kind, cells in _CELLS.items()}
_WHOLE = {kind: form for kind, form in _NUMBERS.items() if kind in b"iUIlL"}
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
        data = self._data
        while data[self.at : self.at + 1] != b"}":
            key = self._text()
            if key in found:
                raise _refused(f"they name something twice at byte {self.at}")
            found[key] = self._value(self.take(1), deeper - 1)
        self.at += 1
        return found

    def _value(self, kind: bytes, deeper: int) -> Value:
        self._values += 1
        if self._values > MOST_VALUES or deeper < 0:
            raise _refused("they hold more than any model has")
        if kind == b"[":
            return self._array(deeper)
        if kind in _NUMBERS:
            return self._number(kind)
        if kind in _CONSTANTS:
            return _CONSTANTS[kind]
        if kind == b"S":
            return self._text()
        if kind == b"{":
            return self.object(deeper)
        raise _refused(f"an unknown value is at byte {self.at - 1}")

    def _array(self, deeper: int) -> Value:
        if self._peek() == b"$":
            self.take(1)
            kind = self.take(1)
            if kind not in _CELLS:
                raise _refused(f"an unknown array is at byte {self.at - 1}")
            cells = _CELLS[kind]
            content = self.take(self._count() * cells.itemsize)
            return np.frombuffer(content, cells).astype(_NATIVE[kind])
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
        form = _WHOLE.get(self._data[self.at : self.at + 1])
        if form is None:
            raise _refused(f"they are torn at byte {self.at}")
        self.at += 1
        length = int(self._unpacked(form))
        if not 0 <= length <= len(self._data) - self.at:
            raise _refused(f"they are torn at byte {self.at}")
        return length

    def _number(self, kind: bytes) -> int | float:
        return self._unpacked(_NUMBERS[kind])

    def _unpacked(self, form: struct.Struct) -> int | float:
        try:
            found: int | float = form.unpack_from(self._data, self.at)[0]
        except struct.error as error:
            raise _refused(f"they are torn at byte {self.at}") from error
        self.at += form.size
        return found

    def _text(self) -> str:
        length = self._length()
        start = self.at
        self.at = start + length
        try:
            return self._data[start : self.at].decode()
        except UnicodeDecodeError as error:
            raise _refused(f"no text is at byte {self.at}") from error

    def _peek(self) -> bytes:
        return self._data[self.at : self.at + 1]


def _refused(problem: str) -> PackageRefused:
    return PackageRefused(f"its trees cannot be loaded: {problem}.")
