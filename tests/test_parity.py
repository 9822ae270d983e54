"""One life of a small workforce, on this machine and on AWS, comes to the same.

On AWS everything is kept by the stack's own adapters in fakes (moto, and one of the Feature Store).
The pipeline is run by a fake of SageMaker Pipelines that reads the very definition that was sent
and starts our programs as real processes; what it cannot show (images, roles, networks, machines)
is not shown here. In the endpoint's place answers a real server of ours on this machine, with the
very bytes that were deployed.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import msgspec
import polars as pl
import pytest

from aws_clients import new_key
from deployed_home import AS_OF, approve, take_to_work
from erasures import decide
from fake_aws import clients_of, date_runs, new_stack, running_fake, variables
from fake_feature_store import running_feature_store
from fake_pipelines import running_pipelines
from hosted_endpoint import make_hosted
from open_gates import open_schema
from real_data import write_ibm_csv
from served_home import served
from stayline.bootstrap import Ports, build
from stayline.bootstrap.retention import aged_stores
from stayline.domain.deployment import RolloutPlan
from stayline.domain.monitoring import Window
from stayline.domain.pseudonyms import pseudonym
from stayline.domain.retention import RetentionPolicy
from stayline.domain.score_request import ScoreRequest
from stayline.errors import ExecutionFailed, HasOptedOut
from stayline.formats.aws_toml import AwsHome, write_aws_home
from stayline.formats.model_archive import read_archive
from stayline.formats.token_key_text import new_key_text
from stayline.modelling.training import TrainingOptions
from stayline.reports.model_card import model_card
from stayline.settings import Settings
from stayline.usecases.import_workforce import import_workforce
from stayline.usecases.purge_records import purge_records
from stayline.usecases.score_employee import score_employee
from stayline.usecases.score_workforce import score_workforce
from stayline.usecases.share_protected_attributes import share_protected_attributes
from stayline.usecases.train_model import Training, train_model
from stayline.usecases.watch_window import watch_window
from stores import HOUR, SetClock

PEOPLE = {("Yes", "Yes"): 35, ("Yes", "No"): 5, ("No", "Yes"): 5, ("No", "No"): 55}
"""So many who left and worked overtime, and so on: few, and still something to learn from."""
CLOSE = 1e-9
PLAN = RolloutPlan(shadow_rows=0, canary_percent=0, bake_s=0.0, reason="the first one")
Endpoint = Callable[[str], AbstractContextManager[None]]
"""Lets the model of a digest answer for as long as the block runs."""


@dataclass
class Life:
    """What came of it, by HR ids."""

    texts: dict[str, object] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)


def test_a_life_on_aws_comes_to_what_it_comes_to_on_this_machine(tmp_path, monkeypatch):
    key = new_key_text().decode()  # one for both: a model follows the order of the tokens
    monkeypatch.setenv("STAYLINE_TOKEN_KEY", key)
    here = lived(tmp_path / "here", lambda _: nullcontext())
    with on_aws(tmp_path, key, monkeypatch) as (there, endpoint):
        told = lived(there, endpoint)
    assert told.texts == here.texts
    assert told.numbers == pytest.approx(here.numbers, abs=CLOSE)
    assert len(here.numbers) > sum(PEOPLE.values())


@contextmanager
def on_aws(folder: Path, key: str, monkeypatch) -> Iterator[tuple[Path, Endpoint]]:
    """Give a home on an empty stack, and its endpoint: a server on what was lived ``here``."""
    here = folder / "here"
    with ExitStack() as running:
        address = running.enter_context(running_fake())
        store = running.enter_context(running_feature_store())
        made = new_key(here)
        asked = {"AWS_ACCESS_KEY_ID": made.key_id, "AWS_SECRET_ACCESS_KEY": made.secret}
        features = "AWS_ENDPOINT_URL_SAGEMAKER_FEATURESTORE_RUNTIME"
        for name, value in {**variables(address), **asked, features: store.address}.items():
            monkeypatch.setenv(name, value)
        stack = new_stack()
        make_hosted(stack)
        secrets = clients_of(stack).of("secretsmanager")
        secrets.create_secret(Name=stack.secret("token-key"), SecretString=key)
        running.enter_context(running_pipelines(stack, folder / "jobs"))
        write_aws_home(folder / "there", AwsHome(stack.stack, stack.region))

        @contextmanager
        def endpoint(digest: str) -> Iterator[None]:
            assert build(Settings(home=here)).registry.deployed().digest == digest
            with served(here, endpoint_name=stack.endpoint) as server:
                monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", server.url)
                yield
            date_runs(stack, AS_OF)

        yield folder / "there", endpoint


def lived(home: Path, endpoint: Endpoint) -> Life:
    """Import, train, approve, deploy, score, decide, opt out, watch and purge; tell what came."""
    clock, life = SetClock(AS_OF + timedelta(days=1)), Life()
    ports = build(Settings(home=home), clock=clock)
    life.texts["imported"] = imported(ports, home)
    version = tried(ports, life)
    take_to_work(ports, approve(ports, version), plan=PLAN)
    deployed = ports.registry.deployed()
    life.texts["deployed"] = deployed
    with endpoint(deployed.digest):
        used(ports, life)
    clock.instant += timedelta(days=200)
    life.texts["purged"] = purged(ports)
    # What several note at one instant, as this clock has it, has no order among itself.
    life.texts["audited"] = sorted(event.kind for event in ports.audit.events())
    assert ports.audit.problems() == []
    return life


def tried(ports: Ports, life: Life) -> int:
    """Train, once so that the gates say no, and again; return the version that came of it."""
    training = trained(ports)
    package = training.registered
    life.texts["registered"] = package
    life.numbers |= {f"registered {name}": value for name, value in package.metrics.items()}
    steps = training.execution.steps
    life.texts["steps"] = [(one.name, one.type, one.status, one.cached_from) for one in steps]
    manifest = read_archive(ports.registry.archive(package.digest), package.digest).manifest
    life.texts["gates"] = manifest.gates
    reports = ports.registry.reports(package.digest)
    card = model_card(package, manifest, reports, deployed=False)
    life.texts["card"] = msgspec.to_builtins(card)
    with pytest.raises(ExecutionFailed) as refused:
        trained(ports, MinimumRocAuc=1.0)
    life.texts["refused"] = (refused.value.step, refused.value.cause)
    evidence = ports.runner.output(refused.value.execution_id, "evaluate", "evaluation")
    life.texts["evidence"] = sorted(evidence)
    again = trained(ports)
    life.texts["again"] = again.registered
    life.texts["cached"] = [(one.name, one.cached_from) for one in again.execution.steps]
    life.texts["versions"] = ports.registry.packages()
    assert ports.registry.problems() == []
    return package.version


def trained(ports: Ports, **parameters: float) -> Training:
    with share_protected_attributes(
        actor="ana", protected=ports.protected, opt_outs=ports.opt_outs, runner=ports.runner,
        audit=ports.audit, clock=ports.clock,
    ) as protected_uri:  # fmt: skip
        return train_model(
            options=TrainingOptions(trials=1), actor="ana", protected_uri=protected_uri,
            features=ports.features, registry=ports.registry, opt_outs=ports.opt_outs,
            decisions=ports.decisions, waivers=ports.waivers, runner=ports.runner,
            audit=ports.audit, clock=ports.clock, parameters=parameters,
        )  # fmt: skip


def used(ports: Ports, life: Life) -> None:
    """Score, ask what if, decide, opt out, score everyone and watch."""
    people = names(ports)
    everyone = sorted(people)
    for hr_id in everyone[:4]:
        tell(life, hr_id, scored(ports, ScoreRequest(hr_id)))
    what_if = scored(ports, ScoreRequest(everyone[0], {"OverTime": "Yes"}))
    tell(life, "what if", what_if)
    decide(ports, people[everyone[0]], what_if.prediction_id)
    life.texts["decided"] = [one.action for one in ports.decisions.decisions(people[everyone[0]])]
    ports.opt_outs.opt_out(people[everyone[1]], at=ports.clock.now())
    with pytest.raises(HasOptedOut):
        scored(ports, ScoreRequest(everyone[1]))
    everybody_scored(ports)
    by_token = {token: hr_id for hr_id, token in people.items()}
    for entry in ports.scores.entries():
        life.texts[f"board {by_token[entry.token]}"] = entry.band
        life.numbers[f"board {by_token[entry.token]}"] = entry.risk
    watched(ports, life)


def imported(ports: Ports, home: Path) -> tuple[int, int]:
    path = write_ibm_csv(home / "ibm.csv")
    rows = pl.read_csv(path, infer_schema=False)
    chosen = [
        rows.filter(Attrition=left, OverTime=late).head(people)
        for (left, late), people in PEOPLE.items()
    ]
    pl.concat(chosen).write_csv(path)
    report = import_workforce(
        path, schema=open_schema("ibm-hr"), as_of=AS_OF, actor="tests", rejects=home / "rejects",
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
    gone["pipeline files"] = gone["pipeline files"] > 0  # outputs are counted here, runs there
    return gone
