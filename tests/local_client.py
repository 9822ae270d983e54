"""A client of the application at an address of the test's choice: this machine's, unless told."""

from typing import Any

from litestar import Litestar
from litestar.testing import TestClient
from litestar.testing.transport import TestClientTransport

HERE = "http://127.0.0.1"


class LocalClient(TestClient[Litestar]):
    """Litestar's client, whose own address is no machine's at all."""

    def __init__(
        self,
        app: Litestar,
        *,
        address: str = "127.0.0.1",
        base_url: str = HERE,
        raise_server_exceptions: bool = True,
    ) -> None:
        super().__init__(app, base_url=base_url, raise_server_exceptions=raise_server_exceptions)
        self._transport = _From(address, self, raise_server_exceptions)


class _From(TestClientTransport):
    def __init__(self, address: str, client: LocalClient, raises: bool) -> None:
        super().__init__(client, raise_server_exceptions=raises)
        self._address = address

    def parse_request(self, request: Any) -> dict[str, Any]:
        return super().parse_request(request) | {"client": (self._address, 4000)}
