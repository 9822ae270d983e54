"""What a part of the portal is; which there are is told by `sections`, which knows their pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from stayline.domain.roles import Operation
from stayline.web.security_headers import PORTAL


@dataclass(frozen=True, slots=True)
class Section:
    """One part: its name and address, what it is for, and what a visitor must be permitted.

    ``path`` is below ``/portal``, and so are the addresses ``also``, whose pages belong here. It is
    shown to whoever may do any of ``asks``; each handler names its own operation besides.
    """

    title: str
    path: str
    about: str
    asks: frozenset[Operation]
    handlers: Sequence[HTTPRouteHandler]
    also: Sequence[str] = ()

    def holds(self, path: str) -> bool:
        """Whether a page's address is below this part's."""
        return any(path.startswith(f"{PORTAL}{one}/") for one in (self.path, *self.also))
