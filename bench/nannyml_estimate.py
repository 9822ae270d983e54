"""What NannyML estimates, run by its own Python: ``nannyml_estimate.py RISKS.npz ALERT_FROM``."""

import contextlib
import io
import json
import sys
import time

import nannyml
import numpy as np
import pandas as pd


def main() -> None:
    """Print the estimates of the window's figures, and the seconds they took, as JSON."""
    held, alert_from = np.load(sys.argv[1]), float(sys.argv[2])
    frames = {
        name: pd.DataFrame({"risk": held[name], "flagged": (held[name] >= alert_from).astype(int)})
        for name in ("reference", "window")
    }
    frames["reference"]["left"] = held["left"]
    started = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        estimator = nannyml.CBPE(
            y_pred_proba="risk",
            y_pred="flagged",
            y_true="left",
            problem_type="classification_binary",
            metrics=["roc_auc", "recall", "precision"],
            chunk_number=1,
        ).fit(frames["reference"])
        fitted = time.perf_counter()
        found = estimator.estimate(frames["window"])
        ended = time.perf_counter()
    table = found.filter(period="analysis").to_df()
    names = {"auc": "roc_auc", "recall": "recall", "precision": "precision"}
    values = {name: float(table[theirs]["value"].iloc[0]) for name, theirs in names.items()}
    took = {"fit_seconds": fitted - started, "seconds": ended - fitted}
    print(json.dumps({"version": nannyml.__version__, **took, "values": values}))


if __name__ == "__main__":
    main()
