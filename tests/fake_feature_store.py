"""A fake of SageMaker's Feature Store runtime: its rules of order and names, over real HTTP.

moto has no such service. Our own server has, by the schema of a home; see the tests that put the
adapter before it.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

_NAME = re.compile(r"[a-zA-Z0-9]([-_]*[a-zA-Z0-9]){0,63}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
_KEPT_BY_SAGEMAKER = {"is_deleted", "write_time", "api_invocation_time"}
_IDENTIFIER, _EVENT_TIME = "token", "commit_order"
Key = tuple[str, str]


@dataclass
class FakeFeatureStore:
    """What is in the store, and what goes wrong next; a test sets both."""

    address: str = ""
    records: dict[Key, dict[str, str]] = field(default_factory=dict)
    shown: dict[Key, dict[str, str]] | None = None
    """What reads show instead, as an eventually consistent store does for a moment."""
    unprocessed: int = 0
    """How many batches still leave all but the first person unread."""
    errors: list[dict[str, str]] = field(default_factory=list)
    """What the next batch tells under Errors."""
    failing: list[tuple[int, str]] = field(default_factory=list)
    """Status and code of the next answers."""
    cut_off: int = 0
    """How many answers still end in the middle."""


class Refused(Exception):
    """A call that the service refuses."""


@contextmanager
def running_feature_store() -> Iterator[FakeFeatureStore]:
    """Give a fake that serves until the end of the block."""
    store = FakeFeatureStore()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(store))
    store.address = f"http://127.0.0.1:{server.server_port}"
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    try:
        yield store
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def _handler(store: FakeFeatureStore) -> type[BaseHTTPRequestHandler]:
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            self._answered(lambda group, _query, body: _put(store, group, body))

        def do_GET(self) -> None:
            self._answered(lambda group, query, _body: _get(store, group, query))

        def do_DELETE(self) -> None:
            self._answered(lambda group, query, _body: _delete(store, group, query))

        def do_POST(self) -> None:
            self._answered(lambda _group, _query, body: _batch(store, body))

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

        def _answered(self, answer) -> None:
            parts = urlsplit(self.path)
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
            status, code, told = 200, None, {}
            with lock:
                if store.failing:
                    status, code = store.failing.pop(0)
                else:
                    try:
                        group = unquote(parts.path).rpartition("/")[2]
                        told = answer(group, parse_qs(parts.query), body)
                    except Refused as refused:
                        status, code, told = 400, "ValidationError", {"Message": str(refused)}
            text = json.dumps(told).encode()
            self.send_response(status)
            if code:
                self.send_header("x-amzn-errortype", code)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            if store.cut_off:
                store.cut_off -= 1
                self.wfile.write(text[: len(text) // 2])
                self.close_connection = True
                return
            self.wfile.write(text)

    return Handler


def _put(store: FakeFeatureStore, group: str, body: dict) -> dict:
    record = {one["FeatureName"]: one["ValueAsString"] for one in body["Record"]}
    wrong = [n for n in record if not _NAME.fullmatch(n) or n in _KEPT_BY_SAGEMAKER]
    if wrong or len(record) < len(body["Record"]):
        raise Refused(f"feature names {wrong}")
    order = _checked_time(record[_EVENT_TIME])
    key = (group, record[_IDENTIFIER])
    if key not in store.records or store.records[key][_EVENT_TIME] < order:
        store.records[key] = record
    return {}


def _get(store: FakeFeatureStore, group: str, query: dict) -> dict:
    token = query["RecordIdentifierValueAsString"][0]
    found = _seen(store, group, token, query.get("FeatureName"))
    return {"Record": found} if found else {}


def _delete(store: FakeFeatureStore, group: str, query: dict) -> dict:
    assert query["DeletionMode"] == ["HardDelete"]
    order = _checked_time(query["EventTime"][0])
    key = (group, query["RecordIdentifierValueAsString"][0])
    if key in store.records and store.records[key][_EVENT_TIME] >= order:
        raise Refused("EventTime")
    store.records.pop(key, None)
    return {}


def _batch(store: FakeFeatureStore, body: dict) -> dict:
    records, unprocessed, left_out = [], [], store.unprocessed > 0
    store.unprocessed -= left_out
    for asked in body["Identifiers"]:
        tokens = asked["RecordIdentifiersValueAsString"]
        if not 0 < len(set(tokens)) == len(tokens) <= 100:
            raise Refused("nobody, too many people, or one of them twice")
        if left_out and tokens[1:]:
            unprocessed.append(asked | {"RecordIdentifiersValueAsString": tokens[1:]})
            tokens = tokens[:1]
        for token in tokens:
            of = {
                "FeatureGroupName": asked["FeatureGroupName"],
                "RecordIdentifierValueAsString": token,
            }
            found = _seen(store, asked["FeatureGroupName"], token, asked.get("FeatureNames"))
            records += [of | {"Record": found}] if found else []
    errors, store.errors = store.errors, []
    return {"Records": records, "Errors": errors, "UnprocessedIdentifiers": unprocessed}


def _seen(store: FakeFeatureStore, group: str, token: str, wanted: list[str] | None) -> list:
    records = store.records if store.shown is None else store.shown
    record = records.get((group, token), {})
    return [
        {"FeatureName": name, "ValueAsString": text}
        for name, text in record.items()
        if not wanted or name in wanted
    ]


def _checked_time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise Refused("EventTime")
    return text
