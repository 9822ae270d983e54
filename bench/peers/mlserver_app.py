"""MLServer with its XGBoost runtime, the model in its own process (faster than a pool of one)."""

import json
import os
import sys
from pathlib import Path

NAME = "attrition"


def main() -> None:
    """Write the settings that MLServer reads, then become it."""
    model, port = Path(sys.argv[1]), int(sys.argv[2])
    folder = model.parent / "mlserver"
    folder.mkdir(exist_ok=True)
    settings = {
        "host": "127.0.0.1", "http_port": port, "grpc_port": port + 1, "metrics_port": port + 2,
        "parallel_workers": 0, "debug": False,
    }  # fmt: skip
    (folder / "settings.json").write_text(json.dumps(settings))
    served = {
        "name": NAME, "implementation": "mlserver_xgboost.XGBoostModel",
        "parameters": {"uri": str(model)},
    }  # fmt: skip
    (folder / "model-settings.json").write_text(json.dumps(served))
    command = Path(sys.executable).with_name("mlserver")
    os.execv(command, [str(command), "start", str(folder)])  # noqa: S606  (no shell is wanted)


if __name__ == "__main__":
    main()
