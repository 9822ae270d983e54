"""Runs of pipelines in other processes, importable there by name."""

import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from small_pipelines import (
    CACHED,
    HERE,
    WRITES,
    PipelineHome,
    gated,
    output_of,
    package_bytes,
    pipeline,
    processing,
    training,
    two_steps,
)
from stayline.domain.pipeline_execution import StepEvent
from stayline.errors import ExecutionFailed
from stayline.ports.pipeline_runner import PipelineRunner

LARGEST_FILE = 1024 * 1024
DIED = 9


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


def passes(runner: PipelineRunner) -> dict[str, object]:
    return gated(runner.stage("package", {"model.tar.gz": package_bytes()}))


def is_told_no(runner: PipelineRunner) -> dict[str, object]:
    return gated(runner.stage("package", {"model.tar.gz": package_bytes()}), verdict="fail")


def audits(runner: PipelineRunner) -> dict[str, object]:
    """Return a pipeline whose second step reads protected attributes."""
    read = {"protected": {"Get": "Parameters.ProtectedUri"}}
    uri = runner.stage("protected", {"sex.txt": b"x"})
    rows = {"rows": {"Get": "Parameters.Rows"}}
    return pipeline(
        processing("prepare", WRITES, inputs=rows),
        processing("evaluate", "print('auditing'); " + WRITES, inputs=read),
        processing("report", WRITES, inputs={"rows": output_of("evaluate", "rows")}),
        ProtectedUri=uri,
        Rows=runner.stage("rows", {"x.txt": b"x"}),
    )


def crash(
    folder: Path,
    at: str,
    definition: Callable[[PipelineRunner], dict[str, object]],
    word: str,
    _number: int,
) -> None:
    """Run a definition as Ana, and die without a word once a step has that status or says that."""

    def die(event: StepEvent) -> None:
        if event.step == at and word in (event.status, event.line):
            os._exit(DIED)

    runner = PipelineHome(folder).runner()
    runner.run(definition(runner), parameters={}, by="ana", follow=die)


def stage_and_go(folder: Path, _number: int) -> None:
    """Stage an input that nobody unstages."""
    home = PipelineHome(folder)
    home.runner().stage("left", {"x.txt": b"x"})
    home.close()


if __name__ == "__main__":  # what is killed while a step runs
    home = PipelineHome(Path(sys.argv[1]))
    home.runner().run(long_run(Path(sys.argv[1])), parameters={}, by="ana")
