import json

import pytest
import typer
from typer.testing import CliRunner

from stayline.cli import inspect
from stayline.errors import SchemaRefused
from stayline.formats.schema_toml import load_schema
from unknown_extracts import cross_section


@pytest.fixture
def run(tmp_path):
    app = typer.Typer()
    inspect.register(app)
    app.callback()(lambda: None)
    cross_section().write_csv(tmp_path / "extract.csv")

    def invoked(*options):
        return CliRunner().invoke(app, ["inspect", str(tmp_path / "extract.csv"), *options])

    return invoked


def test_json_holds_rows_columns_and_findings_and_nothing_else(run):
    told = json.loads(run("--json").stdout)
    assert list(told) == ["rows", "columns", "findings"]
    assert told["rows"] == 600
    assert {"name", "kind", "role"} <= set(told["columns"][0])
    keys = {"kind", "column", "severity", "count", "message", "action"}
    assert all(set(finding) == keys for finding in told["findings"])


def test_people_read_a_table_and_findings_by_severity(run):
    told = run().stdout
    assert "600 rows, 8 columns" in told
    assert "NOTE (" in told
    assert "identifier  StaffCode: " in told


def test_the_draft_is_written_as_a_schema_that_loads(run, tmp_path):
    out = tmp_path / "schema.toml"
    assert run("--out", str(out)).exit_code == 0
    assert load_schema(out).record_identifier == "StaffCode"


def test_without_a_draft_nothing_is_written(run, tmp_path):
    (tmp_path / "extract.csv").write_text("a,b\n1,2\n")
    out = tmp_path / "schema.toml"
    assert isinstance(run("--out", str(out)).exception, SchemaRefused)
    assert not out.exists()
