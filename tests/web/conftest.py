"""A client of the real application on a deployed home."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from local_client import LocalClient
from stayline.bootstrap import Ports
from stayline.settings import Settings
from stayline.web.app import create_app


@pytest.fixture
def client(ports: Ports, home: Path) -> Iterator[TestClient[Litestar]]:
    app = create_app(ports, Settings(home=home, max_instances=20, max_body_bytes=20_000))
    with LocalClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def predict(client: TestClient[Litestar]):
    """Post bytes or a JSON value to /v1/predict; return status and answer."""

    def post(body: Any, content_type: str = "application/json") -> tuple[int, Any]:
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        answer = client.post("/v1/predict", headers={"Content-Type": content_type}, **sent)
        return answer.status_code, answer.json()

    return post
