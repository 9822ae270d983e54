"""The gates: figures in; verdicts with their reasons, and the package that accounts for them, out.

A step of its own, since limits and waivers change more often than a model's figures do.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import msgspec

from stayline.container.evaluated import Evaluated
from stayline.container.files import EVALUATED
from stayline.container.platform import Platform, say
from stayline.domain.gate_policy import GatePolicy
from stayline.domain.gates import GateResult, gate_lines, lifted, message, overall
from stayline.errors import ProgramInputRefused
from stayline.formats.data_constraints import Constraints, Violation
from stayline.formats.data_statistics import Statistics
from stayline.formats.frozen_inputs import MODEL_ARCHIVE, WAIVERS, WaiversInForce
from stayline.formats.gate_records import gate_record
from stayline.formats.model_archive import (
    archive_digest,
    read_training_artifact,
    write_archive,
)
from stayline.formats.report_json import decode
from stayline.formats.schema_toml import dump_schema, parse_schema
from stayline.modelling.data_violations import violations
from stayline.modelling.gating.judgement import judge
from stayline.modelling.leak_check import LeakCheck
from stayline.modelling.packaging import accounted

BASELINE = {
    "statistics.json": "data_quality_statistics.json",
    "constraints.json": "data_quality_constraints.json",
    "joint_statistics.json": "joint_statistics.json",
}
"""What the data baseline's files are called among the reports of a model."""
LEEWAY = 0.05
"""The share of values that a column may miss beyond what the deployed model's data did."""


Form = TypeVar("Form")


def run(platform: Platform) -> None:
    """Write ``gates.json``, the finished package, and the reports that it names by digest.

    Options: each limit of the gate policy in capitals, e.g. ``FEWEST_POSITIVES``. The schema in the
    package tells the limits that were judged by.
    """
    draft, _ = read_training_artifact(platform.input("model", MODEL_ARCHIVE).read_bytes())
    found = _read(platform.input("evaluation", EVALUATED), Evaluated)
    schema = parse_schema(draft.manifest.schema_toml, "the model's manifest")
    schema = replace(schema, gates=_policy(schema.gates, platform.environment))
    results = _judged(found, schema.gates, platform)
    records = tuple(gate_record(result) for result in results)
    reports = _reports(platform)
    digests = {name: archive_digest(content) for name, content in reports.items()}
    package = write_archive(
        draft.model,
        accounted(
            draft.manifest,
            found.trial,
            schema_toml=dump_schema(schema),
            gates=records,
            champion=_champion(platform),
            reports=digests,
            protection_price=tuple(msgspec.to_builtins(p) for p in found.protection_price),
        ),
    )
    for name, content in reports.items():
        (platform.output("reports") / name).write_bytes(content)
    (platform.output("package") / MODEL_ARCHIVE).write_bytes(package)
    told = {
        "verdict": overall(results).value,
        "message": message(results),
        "package_digest": archive_digest(package),
        "digests": {
            name.removesuffix(".json"): digest
            for name, digest in digests.items()
            if name.endswith(".json")
        },
        "gates": records,
    }
    (platform.output("gates") / "gates.json").write_bytes(
        msgspec.json.format(msgspec.json.encode(told))
    )
    for line in gate_lines(results):
        say(line)


def _judged(found: Evaluated, policy: GatePolicy, platform: Platform) -> tuple[GateResult, ...]:
    results = judge(
        evaluation=found.trial.evaluations[-1],
        comparison=found.comparison,
        groups=found.fairness.groups,
        checked_inputs=_read(platform.input("baseline", "leaks.json"), list[LeakCheck]),
        violations=_violations(platform),
        policy=policy,
        unknown=found.fairness.unknown,
        n=found.fairness.n,
        data_compared=platform.optional_input("champion", BASELINE["constraints.json"]) is not None,
    )
    waivers = _read(platform.input("waivers", WAIVERS), WaiversInForce)
    return results if waivers.on is None else lifted(results, waivers.waivers, on=waivers.on)


def _champion(platform: Platform) -> str:
    """Return the digest of the deployed package, empty without one."""
    deployed = platform.optional_input("champion", MODEL_ARCHIVE)
    return "" if deployed is None else archive_digest(deployed.read_bytes())


def _violations(platform: Platform) -> tuple[Violation, ...]:
    """Return where the training data break what the deployed model's data kept."""
    before = platform.optional_input("champion", BASELINE["constraints.json"])
    if before is None:
        return ()
    statistics = platform.input("baseline", "statistics.json")
    former = platform.input("champion", BASELINE["statistics.json"])
    return violations(
        decode(statistics.read_bytes(), Statistics, statistics.name),
        _with_leeway(decode(before.read_bytes(), Constraints, before.name)),
        decode(former.read_bytes(), Statistics, former.name),
    )


def _with_leeway(constraints: Constraints) -> Constraints:
    """Let a column miss a few values more than before: single gaps are no reason not to train."""
    return msgspec.structs.replace(
        constraints,
        features=tuple(
            msgspec.structs.replace(one, completeness=max(0.0, one.completeness - LEEWAY))
            for one in constraints.features
        ),
    )


def _policy(declared: GatePolicy, options: Mapping[str, str]) -> GatePolicy:
    """Return the schema's limits with those that this execution was given instead."""
    limits = msgspec.to_builtins(declared)
    given = {name: options[name.upper()] for name in limits if name.upper() in options}
    try:
        policy = msgspec.convert(limits | given, GatePolicy, strict=False)
    except msgspec.ValidationError as error:
        raise ProgramInputRefused("the gates' limits", str(error)) from error
    if problems := policy.problems():
        raise ProgramInputRefused("the gates' limits", "; ".join(problems))
    return policy


def _reports(platform: Platform) -> dict[str, bytes]:
    """Return every evaluation file by the name that the package and SageMaker know it by."""
    folder = platform.input("evaluation", EVALUATED).parent
    found = {f.name: f.read_bytes() for f in sorted(folder.iterdir()) if f.name != EVALUATED}
    return found | {
        name: platform.input("baseline", kept).read_bytes() for kept, name in BASELINE.items()
    }


def _read(path: Path, form: type[Form]) -> Form:
    decode_as = msgspec.json.decode if path.suffix == ".json" else msgspec.msgpack.decode
    try:
        return decode_as(path.read_bytes(), type=form)
    except msgspec.MsgspecError as error:
        raise ProgramInputRefused(path.name, f"what `evaluate` writes ({error})") from error
