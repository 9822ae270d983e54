"""BentoML with one worker."""

import os
import sys
from pathlib import Path

import bentoml
import numpy as np
import xgboost as xgb

MODEL = "BENCH_MODEL"


@bentoml.service(workers=1)
class Attrition:
    """The model as a service."""

    def __init__(self) -> None:
        self.booster = xgb.Booster({"nthread": 1}, model_file=os.environ[MODEL])

    @bentoml.api
    def predict(self, values: list[float]) -> dict[str, float]:
        """Answer with the probability of leaving."""
        row = np.array([values], dtype=np.float32)
        return {"risk": float(self.booster.inplace_predict(row)[0])}


if __name__ == "__main__":
    os.environ |= {MODEL: sys.argv[1], "BENTOML_DO_NOT_TRACK": "True"}
    os.chdir(Path(__file__).parent)
    serve = ["-m", "bentoml", "serve", "bentoml_app:Attrition", "--host", "127.0.0.1"]
    os.execv(sys.executable, [sys.executable, *serve, "--port", sys.argv[2]])  # noqa: S606  (no shell is wanted)
