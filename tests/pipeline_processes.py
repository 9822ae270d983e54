"""Runs of pipelines in other processes, importable there by name."""

import resource
import signal
import sys
from pathlib import Path

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
    try:
        runner.run(pipeline(training("train", writes, train=runner.stage("rows", {}))),
                   parameters={}, by="ana")  # fmt: skip
    except ExecutionFailed as error:
        (folder / "told").write_text(str(error))
    home.close()


if __name__ == "__main__":  # what is killed while a step runs
    home = PipelineHome(Path(sys.argv[1]))
    home.runner().run(long_run(Path(sys.argv[1])), parameters={}, by="ana")
