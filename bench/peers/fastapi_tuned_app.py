"""FastAPI and XGBoost with all that is usually tuned: no models, no frame, no copy, no log."""

import sys

import numpy as np
import orjson
import uvicorn
import xgboost as xgb
from columns import NAMES
from fastapi import FastAPI, Request, Response

app = FastAPI()
booster = xgb.Booster({"nthread": 1}, model_file=sys.argv[1])
booster.set_param({"nthread": 1})


@app.post("/predict")
async def predict(request: Request) -> Response:
    """Answer with the probability of leaving."""
    person = orjson.loads(await request.body())
    row = np.array([[person[name] for name in NAMES]], dtype=np.float32)
    risk = float(booster.inplace_predict(row)[0])
    return Response(orjson.dumps({"risk": risk}), media_type="application/json")


if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[2]), loop="uvloop", http="httptools",
        access_log=False, log_level="warning",
    )  # fmt: skip
