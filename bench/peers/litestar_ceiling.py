"""The ceiling of our own HTTP stack: Litestar answering a constant."""

import sys

import uvicorn
from litestar import Litestar, post
from litestar.params import RawBody


@post("/predict", status_code=200)
async def predict(body: RawBody) -> dict[str, float]:
    """Answer with a constant."""
    return {"risk": 0.25}


if __name__ == "__main__":
    uvicorn.run(
        Litestar([predict]), host="127.0.0.1", port=int(sys.argv[2]), access_log=False,
        log_level="warning",
    )  # fmt: skip
