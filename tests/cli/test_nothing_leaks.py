"""No name, HR id, feature, secret or token comes into a log, an event, a figure or a file's name.

A real server and the real commands are given marked values, in good requests and in bad ones; then
everything they wrote that is not the answer itself is searched.
"""

import json
import shutil
from contextlib import suppress
from pathlib import Path

import httpx
import polars as pl
import pytest

from command_runs import here, stayline
from real_data import ibm_extract
from served_home import served
from stayline.bootstrap import build
from stayline.modelling.personal_data import PersonalDataScanner
from stayline.settings import Settings
from stores import NOON

HR_ID = 770011223
NAME = "Zzyxa Qortanivich"
MARKERS = {
    "HR id": str(HR_ID),
    "unknown HR id": "770099887",
    "name": NAME,
    "number": "98765.4321",
    "text": "Markedvalue",
    "bearer token": "Markedbearer0123456789",
    "API key": "Markedapikey0123456789",
    "password": "Markedpassword",
    "query": "Markedquery",
    "path": "Markedpath",
}
DEAD = "http://127.0.0.1:9"
SHOWN = {
    "Authorization": f"Bearer {MARKERS['bearer token']}",
    "X-Api-Key": MARKERS["API key"],
    "Cookie": f"session={MARKERS['password']}",
}
JSON = {"Content-Type": "application/json"}
PERSON = {"employee_id": HR_ID}
ODD = {"OverTime": MARKERS["text"], "MonthlyIncome": MARKERS["number"]}
REQUESTS: list[tuple[str, str, object]] = [
    ("POST", "/v1/predict", PERSON),
    ("POST", "/v1/predict", PERSON | {"MonthlyIncome": 98765.4321}),
    ("POST", "/v1/predict", PERSON | ODD),
    ("POST", "/v1/predict", {"instances": [PERSON, ODD]}),
    ("POST", "/v1/predict", {"employee_id": MARKERS["unknown HR id"]}),
    ("POST", "/v1/predict", f'{{"employee_id": {HR_ID}, "{MARKERS["text"]}'.encode()),
    ("POST", "/v1/predict", b"\xff" + MARKERS["text"].encode()),
    ("POST", f"/v1/predict?reasons={MARKERS['query']}", PERSON),
    ("POST", "/v1/predict", {"x": MARKERS["text"] * 600_000}),
    ("GET", f"/v1/employees/{HR_ID}", None),
    ("GET", f"/v1/employees/{HR_ID}/{MARKERS['path']}", None),
    ("GET", f"/{MARKERS['path']}?id={HR_ID}", None),
    ("DELETE", f"/v1/employees/{HR_ID}", None),
    ("POST", f"/v1/employees/{HR_ID}/decisions", {"action": "fire", "reason": MARKERS["text"]}),
    ("PUT", f"/v1/employees/{HR_ID}/opt-out", MARKERS["text"]),
    ("POST", "/invocations", PERSON | ODD),
    ("POST", f"/endpoints/{MARKERS['path']}/invocations", PERSON),
    ("POST", "/endpoints/attrition-risk/invocations", PERSON | ODD),
    ("GET", f"/FeatureGroup/employee-features?RecordIdentifierValueAsString={HR_ID}", None),
    ("PUT", "/FeatureGroup/employee-features", {"Record": [{"FeatureName": MARKERS["text"]}]}),
    ("POST", "/BatchGetRecord", {"Identifiers": [{"FeatureGroupName": MARKERS["text"]}]}),
]


@pytest.fixture(scope="module")
def written(ibm_home, tmp_path_factory) -> dict[str, str]:
    """Return everything that was written, by where, after a day of work with marked values."""

    folder = tmp_path_factory.mktemp("marked")
    home = Path(shutil.copytree(ibm_home, folder / "home"))
    told: dict[str, str] = {}
    people(home, folder, told)
    ask(home, told)
    commands(home, told)
    told["audit events"] = here("audit", "list", "--limit", "0", "--json", "--home", home).out
    told["names of files"] = "\n".join(str(path) for path in home.rglob("*"))
    for path in (home / "run").rglob("*"):
        if path.is_file():
            told[f"run/{path.name}"] = path.read_bytes().decode("latin-1")
    return told


