"""The same questions in the form that each server takes, and its answers read back to a risk."""

import json
from collections.abc import Callable, Mapping, Sequence

from bench.peers.columns import NAMES
from bench.peers.workload import QUESTIONS, Workload
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

JSON = "application/json"
SERVICE, REGION = "sagemaker", "us-east-1"
Body = Callable[[Workload, int], object]
"""From the number of a question to what is asked as JSON."""


def person(workload: Workload, question: int) -> object:
    """Whom it is about, and five fields; the other 25 are looked up."""
    return workload.fields(question)


def named(workload: Workload, question: int) -> object:
    """All 30 values by name."""
    return dict(zip(NAMES, workload.values(question), strict=True))


def values(workload: Workload, question: int) -> object:
    """All 30 values in order."""
    return {"values": workload.values(question)}


def matrix(workload: Workload, question: int) -> object:
    """MLflow's form of one row."""
    return {"inputs": [workload.values(question)]}


def tensor(workload: Workload, question: int) -> object:
    """The open inference protocol's form of one row."""
    row = workload.values(question)
    given = {"name": "row", "shape": [1, len(row)], "datatype": "FP32", "data": row}
    return {"inputs": [given]}


def risk(answer: object) -> float:
    """Read ``{"risk": 0.43}``."""
    assert isinstance(answer, dict)
    return float(answer["risk"])


def prediction(answer: object) -> float:
    """Read ``{"predictions": [0.43]}`` or ``[{"score": 0.43}]``."""
    assert isinstance(answer, dict)
    (first,) = answer["predictions"]
    return float(first["score"] if isinstance(first, dict) else first)


def tensor_answer(answer: object) -> float:
    """Read the open inference protocol's answer."""
    assert isinstance(answer, dict)
    (output,) = answer["outputs"]
    return float(output["data"][0])


def messages(workload: Workload, body: Body, path: str) -> Sequence[bytes]:
    """Return every question as the bytes of an HTTP request."""
    return [
        _message(path, {"Host": "127.0.0.1", "Content-Type": JSON}, _encoded(body, workload, n))
        for n in range(QUESTIONS)
    ]


def signed_messages(
    workload: Workload, body: Body, path: str, port: int, key: tuple[str, str]
) -> Sequence[bytes]:
    """Return every question signed as AWS clients do; the signatures are good for 5 minutes."""
    signer = SigV4Auth(Credentials(*key), SERVICE, REGION)
    signed = []
    for n in range(QUESTIONS):
        content = _encoded(body, workload, n)
        host = f"127.0.0.1:{port}"
        headers = {"Host": host, "Content-Type": JSON, "Accept": JSON}
        request = AWSRequest("POST", f"http://{host}{path}", headers=headers, data=content)
        signer.add_auth(request)
        signed.append(_message(path, dict(request.headers.items()), content))
    return signed


def _encoded(body: Body, workload: Workload, question: int) -> bytes:
    return json.dumps(body(workload, question)).encode()


def _message(path: str, headers: Mapping[str, str], content: bytes) -> bytes:
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content
