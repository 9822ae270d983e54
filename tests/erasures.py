"""A person with values that nobody else has, taken through everything a home does with people."""

import io
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from deployed_home import AS_OF, deploy_new_model
from real_data import ibm_extract
from stayline.bootstrap import Ports, build
from stayline.bootstrap.retention import personal_stores
from stayline.domain.callers import Caller
from stayline.domain.compliance.verdicts import Window as Checked
from stayline.domain.monitoring import Window
from stayline.domain.outcomes import EventOutcome, PersonOutcome
from stayline.domain.oversight import OversightPolicy
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.domain.register.oversight import HrEvent
from stayline.domain.register.retention import DeferredErasure, LegalHold
from stayline.domain.register.rights import RequestKind, RightsRequest
from stayline.domain.roles import Role
from stayline.domain.score_request import ScoreOptions, ScoreRequest
from stayline.jobs.compliance import check_window
from stayline.ports.governance_register import Entry
from stayline.samples.presets import named_schema
from stayline.settings import Settings
from stayline.usecases.erase_employee import Finished, PersonalStores, erase_employee
from stayline.usecases.import_workforce import import_workforce
from stayline.usecases.record_decision import record_decision
from stayline.usecases.score_employee import score_employee
from stayline.usecases.score_workforce import score_workforce
from stayline.usecases.view_employee import view_employee
from stayline.usecases.watch_window import watch_window

HR_ID = "ZX-7741-QUILL"
OTHER = "ZX-7742-OTHER"
WORDS = ("marmoset",)
NUMBERS = (1234.40625, 19377.53125, 21212.71875)
_COLUMNS = ("DailyRate", "MonthlyIncome", "MonthlyRate")


def extract_with_marked_person(path: Path) -> Path:
    """Write an extract of forty people; one has the marks, the first of the others an own id."""
    frame = ibm_extract().head(40).cast(dict.fromkeys(_COLUMNS, pl.Float64))
    marked = frame.head(1).with_columns(
        pl.lit(value).alias(name) for name, value in zip(_COLUMNS, NUMBERS, strict=True)
    )
    frame = frame.cast({"EmployeeNumber": pl.String})
    ids = [OTHER, *(f"ZX-{number}" for number in range(1, 40))]
    frame = frame.with_columns(EmployeeNumber=pl.Series(ids))
    marked = marked.with_columns(EmployeeNumber=pl.lit(HR_ID))
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.concat([frame, marked]).write_csv(path)
    return path


def token_of(ports: Ports, hr_id: str = HR_ID) -> EmployeeToken:
    return pseudonym(ports.secrets.token_key(), hr_id)


def import_marked(ports: Ports, home: Path, path: Path) -> int:
    """Import the extract; return how many rows of erased people were left out."""
    return import_workforce(
        path,
        schema=named_schema("ibm-hr"),
        as_of=AS_OF,
        actor="tests",
        rejects=home / "rejects",
        features=ports.features,
        protected=ports.protected,
        directory=ports.directory,
        imports=ports.imports,
        register=ports.register,
        audit=ports.audit,
        secrets=ports.secrets,
        clock=ports.clock,
    ).erased


def score(ports: Ports, hr_id: str = HR_ID, **options: object) -> str:
    """Score somebody with reasons; return the prediction's id."""
    (answer,) = score_employee(
        [ScoreRequest(hr_id)],
        endpoint=ports.endpoint,
        features=ports.features,
        scores=ports.scores,
        opt_outs=ports.opt_outs,
        audit=ports.audit,
        capture=ports.capture,
        control=ports.control,
        clock=ports.clock,
        token_key=ports.secrets.token_key(),
        actor="tests",
        options=ScoreOptions(**options),
    )
    return answer.prediction_id


