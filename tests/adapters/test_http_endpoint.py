import gc
import shutil
import socket
import threading
import warnings
from contextlib import contextmanager
from datetime import timedelta

import pytest

from served_home import served
from stayline.adapters.embedded.http_endpoint import HttpEndpoint
from stayline.adapters.embedded.invocations import Invocations
from stayline.bootstrap import build
from stayline.errors import EndpointUnavailable, NothingDeployed, SettingRefused, UnknownVariant
from stayline.settings import Settings
from stores import NOON
from target_server import free_port, target_of


@pytest.fixture(scope="module")
def target(ibm_home, tmp_path_factory):
    home = shutil.copytree(ibm_home, tmp_path_factory.mktemp("target") / "home")
    with target_of(home) as target:
        target.start("tells")
        yield target


@contextmanager
def answering_once(answer: bytes):
    """A server that says these bytes to whoever asks first, then closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk():
            connection, _ = listener.accept()
            with connection:
                _read_whole(connection)
                connection.sendall(answer)

        thread = threading.Thread(target=talk)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def _read_whole(connection: socket.socket) -> None:
    """Read a request to its end, since closing before that would reset the connection."""
    with connection.makefile("rb") as request:
        length = 0
        while (line := request.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        request.read(length)


def ok(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def some_rows(ports):
    frame = ports.features.newest().head(50)
    return frame, frame.select(ports.endpoint.variant().inputs).to_dicts()


def test_another_server_gives_the_scores_and_reasons_of_this_process(ports, target):
    frame, rows = some_rows(ports)
    elsewhere = HttpEndpoint(ports.endpoint, ports.registry, target.url).variant()
    here = ports.endpoint.variant()
    assert (elsewhere.name, elsewhere.model, elsewhere.inputs) == (
        here.name, here.model, here.inputs,
    )  # fmt: skip
    as_of = [NOON] * len(rows)
    assert elsewhere.predict(rows, as_of) == here.predict(rows, as_of)
    assert elsewhere.score(frame).equals(here.score(frame))
    assert elsewhere.predict([], []) == ()


def test_a_server_of_our_own_gives_the_scores_and_reasons_of_this_process(ports, home, tmp_path):
    _, rows = some_rows(ports)
    with served(shutil.copytree(home, tmp_path / "other"), workers_max=1) as server:
        elsewhere = HttpEndpoint(ports.endpoint, ports.registry, server.url).variant()
        told = elsewhere.predict(rows, [NOON] * len(rows))
    here = ports.endpoint.variant().predict(rows, [NOON] * len(rows))
    assert [one.risk for one in told] == pytest.approx([one.risk for one in here])
    assert [one.base_risk for one in told] == pytest.approx([one.base_risk for one in here])
    assert [[r.feature for r in one.reasons] for one in told] == [
        [r.feature for r in one.reasons] for one in here
    ]


def test_reasons_that_nobody_asked_for_are_not_told(ports, target):
    _, rows = some_rows(ports)
    (one,) = HttpEndpoint(ports.endpoint, ports.registry, target.url).variant().predict(
        rows[:1], [NOON], with_reasons=False
    )  # fmt: skip
    assert (one.base_risk, one.reasons) == (None, ())


def test_a_killed_server_is_unavailable_and_answers_once_it_is_back(ports, home, tmp_path):
    _, rows = some_rows(ports)
    with target_of(shutil.copytree(home, tmp_path / "target")) as target:
        variant = HttpEndpoint(ports.endpoint, ports.registry, target.url).variant()
        with pytest.raises(EndpointUnavailable, match="cannot be reached"):
            variant.predict(rows[:1], [NOON])
        target.start()
        first = variant.predict(rows[:1], [NOON])
        assert (first[0].base_risk, first[0].reasons) == (None, ())
        target.kill()
        with pytest.raises(EndpointUnavailable):
            variant.predict(rows[:1], [NOON])
        target.start()
        assert variant.predict(rows[:1], [NOON]) == first


def test_a_connection_that_the_server_closed_meanwhile_is_opened_anew(ports, target):
    _, rows = some_rows(ports)
    with target_of(target.home) as restarted:
        restarted.start()
        variant = HttpEndpoint(ports.endpoint, ports.registry, restarted.url).variant()
        first = variant.predict(rows[:1], [NOON])
        restarted.kill()
        restarted.start()
        assert variant.predict(rows[:1], [NOON]) == first


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "status 500"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n", "status 302"),
        (ok(b"not JSON"), "form"),
        (ok(b'{"predictions":[{"risk":0.1}]}'), "form"),
        (ok(b'{"predictions":[]}'), "0 predictions for 1 rows"),
        (ok(b'{"predictions":[{"score":1.5}]}'), "no probability"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{", "form"),
        (b"gibberish\r\n\r\n", "cannot be reached"),
        (b"", "cannot be reached"),
    ],
)
def test_an_answer_that_is_none_is_an_outage_that_says_why(ports, answer, told):
    _, rows = some_rows(ports)
    with answering_once(answer) as url:
        variant = HttpEndpoint(ports.endpoint, ports.registry, url).variant()
        with pytest.raises(EndpointUnavailable, match=told):
            variant.predict(rows[:1], [NOON])


def test_a_server_that_takes_the_request_and_says_nothing_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        asking = Invocations(f"http://127.0.0.1:{silent.getsockname()[1]}", read_s=0.2)
        with pytest.raises(EndpointUnavailable, match="in time"):
            asking.ask(b"{}", with_reasons=False)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "127.0.0.1:8080",
        "http://",
        "http://127.0.0.1:nine/",
        "http://ana:secret@127.0.0.1/",
        "http://127.0.0.1/?key=secret",
    ],
)
def test_an_address_that_is_no_plain_http_one_is_refused_without_repeating_it(url):
    with pytest.raises(SettingRefused) as refused:
        Invocations(url)
    assert "secret" not in str(refused.value)


def test_no_model_and_an_unknown_variant_are_told_as_in_process(ports, tmp_path):
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(UnknownVariant):
        HttpEndpoint(ports.endpoint, ports.registry, url).variant("version-99")
    empty = build(Settings(home=tmp_path / "empty", endpoint_url=url))
    with pytest.raises(NothingDeployed):
        empty.endpoint.variant()


def test_an_address_where_nobody_listens_is_given_up_at_once(ports):
    _, rows = some_rows(ports)
    variant = HttpEndpoint(
        ports.endpoint, ports.registry, f"http://127.0.0.1:{free_port()}"
    ).variant()
    before = ports.clock.now()
    with pytest.raises(EndpointUnavailable):
        variant.predict(rows[:1], [NOON])
    assert ports.clock.now() - before < timedelta(seconds=1)


def test_a_connection_in_a_circle_of_garbage_is_closed_before_its_socket_complains():
    with answering_once(ok(b"{}")) as url:
        circle = [Invocations(url)]
        circle[0].ask(b"{}", with_reasons=False)
        circle.append(circle)
        del circle
        with warnings.catch_warnings(record=True) as complaints:
            warnings.simplefilter("always")
            gc.collect()
    assert [str(complaint.message) for complaint in complaints] == []
