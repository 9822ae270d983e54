"""A flat JSON object as one CSV row, and back again without a loss.

Texts are quoted, everything else stands as in JSON, and null is an empty cell; so ``"35"`` stays a
text, ``35`` a number and ``""`` is not missing.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_CELL = re.compile(r'"([^"]*(?:""[^"]*)*)"|[^",]*')
_PLAIN_CELL = re.compile(r'(?:^|,)("[^"\\\x00-\x1f]*"|[^",]*)')


def csv_row(flat_object: str) -> tuple[list[str], str]:
    """Return the names and the row of a JSON object, in its order.

    >>> csv_row('{"JobRole":"Clerk, 1st","Age":35,"Pay":null}')
    (['JobRole', 'Age', 'Pay'], '"Clerk, 1st",35,')
    """
    values = _OBJECT.decode(flat_object)
    return list(values), ",".join([_cell(bytes(raw)) for raw in values.values()])


def json_object(names: Sequence[str], row: str) -> str:
    """Return the JSON object of a row that `csv_row` made; raises ValueError for any other.

    >>> json_object(["JobRole", "Age", "Pay"], '"Clerk, 1st",35,')
    '{"JobRole":"Clerk, 1st","Age":35,"Pay":null}'
    """
    plain = _PLAIN_CELL.findall(row)
    if len(plain) == len(names) and sum(map(len, plain)) + len(plain) - 1 == len(row):
        keyed = zip(_keys(tuple(names)), plain, strict=True)  # every cell stands as in JSON
        text = "{" + ",".join([key + (cell or "null") for key, cell in keyed]) + "}"
    else:
        cells = _cells(row) if names else []
        text = msgspec.json.encode(dict(zip(names, cells, strict=True))).decode()
    _OBJECT.decode(text)
    return text


@lru_cache(maxsize=16)
def _keys(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(msgspec.json.encode(name).decode() + ":" for name in names)


def _cell(raw: bytes) -> str:
    if raw == b"null":
        return ""
    if raw.startswith(b'"'):
        return '"' + msgspec.json.decode(raw, type=str).replace('"', '""') + '"'
    if raw[:1] in b"[{":
        raise ValueError("A captured request must be a flat object of texts and numbers.")
    return raw.decode()


def _cells(row: str) -> list[str | msgspec.Raw]:
    cells: list[str | msgspec.Raw] = []
    place = 0
    while True:
        found = _CELL.match(row, place)
        if found is None or row[found.end() : found.end() + 1] not in ("", ","):
            raise ValueError("The row is torn.")
        if found[1] is not None:
            cells.append(found[1].replace('""', '"'))
        else:
            cells.append(msgspec.Raw(found[0].encode() or b"null"))
        place = found.end() + 1
        if place > len(row):
            return cells
