"""``mlflow models serve`` with one worker; the model has no signature, which is its fast form."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Save the model in MLflow's form (``prepare``), or become MLflow's server."""
    model = Path(sys.argv[1])
    folder = model.parent / "mlflow-model"
    if sys.argv[2] == "prepare":
        import mlflow.xgboost
        import xgboost as xgb

        mlflow.xgboost.save_model(xgb.Booster(model_file=model), folder, model_format="ubj")
        return
    os.environ |= {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    serve = ["-m", "mlflow", "models", "serve", "--model-uri", str(folder)]
    options = ["--env-manager", "local", "--workers", "1", "--host", "127.0.0.1"]
    os.execv(sys.executable, [sys.executable, *serve, *options, "--port", sys.argv[2]])  # noqa: S606  (no shell is wanted)


if __name__ == "__main__":
    main()
