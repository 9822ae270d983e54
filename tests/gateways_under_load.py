"""Two gateways under load, while versions change, a gateway is killed and the database restarts."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from deployed_home import deploy_again, make_ibm_home
from gateways import GatewayProcess, second_home
from postgres_server import PostgresServer
from stayline.bootstrap import build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.deployment import Phase
from stayline.settings import Settings

NAMELESS = {"OverTime": "No", "MonthlyIncome": 5500, "JobRole": "Sales Executive"}
BODIES = ({"employee_id": "1", "OverTime": "Yes"}, {"employee_id": "2"}, NAMELESS)
AWAY_S = 4.0
"""How long the database stays away at a restart."""
BACK_WITHIN_S = 5.0
"""How long after the database is back 503 may still be answered."""
SEEN_WITHIN = timedelta(seconds=1)
_CLIENTS_A_GATEWAY = 2
Told = tuple[int, str | None, bytes]
"""A status, what Retry-After says, and the body."""


@dataclass(frozen=True)
class Plan:
    """How long to go on, and how often what happens, in seconds."""

    seconds: float
    deploy_every: float = 20.0
    kill_every: float = 30.0
    restarts: int = 2
    bake: int = 4


@dataclass(frozen=True)
class Answered:
    """One score that a client got."""

    prediction_id: str
    version: int
    began: datetime


@dataclass
class Findings:
    """What came of it; each list names what should not have been."""

    answered: int = 0
    while_away: int = 0
    by_version: Counter[int] = field(default_factory=Counter)
    retried: Counter[str] = field(default_factory=Counter)
    refused_while_away: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    restarts: int = 0
    deployed: int = 0
    cut_short: int = 0
    said: list[str] = field(default_factory=list)
    uncaptured: int = 0
    captured_twice: int = 0
    unaudited: int = 0
    audited_twice: int = 0
    audit_problems: tuple[str, ...] = ()
    audit_events: int = 0
    stale: int = 0
    slowest_s: float = 0.0

    @property
    def is_good(self) -> bool:
        bad = (
            self.failures.total(), self.uncaptured, self.captured_twice, self.unaudited,
            self.audited_twice, len(self.audit_problems), self.stale,
        )  # fmt: skip
        return not any(bad) and self.answered > 0

    def lines(self) -> Iterator[str]:
        """Yield the figures as a person reads them."""
        yield f"answered requests            {self.answered:,}, by version {dict(self.by_version)}"
        yield f"  of these without database  {self.while_away:,} (nobody named)"
        yield f"documented 503 without it    {self.refused_while_away:,}"
        yield f"retried at the other gateway {self.retried.total():,} {dict(self.retried)}"
        yield f"failed requests              {self.failures.total():,} {dict(self.failures)}"
        yield f"gateways killed              {self.kills}"
        yield f"database restarts            {self.restarts}"
        yield f"deployments                  {self.deployed}, cut short {self.cut_short}"
        yield from (f"  {words}" for words in self.said)
        yield f"answers by an old version    {self.stale} (1 s after the deployment)"
        yield f"answers not captured         {self.uncaptured}, twice {self.captured_twice}"
        yield f"answers not audited          {self.unaudited}, twice {self.audited_twice}"
        yield f"audit                        {self.audit_events:,} events, {self.audit_problems}"
        yield f"slowest answer               {1000 * self.slowest_s:,.0f} ms"


class Outages:
    """When the database was away, with the moment after it that recovery may take."""

    def __init__(self) -> None:
        self._spans: list[tuple[float, float]] = []
        self._since: float | None = None

    @contextmanager
    def one(self) -> Iterator[None]:
        self._since = time.monotonic()
        try:
            yield
        finally:
            self._spans.append((self._since, time.monotonic() + BACK_WITHIN_S))
            self._since = None

    def touches(self, began: float, ended: float) -> bool:
        spans = list(self._spans)
        if self._since is not None:
            spans.append((self._since, float("inf")))
        return any(since <= ended and began <= until for since, until in spans)


class Client(threading.Thread):
    """Asks one gateway again and again, and the other one where that does not answer."""

    def __init__(
        self, gateways: list[GatewayProcess], until: Callable[[], bool], outages: Outages
    ) -> None:
        super().__init__()
        self._gateways, self._goes_on, self._outages = gateways, until, outages
        self._connections: dict[int, HTTPConnection] = {}
        self.answered: list[Answered] = []
        self.found = Findings()

    def run(self) -> None:
        number = 0
        while self._goes_on():
            self._ask(BODIES[number % len(BODIES)])
            number += 1
        for connection in self._connections.values():
            connection.close()

    def _ask(self, body: dict[str, object]) -> None:
        began, started = datetime.now(UTC), time.monotonic()
        told: Told | None = None
        for gateway in self._gateways:
            try:
                told = self._posted(gateway, body)
            except (OSError, HTTPException) as error:
                self.found.retried[type(error).__name__] += 1
                self._drop(gateway)
                continue
            break
        ended = time.monotonic()
        if told is None:  # both, the one that is killed and the one that starts
            self.found.failures["no gateway answered"] += 1
            time.sleep(0.05)
            return
        self.found.slowest_s = max(self.found.slowest_s, ended - started)
        self._take(told, body, began, is_away=self._outages.touches(started, ended))

    def _posted(self, gateway: GatewayProcess, body: dict[str, object]) -> Told:
        """Post on the connection that is open, or on a new one where that was closed meanwhile."""
        if gateway.port in self._connections:
            try:
                return self._posted_on(self._connections[gateway.port], body)
            except (OSError, HTTPException):
                self._drop(gateway)
        self._connections[gateway.port] = HTTPConnection(*gateway.address, timeout=30)
        return self._posted_on(self._connections[gateway.port], body)

    def _posted_on(self, connection: HTTPConnection, body: dict[str, object]) -> Told:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/v1/predict", json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.headers["Retry-After"], answer.read()

    def _take(self, told: Told, body: dict[str, object], began: datetime, *, is_away: bool) -> None:
        status, retry_after, content = told
        if status == 200:
            score = json.loads(content)
            version = score["model"]["version"]
            self.answered.append(Answered(score["prediction_id"], version, began))
            self.found.while_away += is_away and body is NAMELESS
        elif status == 503 and is_away and retry_after and body is not NAMELESS:
            self.found.refused_while_away += 1
            time.sleep(0.02)
        else:
            who = "nobody" if body is NAMELESS else "somebody"
            self.found.failures[f"{status} for {who}: {content[:160].decode()}"] += 1

    def _drop(self, gateway: GatewayProcess) -> None:
        connection = self._connections.pop(gateway.port, None)
        if connection is not None:
            connection.close()


def soak(folder: Path, server: PostgresServer, plan: Plan) -> Findings:
    """Run the plan on two new homes below a folder; everything is stopped at the end."""
    settings = _two_homes(folder, server)
    versions = [1, deploy_again(build(settings[0]))]
    gateways = [GatewayProcess(one) for one in settings]
    outages, began = Outages(), datetime.now(UTC) - timedelta(hours=1)
    found = Findings()
    try:
        for gateway in gateways:
            gateway.start()
        until = time.monotonic() + plan.seconds

        def goes_on() -> bool:
            return time.monotonic() < until

        clients = [
            Client(order, goes_on, outages)
            for order in (gateways, gateways[::-1])
            for _ in range(_CLIENTS_A_GATEWAY)
        ]
        others = [
            threading.Thread(target=_deploy, args=(settings[0], versions, plan, until, found)),
            threading.Thread(target=_kill, args=(gateways, plan, until, found)),
            threading.Thread(target=_restart, args=(server, outages, plan, until, found)),
        ]
        for thread in (*clients, *others):
            thread.start()
        for thread in (*clients, *others):
            thread.join()
    finally:
        for gateway in gateways:
            gateway.stop()
    return _added_up(found, clients, settings, began)


def _two_homes(folder: Path, server: PostgresServer) -> list[Settings]:
    first = folder / "first"
    first.mkdir()
    (first / "stayline.toml").write_text(f'database_url = "{server.url}"\n')
    make_ibm_home(first, database_url=server.url)
    second = second_home(first, folder / "second")
    return [Settings(home=home, database_url=server.url) for home in (first, second)]


def _deploy(
    settings: Settings, versions: list[int], plan: Plan, until: float, found: Findings
) -> None:
    """Deploy one version after the other by the real command."""
    turn = 0
    while time.monotonic() + plan.deploy_every < until:
        started = time.monotonic()
        command = [sys.executable, "-m", "stayline", "models", "deploy", str(versions[turn % 2])]
        command += ["--bake", str(plan.bake), "--by", "soak", "--home", str(settings.home)]
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
        if done.returncode:
            found.cut_short += 1
            found.said.append((done.stdout + done.stderr).strip()[-300:])
        else:
            found.deployed += 1
        turn += 1
        time.sleep(max(0.0, plan.deploy_every - (time.monotonic() - started)))


def _kill(gateways: list[GatewayProcess], plan: Plan, until: float, found: Findings) -> None:
    """Kill one gateway after the other, and start it again at once."""
    next_at = time.monotonic() + plan.kill_every
    while next_at < until:
        time.sleep(max(0.0, next_at - time.monotonic()))
        next_at += plan.kill_every
        gateway = gateways[found.kills % len(gateways)]
        gateway.kill()
        found.kills += 1
        gateway.start()


def _restart(
    server: PostgresServer, outages: Outages, plan: Plan, until: float, found: Findings
) -> None:
    """Restart the database in good order, then by killing it, at even times."""
    pause = (until - time.monotonic()) / (plan.restarts + 1)
    for turn in range(plan.restarts):
        time.sleep(pause - AWAY_S)
        with outages.one():
            server.stop("fast" if turn % 2 == 0 else "immediate")
            time.sleep(AWAY_S)
            server.start()
        found.restarts += 1


def _added_up(
    found: Findings, clients: list[Client], settings: list[Settings], began: datetime
) -> Findings:
    answered = [one for client in clients for one in client.answered]
    for client in clients:
        found.failures += client.found.failures
        found.retried += client.found.retried
        found.while_away += client.found.while_away
        found.refused_while_away += client.found.refused_while_away
        found.slowest_s = max(found.slowest_s, client.found.slowest_s)
    found.answered = len(answered)
    found.by_version = Counter(one.version for one in answered)
    asked = {one.prediction_id for one in answered}
    until = began + timedelta(days=1)
    ports = [build(one) for one in settings]
    captured = Counter(r.event_id for one in ports for r in one.capture.read(began, until))
    found.uncaptured, found.captured_twice = _missing_and_twice(asked, captured)
    for one in ports:  # each home's journals join the chain by its own
        found.audit_problems += one.audit.check().problems
    kinds = [AuditEventKind.EMPLOYEE_SCORED]
    audited = Counter(
        str(event.details["prediction_id"]) for event in ports[0].audit.between(kinds=kinds)
    )
    found.unaudited, found.audited_twice = _missing_and_twice(asked, audited)
    found.audit_events = ports[0].audit.check().count
    found.stale = _stale(answered, ports[0].deployments.rollouts())
    for one in ports:
        one.audit.close()
        one.capture.close()
    return found


def _missing_and_twice(wanted: set[str], noted: Counter[str]) -> tuple[int, int]:
    return len(wanted - noted.keys()), sum(count > 1 for count in noted.values())


def _stale(answered: list[Answered], rollouts) -> int:
    """Count answers by another version than the one that was deployed a second before."""
    quiet = []
    ends = [one.started_at for one in rollouts[1:]] + [datetime.max.replace(tzinfo=UTC)]
    for rollout, end in zip(rollouts, ends, strict=True):
        if rollout.phase is Phase.COMPLETED:
            quiet.append((rollout.ended_at + SEEN_WITHIN, end, rollout.version))
    return sum(
        one.version != version
        for one in answered
        for since, end, version in quiet
        if since <= one.began < end
    )
