"""Runs of pipelines in other processes, importable there by name."""

import resource
import signal
import sys
from pathlib import Path

import pytest

from small_pipelines import (
    CACHED,
    HERE,
    WRITES,
    PipelineHome,
    output_of,
    pipeline,
    processing,
    training,
    two_steps,
)
from stayline.errors import ExecutionFailed

LARGEST_FILE = 1024 * 1024


def long_run(signs: Path) -> dict[str, object]:
    """Return a pipeline whose second step says that it runs, then sleeps if it is the first."""
    says = f"sign = pathlib.Path({str(signs)!r}) / 'pid'; is_first = not sign.exists(); "
    sleeps = "sign.write_text(str(os.getpid())); import time; time.sleep(60 * is_first); "
    learns = HERE + says + sleeps + "(ml / 'model/xgboost-model').write_text('m')"
    return pipeline(
        processing("prepare", WRITES),
        training("train", learns, train=output_of("prepare", "rows")),
    )


def run_two_steps(folder: Path, _number: int) -> None:
    home = PipelineHome(folder)
    home.runner().run(two_steps(**CACHED), parameters={}, by="ana")
    home.close()


def run_on_a_full_disk(folder: Path, _number: int) -> None:
    """Run a step whose small files make an archive that is too large."""
    home = PipelineHome(folder)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    runner = home.runner()
    runner.executions()
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    writes = HERE + "[(ml / f'model/{n}').write_bytes(os.urandom(100_000)) for n in range(20)]"
    definition = pipeline(training("train", writes, train=runner.stage("rows", {})))
    with pytest.raises(ExecutionFailed) as caught:
        runner.run(definition, parameters={}, by="ana")
    (folder / "told").write_text(str(caught.value))
    home.close()


def stage_and_go(folder: Path, _number: int) -> None:
    """Stage an input that nobody unstages."""
    home = PipelineHome(folder)
    home.runner().stage("left", {"x.txt": b"x"})
    home.close()


def fail_and_go(folder: Path, _number: int) -> None:
    """Fail because of a file, and leave the input where it is."""
    home = PipelineHome(folder)
    (folder / "flaw").touch()
    fails = f"sys.exit(1) if os.path.exists({str(folder / 'flaw')!r}) else 0; "
    runner = home.runner()
    step = processing("prepare", HERE + fails + WRITES, inputs={"rows": {"Get": "Parameters.Rows"}})
    definition = pipeline(step, Rows=runner.stage("rows", {"x.txt": b"x"}))
    with pytest.raises(ExecutionFailed):
        runner.run(definition, parameters={}, by="ana")
    home.close()


if __name__ == "__main__":  # what is killed while a step runs
    home = PipelineHome(Path(sys.argv[1]))
    home.runner().run(long_run(Path(sys.argv[1])), parameters={}, by="ana")