def live_a_life(home: Path) -> Ports:
    """Import, train, deploy, score, capture, decide, watch, label: the person is everywhere."""
    ports = build(Settings(home=home))
    done = extract_with_marked_person(home / "inbox" / "done" / "march.csv")
    (home / "inbox" / "waiting.csv").write_bytes(done.read_bytes())
    (home / "inbox" / "refused").mkdir()
    pl.read_csv(done).write_parquet(home / "inbox" / "refused" / "march.parquet")
    import_marked(ports, home, done)
    deploy_new_model(ports)
    staged = io.BytesIO()
    ports.features.newest().drop("token").write_parquet(staged)
    ports.runner.unstage(ports.runner.stage("workforce", {"rows.parquet": staged.getvalue()}))
    ports.runner.stage("workforce", {"frozen.parquet": staged.getvalue()})
    prediction = score(ports)
    score(ports, content_type="text/csv")
    score(ports, OTHER, accept="text/csv")
    score_workforce(
        endpoint=ports.endpoint, features=ports.features, scores=ports.scores,
        opt_outs=ports.opt_outs, control=ports.control, audit=ports.audit, clock=ports.clock,
        actor="tests",
    )  # fmt: skip
    token, now = token_of(ports), ports.clock.now()
    decide(ports, token, prediction)
    put_in_words(ports, token, now)
    ports.outcomes.add([PersonOutcome(token, now.date(), now), EventOutcome(prediction, True, now)])
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    watch_window(
        Window(day, day + timedelta(days=1)), actor="tests", sampling_percent=100,
        capture=ports.capture, features=ports.features, registry=ports.registry,
        opt_outs=ports.opt_outs, answers=ports.answers, outcomes=ports.outcomes,
        decisions=ports.decisions, protected=ports.protected, reports=ports.reports,
        metrics=ports.metrics, alarms=ports.alarms, audit=ports.audit, clock=ports.clock,
    )  # fmt: skip
    check_window(
        Checked(day, day + timedelta(days=1)), ports=ports, settings=Settings(home=home), by="tests"
    )
    return ports


def decide(ports: Ports, token: EmployeeToken, prediction: str) -> None:
    """Look at the person's score, and decide for reasons that nobody else has."""
    mara = Caller("mara", frozenset({Role.HR_PARTNER}), is_human=True)
    view_employee(
        token, score_now=lambda: None, endpoint=ports.endpoint, features=ports.features,
        scores=ports.scores, decisions=ports.decisions, opt_outs=ports.opt_outs,
        control=ports.control, audit=ports.audit, clock=ports.clock, caller=mara,
    )  # fmt: skip
    record_decision(
        token, action="mentoring", prediction_id=prediction, caller=mara,
        policy=OversightPolicy(least_view_s=0),
        reason="Asked for a mentor who keeps a marmoset at home.", audit=ports.audit,
        clock=ports.clock, decisions=ports.decisions, directory=ports.directory,
        features=ports.features, register=ports.register,
    )  # fmt: skip


def put_in_words(ports: Ports, token: EmployeeToken, now: datetime) -> None:
    """Let the opt-out list and the register say of the person what they say of nobody else."""
    ports.opt_outs.opt_out(token, at=now, reason="My marmoset is nobody's business.")
    ports.opt_outs.opt_in(token, at=now)
    day, because = now.date(), "It took as long as feeding a marmoset."
    records = [
        RightsRequest(token, RequestKind.ACCESS, "EU", day, day, day, because, day, because),
        HrEvent(token, "discipline: brought a marmoset", now),
        LegalHold(token, "case 16", "The marmoset bit somebody.", since=now, until=now),
        DeferredErasure(token, now, because, settled_at=now),
    ]
    for number, record in enumerate(records):
        ports.register.add([Entry(f"entry-{number}", record, now, "ana")])


def erase(ports: Ports, hr_id: str = HR_ID, *, stores: PersonalStores | None = None) -> Finished:
    return erase_employee(
        [token_of(ports, hr_id)], hr_ids=[hr_id], decisions_before=None, reason="asked for it",
        stores=stores or personal_stores(ports), register=ports.register, audit=ports.audit,
        clock=ports.clock, actor="tests",
    )  # fmt: skip
