"""What of an execution is shown whole, however narrow the terminal."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline_documents import training_document
from stayline.cli.pipeline_tables import show_execution, show_executions
from stayline.domain.pipeline_execution import (
    Execution,
    ExecutionStatus,
    StepExecution,
    StepStatus,
)

START = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DIGEST = "sha256:" + "0123456789abcdef" * 4


def execution(pipeline="attrition-risk", cached_from=None):
    step = StepExecution(
        "check-gates", "Processing", StepStatus.SUCCEEDED, START, START + timedelta(seconds=3), 1,
        cached_from, {"data statistics": DIGEST}, {"package": DIGEST}, {}, None,
    )  # fmt: skip
    return Execution(
        "2026-11-23-001", pipeline, DIGEST, {}, "Asha Rao", START, START,
        ExecutionStatus.SUCCEEDED, None, (step,),
    )  # fmt: skip


def test_the_list_fits_80_columns_and_names_the_pipeline_only_where_there_are_several(capsys):
    show_executions([execution()])
    alone = capsys.readouterr().out
    show_executions([execution(), execution("another")])
    several = capsys.readouterr().out
    assert max(map(len, alone.splitlines())) <= 80
    assert "attrition-risk" not in alone
    assert "attrition-risk" in several
    assert "another" in several


@pytest.mark.parametrize("cached_from", [None, "2026-11-22-007"])
def test_ids_names_and_digests_are_on_one_line_each(capsys, cached_from):
    show_execution(execution(cached_from=cached_from), training_document())
    lines = capsys.readouterr().out.splitlines()
    table = lines[next(at for at, line in enumerate(lines) if line.startswith("step ")) :]
    assert max(map(len, table)) <= 80
    assert ("from cache of" in table[0]) == (cached_from is not None)
    rows = [line.split() for line in table]
    assert ["check-gates", "reads", "data", "statistics", "0123456789ab"] in rows
    assert ["check-gates", "writes", "package", "0123456789ab"] in rows
