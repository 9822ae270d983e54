"""A visitor of the portal without a browser: keeps cookies, fills in the key of forms."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from litestar import Litestar

from local_client import LocalClient

_KEY = re.compile(r'name="form_key" value="([^"]+)"')


class Visitor:
    """Somebody with a browser that does as it is told."""

    def __init__(self, client: LocalClient) -> None:
        self.client = client
        self.form_key = ""

    def get(self, path: str, *, follow: bool = True, **asked: str) -> httpx.Response:
        """Return a page, after whatever it leads to."""
        answer = self.client.get(path, params=asked or None, follow_redirects=follow)
        return self._seen(answer)

    def post(self, path: str, *, follow: bool = True, **fields: str | list[str]) -> httpx.Response:
        """Send a form from the last page that held one."""
        data = {"form_key": self.form_key} | fields
        answer = self.client.post(path, data=data, follow_redirects=follow)
        return self._seen(answer)

    def sign_in(self, *roles: str, name: str = "ana", hr_id: str = "") -> httpx.Response:
        """Sign in for development, in these roles."""
        self.get("/portal/sign-in")
        answer = self.post(
            "/portal/sign-in/development", role=list(roles), name=name, employee=hr_id
        )
        assert answer.url.path == "/portal", answer.text
        return answer

    def _seen(self, answer: httpx.Response) -> httpx.Response:
        if found := _KEY.search(answer.text):
            self.form_key = found[1]
        return answer


@contextmanager
def visitor(app: Litestar, **client: str) -> Iterator[Visitor]:
    """Give a visitor at this machine, or at another ``address`` and ``base_url``."""
    with LocalClient(app, raise_server_exceptions=False, **client) as made:
        yield Visitor(made)
