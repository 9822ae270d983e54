"""The ceiling below every ASGI framework: uvicorn answering a constant."""

import sys
from typing import Any

import uvicorn

ANSWER = b'{"risk":0.25}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(ANSWER))]


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer with a constant."""
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})


if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[2]), access_log=False, log_level="warning",
        lifespan="off",
    )  # fmt: skip
