"""Who is measured: every server with its command, its questions and its answers."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.peers import questions
from bench.peers.environments import HERE, python_of
from bench.peers.questions import Body, messages, signed_messages
from bench.peers.workload import Workload
from bench.stayline_home import access_key, make_home, serve_command, serve_environment

OURS, SIGNED = "stayline", "stayline signed"
PREDICT = "/v1/predict"
INVOCATIONS = "/endpoints/attrition-risk/invocations"


@dataclass(frozen=True)
class Question:
    """One form of request to a server; ``read`` is None for a server that answers a constant."""

    label: str
    body: Body
    path: str
    read: Callable[[object], float] | None
    key: tuple[str, str] | None = None

    def messages(self, workload: Workload, port: int) -> Sequence[bytes]:
        """Return the bytes of every request, signed just now where this form is signed."""
        if self.key is None:
            return messages(workload, self.body, self.path)
        return signed_messages(workload, self.body, self.path, port, self.key)


@dataclass(frozen=True)
class Server:
    """A server to be started on a port."""

    name: str
    command: Callable[[int], Sequence[str | Path]]
    environment: dict[str, str]
    questions: Sequence[Question]
    preparation: Sequence[str | Path] = ()


@dataclass(frozen=True)
class Peer:
    """A server in an environment of its own, started by a program beside this one."""

    name: str
    environment: str
    program: str
    label: str
    body: Body
    path: str
    read: Callable[[object], float] | None
    prepares: bool = False

    def server(self, model: Path) -> Server:
        """Return the server; its environment is made if it is not there."""
        start = [python_of(self.environment), HERE / self.program, model]
        return Server(
            self.name,
            lambda port: [*start, str(port)],
            dict(os.environ),
            [Question(self.label, self.body, self.path, self.read)],
            [*start, "prepare"] if self.prepares else (),
        )


FIVE = "5 fields + stored"
ALL = "30 values"
CONSTANT = "a constant"
PEERS = (
    Peer(
        "MLServer", "mlserver", "mlserver_app.py", ALL, questions.tensor,
        "/v2/models/attrition/infer", questions.tensor_answer,
    ),
    Peer(
        "BentoML", "bentoml", "bentoml_app.py", ALL, questions.values, "/predict", questions.risk
    ),
    Peer(
        "LitServe", "litserve", "litserve_app.py", ALL, questions.values, "/predict",
        questions.risk,
    ),
    Peer(
        "mlflow models serve", "mlflow", "mlflow_app.py", ALL, questions.matrix, "/invocations",
        questions.prediction, prepares=True,
    ),
    Peer(
        "FastAPI as written", "fastapi", "fastapi_app.py", ALL, questions.named, "/predict",
        questions.risk,
    ),
    Peer(
        "FastAPI tuned", "fastapi", "fastapi_tuned_app.py", ALL, questions.named, "/predict",
        questions.risk,
    ),
    Peer(
        "Litestar", "project", "litestar_ceiling.py", CONSTANT, questions.person, "/predict", None
    ),
    Peer("uvicorn", "project", "uvicorn_ceiling.py", CONSTANT, questions.person, "/predict", None),
    Peer(
        "uvloop protocol", "project", "uvloop_ceiling.py", CONSTANT, questions.person, "/predict",
        None,
    ),
)  # fmt: skip
NAMES = (OURS, SIGNED, *(peer.name for peer in PEERS))


def stayline(home: Path, workload: Workload) -> Server:
    """Return ours over a new home, everything on, asked from this machine without signature."""
    make_home(home, workload)
    asked = [
        Question(FIVE, questions.person, f"{PREDICT}?reasons=false", questions.risk),
        Question(f"{FIVE}, reasons", questions.person, PREDICT, questions.risk),
    ]
    return _over(home, OURS, asked)


def signed_stayline(home: Path, workload: Workload) -> Server | None:
    """Return ours asked as AWS clients ask; None for a version without access keys.

    Its home is another one, for where there is a key, what is not signed is refused.
    """
    make_home(home, workload)
    key = access_key(home)
    if key is None:
        return None
    asked = Question(f"{FIVE}, SigV4", questions.person, INVOCATIONS, questions.prediction, key)
    return _over(home, SIGNED, [asked])


def _over(home: Path, name: str, asked: Sequence[Question]) -> Server:
    return Server(name, lambda port: serve_command(home, port), serve_environment(), asked)
