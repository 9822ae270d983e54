"""A real home with the benchmark's model: imported, packed, approved and deployed by real code."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from bench.peers.columns import FLAGS, LEVELS, NUMBERS, ORDINALS, WORDS  # noqa: E402  (needs the path above)
from bench.peers.workload import DEPTH, PEOPLE, TREES, Workload  # noqa: E402  (needs the path above)

from deployed_home import PASSED, deploy  # noqa: E402  (tests/ is no package)
from stayline.bootstrap import build  # noqa: E402  (needs the path above)
from stayline.domain.workforce_schema import (  # noqa: E402  (needs the path above)
    Column,
    IdentityPart,
    Kind,
    LabelColumn,
    Role,
    WorkforceSchema,
    workforce_schema,
)
from stayline.formats.gate_records import gate_record  # noqa: E402  (needs the path above)
from stayline.formats.model_archive import (  # noqa: E402  (needs the path above)
    FORMAT_VERSION,
    BandsText,
    CalibrationText,
    InputText,
    Manifest,
    write_archive,
)
from stayline.formats.schema_toml import dump_schema  # noqa: E402  (needs the path above)
from stayline.settings import Settings  # noqa: E402  (needs the path above)
from stayline.usecases.import_workforce import import_workforce  # noqa: E402  (needs the path above)

STAYLINE = Path(sys.executable).with_name("stayline")


def make_home(home: Path, workload: Workload) -> Path:
    """Import the people, register the booster as a package, approve and deploy it."""
    ports = build(Settings(home=home))
    schema = bench_schema()
    extract = home / "people.csv"
    workload.extract().write_csv(extract)
    report = import_workforce(
        extract, schema=schema, as_of=datetime(2026, 1, 1, tzinfo=UTC), actor="bench",
        rejects=home / "rejects", features=ports.features, protected=ports.protected,
        directory=ports.directory, imports=ports.imports, register=ports.register,
        audit=ports.audit,
        secrets=ports.secrets, clock=ports.clock,
    )  # fmt: skip
    assert report.landed == PEOPLE
    registered = ports.registry.register(
        bench_package(workload, schema), trained_by="ana", metrics={}, at=ports.clock.now()
    )
    deploy(ports, registered.version)
    return home


def bench_schema() -> WorkforceSchema:
    """Return the schema of the benchmark's people: 30 inputs that encode to 30 columns."""
    inputs = [
        *(Column(name, Kind.NUMBER, Role.FEATURE) for name in NUMBERS),
        *(Column(name, Kind.ORDINAL, Role.FEATURE, categories=LEVELS) for name in ORDINALS),
        *(Column(name, Kind.FLAG, Role.FEATURE, categories=WORDS) for name in FLAGS),
    ]
    identity = IdentityPart.RECORD_IDENTIFIER
    return workforce_schema(
        name="bench",
        record_identifier="EmployeeNumber",
        columns=[
            Column("EmployeeNumber", Kind.CATEGORY, Role.IDENTITY, part=identity),
            *inputs,
            Column("Left", Kind.FLAG, Role.OUTCOME),
        ],
        outcome=LabelColumn("Left", ("Yes",)),
    )


def bench_package(workload: Workload, schema: WorkforceSchema) -> bytes:
    """Return the booster as a package whose calibrated risk is the booster's own probability."""
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        inputs=tuple(InputText(c.name, c.kind, c.categories) for c in schema.model_inputs),
        calibration=CalibrationText("platt", 1.0, 0.0, (), ()),
        bands=BandsText(0.2, 0.5),
        policy=str(schema.policy),
        schema_toml=dump_schema(schema),
        parameters={"max_depth": float(DEPTH)},
        rounds=TREES,
        training={"rows": PEOPLE, "positives": 0, "until": "2026-01-01", "seed": 1},
        evaluations=(),
        periods=(),
        libraries={},
        gates=(gate_record(PASSED),),
    )
    return write_archive(bytes(workload.booster.save_raw("ubj")), manifest)


def serve_command(home: Path, port: int) -> list[str | Path]:
    """Return the command of the real server."""
    return [STAYLINE, "serve", "--home", home, "--port", str(port)]


def serve_environment() -> dict[str, str]:
    """Return the environment of a server with one worker that counts requests and refuses none.

    Modules stay compiled, as installed software has them: a caller that wants none kept would have
    each start compile all of them, and time that.
    """
    ours = {"WORKERS_MIN": "1", "WORKERS_MAX": "1", "REQUESTS_PER_MINUTE": "1000000000"}
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return inherited | {f"STAYLINE_{name}": value for name, value in ours.items()}


def access_key(home: Path) -> tuple[str, str] | None:
    """Return the id and secret of a new access key, or None where there are no such keys yet.

    From then on the home's server refuses what is not signed.
    """
    command = [STAYLINE, "access-keys", "create", "--name", "bench", "--home", home, "--json"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        return None
    told = json.loads(made.stdout)
    return told["key_id"], told["secret"]
