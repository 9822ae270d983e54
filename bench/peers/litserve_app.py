"""LitServe with one worker."""

import sys

import litserve as ls
import numpy as np
import xgboost as xgb


class Attrition(ls.LitAPI):
    """The model behind LitServe's hooks."""

    def setup(self, device: str) -> None:
        """Load the model."""
        self.booster = xgb.Booster({"nthread": 1}, model_file=sys.argv[1])

    def decode_request(self, request: dict[str, list[float]]) -> np.ndarray:
        """Read the row."""
        return np.array([request["values"]], dtype=np.float32)

    def predict(self, row: np.ndarray) -> float:
        """Score it."""
        return float(self.booster.inplace_predict(row)[0])

    def encode_response(self, risk: float) -> dict[str, float]:
        """Write the answer."""
        return {"risk": risk}


if __name__ == "__main__":
    server = ls.LitServer(Attrition(), accelerator="cpu", workers_per_device=1)
    server.run(
        host="127.0.0.1", port=int(sys.argv[2]), num_api_servers=1, generate_client_file=False,
        log_level="warning",
    )  # fmt: skip
