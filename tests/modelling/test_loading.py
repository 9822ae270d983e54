import subprocess
import sys

LIBRARIES = {"optuna", "pandas", "sklearn", "xgboost"}
SPARED = (
    "stayline.container.gates",
    "stayline.container.prepare",
    "stayline.jobs.retraining",
    "stayline.usecases.train_model",
)


def test_who_trains_nothing_does_not_wait_for_the_libraries_of_training():
    told = f"import sys, {', '.join(SPARED)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "stayline" in loaded
    assert loaded & LIBRARIES == set()
