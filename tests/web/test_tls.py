"""The API over TLS, and who may listen without."""

import os
import signal
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from certificates import make_certificate
from command_runs import here
from served_home import served
from stayline.errors import SettingRefused
from stayline.settings import Settings
from stayline.web.exposure import check_exposure
from stayline.web.tls import tls_context
from waiting import soon

PREDICT = {"employee_id": "1"}


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return make_certificate(tmp_path / "tls")


def settings_of(pair: tuple[Path, Path]) -> Settings:
    return Settings(tls_cert=str(pair[0]), tls_key=str(pair[1]))


def refusal(pair: tuple[Path, Path]) -> str:
    with pytest.raises(SettingRefused) as refused:
        tls_context(settings_of(pair))
    return str(refused.value)


def test_without_a_certificate_there_is_no_tls() -> None:
    assert tls_context(Settings()) is None


def test_a_server_answers_by_tls_and_takes_up_a_new_certificate_with_a_new_worker(
    home: Path, pair: tuple[Path, Path]
) -> None:
    cert, key = pair
    with served(home, workers_min=1, workers_max=1, tls_cert=cert, tls_key=key) as server:
        assert server.url.startswith("https://127.0.0.1:")
        trust = ssl.create_default_context(cafile=str(cert))
        with httpx.Client(verify=trust, base_url=server.url) as client:
            answer = client.post("/v1/predict", json=PREDICT)
            assert answer.status_code == 200
            assert client.get("/healthz").headers["strict-transport-security"].startswith("max-age")
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
        with socket.create_connection(server.address, timeout=10) as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            with suppress(ConnectionError):
                assert not plain.recv(100).startswith(b"HTTP")
        make_certificate(cert.parent)
        (worker,) = server.workers()
        os.kill(worker, signal.SIGKILL)
        renewed = ssl.create_default_context(cafile=str(cert))
        assert soon(lambda: _answers(server.url, renewed))


def _answers(url: str, trust: ssl.SSLContext) -> bool:
    with suppress(httpx.TransportError), httpx.Client(verify=trust, timeout=30) as client:
        return client.get(f"{url}/healthz").status_code == 200
    return False


@pytest.mark.parametrize(
    ("newest", "is_taken"), [(ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_1, False)]
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_tls_older_than_1_2_is_refused(
    pair: tuple[Path, Path], newest: ssl.TLSVersion, is_taken: bool
) -> None:
    context = tls_context(settings_of(pair))
    assert context is not None
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(pair[0])
    client.set_ciphers("ALL:@SECLEVEL=0")
    client.minimum_version, client.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, newest
    ours, theirs = socket.socketpair()

    def shake() -> None:
        with suppress(OSError), context.wrap_socket(ours, server_side=True):
            pass

    server = threading.Thread(target=shake)
    server.start()
    try:
        with client.wrap_socket(theirs, server_hostname="127.0.0.1") as shaken:
            version = shaken.version()
    except OSError:
        version = None
    finally:
        theirs.close()
        server.join()
        ours.close()
    assert version == ("TLSv1.2" if is_taken else None)


@pytest.mark.parametrize("missing", ["tls_cert", "tls_key"])
def test_one_of_the_two_files_alone_is_refused(pair: tuple[Path, Path], missing: str) -> None:
    given = {"tls_cert": str(pair[0]), "tls_key": str(pair[1])} | {missing: ""}
    with pytest.raises(SettingRefused, match=f"{missing} .* go together"):
        tls_context(Settings(**given))


@pytest.mark.parametrize("number", [0, 1])
def test_a_missing_file_is_named(pair: tuple[Path, Path], number: int) -> None:
    pair[number].unlink()
    assert str(pair[number]) in refusal(pair)
    assert "No such file" in refusal(pair)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_key_that_others_can_read_is_refused(pair: tuple[Path, Path], mode: int) -> None:
    pair[1].chmod(mode)
    assert "only its owner" in refusal(pair)


def test_the_key_of_another_certificate_is_refused(pair: tuple[Path, Path], tmp_path: Path) -> None:
    other = make_certificate(tmp_path / "other")
    assert "the key of another one" in refusal((pair[0], other[1]))


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("content", [b"", b"no PEM", b"\x00\xff"])
def test_a_file_of_something_else_is_refused(
    pair: tuple[Path, Path], number: int, content: bytes
) -> None:
    pair[number].write_bytes(content)
    assert "in PEM" in refusal(pair)


def test_a_key_with_a_passphrase_is_refused_without_asking(tmp_path: Path) -> None:
    assert "its key in PEM" in refusal(make_certificate(tmp_path / "tls", password=b"secret"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.8.8.8", "::1"])
def test_this_machine_alone_may_be_served_in_the_clear(host: str) -> None:
    check_exposure(Settings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])  # noqa: S104  (what is refused)
def test_other_machines_are_served_by_tls_or_behind_a_declared_proxy_only(host: str) -> None:
    with pytest.raises(SettingRefused, match="no TLS"):
        check_exposure(Settings(host=host))
    check_exposure(Settings(host=host, tls_cert="cert.pem"))
    check_exposure(Settings(host=host, trusted_proxy="10.0.0.0/24"))


def test_the_command_refuses_in_words(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["serve", "--tls-cert", home / "cert", "--tls-key", home / "key", "--home", home]
    refused = here(*words)
    assert (refused.code, "tls_cert" in refused.err) == (1, True)
    monkeypatch.setenv("STAYLINE_HOST", "0.0.0.0")  # noqa: S104  (what is refused)
    refused = here("serve", "--port", "0", "--home", home)
    assert (refused.code, "--tls-cert" in refused.err) == (1, True)
    monkeypatch.setenv("STAYLINE_TRUSTED_PROXY", "proxy.example")
    refused = here("serve", "--port", "0", "--home", home)
    assert (refused.code, "10.0.0.0/24" in refused.err) == (1, True)
