"""One life of a small workforce, on this machine and on AWS, comes to the same.

On AWS everything is kept by the stack's own adapters in fakes (moto, and one of the Feature Store),
and a real server of ours on this machine answers in the endpoint's place. What a fake cannot do is
not shown here: SageMaker runs no step, so the package is one that was trained before; the promises
of pipelines are in the suite of `PipelineRunner`.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import polars as pl
import pytest

import moto_sagemaker
from aws_clients import new_key
from deployed_home import AS_OF, approve, take_to_work
from erasures import decide
from fake_aws import new_stack, running_fake, variables
from fake_feature_store import running_feature_store
from real_data import write_ibm_csv
from served_home import served
from stayline.bootstrap import Ports, build
from stayline.domain.deployment import RolloutPlan
from stayline.domain.monitoring import Window
from stayline.domain.pseudonyms import pseudonym
from stayline.domain.retention import RetentionPolicy
from stayline.domain.score_request import ScoreRequest
from stayline.errors import HasOptedOut
from stayline.formats.aws_toml import AwsHome, write_aws_home
from stayline.jobs.retention import aged_stores
from stayline.samples.presets import named_schema
from stayline.settings import Settings
from stayline.usecases.import_workforce import import_workforce
from stayline.usecases.purge_records import purge_records
from stayline.usecases.score_employee import score_employee
from stayline.usecases.score_workforce import score_workforce
from stayline.usecases.watch_window import watch_window
from stores import HOUR, SetClock

PEOPLE = 40
CLOSE = 1e-9


@dataclass
class Life:
    """What came of it, by HR ids: tokens differ from home to home."""

    texts: dict[str, object] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)


def test_a_life_on_aws_comes_to_what_it_comes_to_on_this_machine(tmp_path, home, monkeypatch):
    archive = package_of(home)
    here = lived(tmp_path / "here", archive)
    with on_aws(home, tmp_path / "there", monkeypatch) as there:
        told = lived(there, archive)
    assert told.texts == here.texts
    assert told.numbers == pytest.approx(here.numbers, abs=CLOSE)
    assert len(here.numbers) > PEOPLE


def package_of(home) -> bytes:
    registry = build(Settings(home=home)).registry
    return registry.archive(registry.deployed().digest)


@contextmanager
def on_aws(home, there, monkeypatch):
    """A home on an empty stack, whose endpoint is a server on ``home``."""
    moto_sagemaker.teach()
    with running_fake() as address, running_feature_store() as store:
        key = new_key(home)
        runtime = "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"
        features = "AWS_ENDPOINT_URL_SAGEMAKER_FEATURESTORE_RUNTIME"
        asked = {"AWS_ACCESS_KEY_ID": key.key_id, "AWS_SECRET_ACCESS_KEY": key.secret}
        for name, value in {**variables(address), **asked, features: store.address}.items():
            monkeypatch.setenv(name, value)
        stack = new_stack()
        with served(home, endpoint_name=stack.endpoint) as running:
            monkeypatch.setenv(runtime, running.url)
            write_aws_home(there, AwsHome(stack.stack, stack.region))
            yield there


def lived(home, archive: bytes) -> Life:
    """Import, approve, deploy, score, decide, opt out, watch and purge; return what came of it."""
    clock, life = SetClock(AS_OF + timedelta(days=1)), Life()
    ports = build(Settings(home=home), clock=clock)
    life.texts["imported"] = imported(ports, home)
    registered = ports.registry.register(archive, trained_by="ana", metrics={}, at=clock.now())
    plan = RolloutPlan(shadow_rows=0, canary_percent=0, bake_s=0.0, reason="the first one")
    take_to_work(ports, approve(ports, registered.version), plan=plan)
    life.texts["deployed"] = ports.registry.deployed().version
    people = names(ports)
    everyone = sorted(people)
    for hr_id in everyone[:4]:
        tell(life, hr_id, scored(ports, ScoreRequest(hr_id)))
    what_if = scored(ports, ScoreRequest(everyone[0], {"OverTime": "Yes"}))
    tell(life, "what if", what_if)
    decide(ports, people[everyone[0]], what_if.prediction_id)
    life.texts["decided"] = [one.action for one in ports.decisions.decisions(people[everyone[0]])]
    ports.opt_outs.opt_out(people[everyone[1]], at=clock.now())
    with pytest.raises(HasOptedOut):
        scored(ports, ScoreRequest(everyone[1]))
    everybody_scored(ports)
    by_token = {token: hr_id for hr_id, token in people.items()}
    for entry in ports.scores.entries():
        life.texts[f"board {by_token[entry.token]}"] = entry.band
        life.numbers[f"board {by_token[entry.token]}"] = entry.risk
    watched(ports, life)
    clock.instant += timedelta(days=200)
    life.texts["purged"] = purged(ports)
    # What several note at one instant, as this clock has it, has no order among itself.
    life.texts["audited"] = sorted(event.kind for event in ports.audit.events())
    assert ports.audit.problems() == []
    return life


def imported(ports: Ports, home) -> tuple[int, int]:
    path = write_ibm_csv(home / "ibm.csv")
    pl.read_csv(path, infer_schema=False).head(PEOPLE).write_csv(path)
    report = import_workforce(
        path, schema=named_schema("ibm-hr"), as_of=AS_OF, actor="tests", rejects=home / "rejects",
        features=ports.features, protected=ports.protected, directory=ports.directory,
        imports=ports.imports, register=ports.register, audit=ports.audit, secrets=ports.secrets,
        clock=ports.clock,
    )  # fmt: skip
    return report.landed, ports.features.count()


def names(ports: Ports):
    """Return the token of each HR id."""
    pairs = ports.directory.hr_ids()
    found = dict(zip(pairs["hr_id"], pairs["token"], strict=True))
    key = ports.secrets.token_key()
    assert all(pseudonym(key, hr_id) == token for hr_id, token in found.items())
    return found


def scored(ports: Ports, request: ScoreRequest):
    (score,) = score_employee(
        [request], endpoint=ports.endpoint, features=ports.features, scores=ports.scores,
        opt_outs=ports.opt_outs, control=ports.control, audit=ports.audit, capture=ports.capture,
        clock=ports.clock, token_key=ports.secrets.token_key(), actor="tests",
    )  # fmt: skip
    return score


def tell(life: Life, name: str, score) -> None:
    life.texts[name] = (score.band, score.model, [reason.feature for reason in score.reasons])
    life.numbers[f"{name} risk"] = score.risk
    life.numbers[f"{name} base"] = score.base_risk
    for reason in score.reasons:
        life.numbers[f"{name} {reason.feature}"] = reason.contribution


def everybody_scored(ports: Ports) -> None:
    score_workforce(
        endpoint=ports.endpoint, features=ports.features, scores=ports.scores,
        opt_outs=ports.opt_outs, control=ports.control, audit=ports.audit, clock=ports.clock,
        actor="tests",
    )  # fmt: skip


def watched(ports: Ports, life: Life) -> None:
    """Look at the answers of the hour."""
    now = ports.clock.now()
    start = now.replace(minute=0, second=0, microsecond=0)
    (found,) = watch_window(
        Window(start, start + HOUR), actor="tests", sampling_percent=100, capture=ports.capture,
        features=ports.features, registry=ports.registry, opt_outs=ports.opt_outs,
        answers=ports.answers, outcomes=ports.outcomes, decisions=ports.decisions,
        protected=ports.protected, reports=ports.reports, metrics=ports.metrics,
        alarms=ports.alarms, audit=ports.audit, clock=ports.clock,
    )  # fmt: skip
    life.texts["intake"] = found.intake
    for number, one in enumerate(found.findings):
        told = (one.monitor, one.check, one.subject, one.metric, one.verdict, one.n)
        life.texts[f"finding {number}"] = told
        if one.value is not None:
            life.numbers[f"finding {number}"] = one.value
    (report,) = ports.reports.names()
    life.texts["files"] = sorted(ports.reports.get(report, start + HOUR))


def purged(ports: Ports):
    report = purge_records(
        aged_stores(ports, RetentionPolicy()), policy=RetentionPolicy(), is_real=True,
        reason="it is old enough", actor="tests", directory=ports.directory,
        register=ports.register, audit=ports.audit, clock=ports.clock,
    )  # fmt: skip
    gone = {plan.store: plan.deleted for plan in report.stores}
    assert gone["captured requests"] > 0
    return gone
