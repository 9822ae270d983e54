"""Run every benchmark that needs nothing but the project: ``python -m bench``."""

import subprocess
import sys
from pathlib import Path

SCRIPTS = (
    "cli_start",
    "capture",
    "ibm_model",
    "predict_latency",
    "start_up",
    "import_rows",
    "true_risk",
    "feature_store",
    "fairness_table",
    "feature_statistics",
    "training_pipeline",
    "score_workforce",
    "watch_intake",
    "watch_window",
    "verify_audit_log",
)


def main() -> None:
    """Run the scripts one after the other; the first that fails ends it."""
    for name in SCRIPTS:
        print(f"\n== {name}", flush=True)
        subprocess.run([sys.executable, Path(__file__).with_name(f"{name}.py")], check=True)


if __name__ == "__main__":
    main()
