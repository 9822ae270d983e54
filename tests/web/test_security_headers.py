"""Every answer of a real server, by the fast lane, the framework or neither."""

import shutil
import socket

import httpx
import pytest

from served_home import Served, served
from stayline.web.security_headers import PAGE_HEADERS

EXPECTED = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}


@pytest.fixture(scope="module")
def server(ibm_home, tmp_path_factory):
    home = tmp_path_factory.mktemp("served") / "home"
    with served(shutil.copytree(ibm_home, home)) as server:
        yield server


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/predict", b'{"employee_id": "1"}', 200),
        ("POST", "/v1/predict", b'{"instances": [{"employee_id": "1"}]}', 200),
        ("POST", "/v1/predict", b"{", 400),
        ("POST", "/v1/predict", b'{"employee_id": "999999"}', 404),
        ("POST", "/invocations", b'{"employee_id": "1"}', 200),
        ("GET", "/openapi.json", b"", 200),
        ("GET", "/metrics", b"", 200),
        ("GET", "/nothing", b"", 404),
        ("DELETE", "/v1/predict", b"", 405),
    ],
)
def test_every_answer_has_them_once(
    server: Served, method: str, path: str, body: bytes, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = httpx.request(method, server.url + path, content=body, headers=headers)
    assert answer.status_code == status
    for name, value in EXPECTED.items():
        assert answer.headers.get_list(name) == [value]
    assert answer.headers.get_list("cache-control") == ["no-store"]
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("path", ["/portal", "/portal/sign-in", "/portal/nowhere?a=1"])
def test_every_answer_of_the_portal_has_its_own_once(server: Served, path: str) -> None:
    answer = httpx.get(server.url + path)
    for name, value in PAGE_HEADERS:
        assert answer.headers.get_list(name) == [value]
    assert answer.headers.get_list("cache-control") == ["no-store"]


def test_what_is_no_http_is_refused_with_them(server: Served) -> None:
    with socket.create_connection(server.address, timeout=10) as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        told = connection.recv(4096).lower()
    assert told.startswith(b"http/1.1 400")
    for name, value in EXPECTED.items():
        assert f"{name}: {value}".encode() in told