def people(home: Path, folder: Path, told: dict[str, str]) -> None:
    """Import a person of a marked id, a row that is refused, and a name."""
    row = ibm_extract().head(1).with_columns(EmployeeNumber=pl.lit(HR_ID))
    bad = row.with_columns(EmployeeNumber=pl.lit(HR_ID + 1), OverTime=pl.lit(MARKERS["text"]))
    extract = folder / "extract.csv"
    pl.concat([row, bad]).write_csv(extract)
    done = here("import", extract, "--schema", "ibm-hr", "--home", home)
    assert done.code == 2, done.err
    told["import"] = done.out + done.err
    ports = build(Settings(home=home))
    token = str(ports.audit.events(limit=1)[0].subject)
    names = {"token": token, "event_time": NOON, "hr_id": str(HR_ID), "display_name": NAME}
    ports.directory.put(pl.DataFrame([names | {"manager": None}], schema_overrides=NAME_TYPES))


NAME_TYPES = {"manager": pl.String, "event_time": pl.Datetime("us", "UTC")}


def ask(home: Path, told: dict[str, str]) -> None:
    """Ask a server that works, and one whose model is elsewhere and does not answer."""
    for name, more in (("server", {}), ("failing server", {"endpoint_url": DEAD})):
        with served(home, log_level="INFO", **more) as server:
            statuses = set[int]().union(*(send(server.url, *one) for one in REQUESTS))
            told[f"metrics of {name}"] = httpx.get(f"{server.url}/metrics").text
            told[f"health of {name}"] = httpx.get(f"{server.url}/readyz").text
            server.process.terminate()
            out, err = server.process.communicate(timeout=60)
        told[name] = out + err
        assert {404, 405, 422} <= statuses
        assert "answered" in err
    assert 503 in statuses


def send(url: str, method: str, path: str, body: object) -> set[int]:
    """Send a request without a credential, which is let in, and with ones that are none."""
    content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    statuses = set()
    for headers in (JSON, JSON | SHOWN):
        with suppress(httpx.TransportError):
            answer = httpx.request(method, url + path, content=content, headers=headers)
            statuses.add(answer.status_code)
    return statuses


def commands(home: Path, told: dict[str, str]) -> None:
    """Run commands that go well and commands that do not."""
    unknown = ("score", "--employee", MARKERS["unknown HR id"])
    hook = f"hook=json://u:{MARKERS['password']}@127.0.0.1:9/"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("STAYLINE_ALARM_CHANNELS", hook)
        for words in (
            ("score", "--all"),
            unknown,
            ("jobs", "run", "audit-checkpoint"),
            ("alarms", "test"),
            ("doctor",),
            ("audit", "verify"),
        ):
            done = here(*words, "--home", home)
            told[" ".join(words[:2])] = done.out + done.err
    told["score of one"] = here("score", "--employee", HR_ID, "--home", home).err
    debugged = stayline("--debug", *unknown, "--home", home)
    told["traceback"] = debugged.err
    assert "Traceback" in debugged.err


def found_in(text: str) -> list[str]:
    return [name for name, marker in MARKERS.items() if marker.casefold() in text.casefold()]


def test_the_search_finds_what_was_sent() -> None:
    sent = " ".join(json.dumps(request, default=repr) for request in REQUESTS) + str(SHOWN) + NAME
    assert set(found_in(sent)) == MARKERS.keys()


def test_no_marked_value_was_written_anywhere(written: dict[str, str]) -> None:
    assert len(written) > 15
    assert sum(map(len, written.values())) > 20_000
    assert {where: found for where, text in written.items() if (found := found_in(text))} == {}


def test_no_pattern_of_personal_data_is_in_what_was_logged(written: dict[str, str]) -> None:
    scanner = PersonalDataScanner([NAME])
    for where in ("server", "failing server", "audit events", "doctor", "score --all", "import"):
        assert [(where, one.kind) for one in scanner.scan(written[where])] == []


def test_no_secret_of_the_home_was_written(written: dict[str, str], ibm_home: Path) -> None:
    key = (ibm_home / "secrets" / "token-key").read_text()
    assert len(key) == 64
    assert [where for where, text in written.items() if key in text] == []
