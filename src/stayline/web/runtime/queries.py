"""The parameters of an address, as the services of AWS take them."""

from urllib.parse import parse_qsl

from stayline.errors import RecordRefused
from stayline.web.calls import Call


class Query:
    """The parameters of an address."""

    def __init__(self, call: Call) -> None:
        self._pairs = parse_qsl(call.query.decode("latin-1"), keep_blank_values=True)

    def every(self, name: str) -> list[str]:
        """Return all values of that name."""
        return [value for known, value in self._pairs if known == name]

    def one(self, name: str) -> str | None:
        """Return the value of that name; raises `RecordRefused` for two."""
        values = self.every(name)
        if len(values) > 1:
            raise RecordRefused(f"{name} is given more than once.")
        return values[0] if values else None

    def needed(self, name: str) -> str:
        """Return the value of that name; raises `RecordRefused` without one."""
        value = self.one(name)
        if not value:
            raise RecordRefused(f"{name} is needed.")
        return value
