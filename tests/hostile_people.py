"""People whose extract attacks every page that shows them: in each cell, label and name."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import polars as pl

from deployed_home import AS_OF, PASSED, approve, take_to_work
from stayline.bootstrap import Ports
from stayline.domain.score_request import ScoreRequest
from stayline.domain.workforce_schema import (
    Column,
    IdentityPart,
    Kind,
    LabelColumn,
    Role,
    workforce_schema,
)
from stayline.formats.gate_records import gate_record
from stayline.modelling.packaging import headline, package
from stayline.modelling.training import TrainingOptions, train
from stayline.ports.feature_store import FEATURES, OUTCOMES
from stayline.usecases.import_workforce import import_workforce
from stayline.usecases.score_employee import score_employee
from training_frames import training_data, trial_of

ATTACKS = (
    "\"'><script>stolen(1)</script>",
    "<img src=x onerror=stolen(2) data-stolen>",
    '" autofocus onfocus=stolen(3) data-stolen x="',
    "' style='position:fixed' data-stolen x='",
    "</title></style></textarea></select></table><svg onload=stolen(4) data-stolen>",
    "<a href=javascript:stolen(5) data-stolen>",
    "javascript:stolen(6)//",
    "{{7*7}}${7*7}{% if %}&lt;script&gt;",
)
"""What an extract may hold: printable, and short enough for a cell."""
TEXT = " ".join(ATTACKS) + " \u202e\u2066\u2028."
"""All of it, with what turns the reading direction and ends a line, as only free text may hold."""
PEOPLE = 240
SCORED = range(5, 9)


def hr_id(number: int) -> str:
    """Return a person's HR id; number 0 leads all others."""
    return f"{number} <b data-stolen>"


def attacking(*words: str, first: int = 0) -> tuple[str, ...]:
    """Return each word with one attack after it."""
    return tuple(f"{word} {ATTACKS[(first + at) % len(ATTACKS)]}" for at, word in enumerate(words))


ID, NAME, BOSS, PAY, OVERTIME, TRAVEL, JOB, SITE, SEX, AGE, LEFT, NOTE = attacking(
    "Id", "Name", "Boss", "Pay", "OverTime", "Travel", "JobRole", "Site", "Gender", "Age",
    "Left", "Note",
)  # fmt: skip
NO_YES = attacking("No", "Yes", first=3)
TRAVELS, JOBS = attacking("Never", "Often", first=5), attacking("Clerk", "Smith", "Cook", first=1)
SITES, SEXES = attacking("North", "South", first=2), attacking("Female", "Male", first=4)
SCHEMA = workforce_schema(
    name="hostile",
    record_identifier=ID,
    columns=[
        Column(ID, Kind.CATEGORY, Role.IDENTITY, part=IdentityPart.RECORD_IDENTIFIER),
        Column(NAME, Kind.CATEGORY, Role.IDENTITY, part=IdentityPart.DISPLAY_NAME),
        Column(BOSS, Kind.CATEGORY, Role.IDENTITY, part=IdentityPart.MANAGER),
        Column(PAY, Kind.NUMBER, Role.FEATURE, minimum=0),
        Column(OVERTIME, Kind.FLAG, Role.FEATURE, categories=NO_YES),
        Column(TRAVEL, Kind.ORDINAL, Role.FEATURE, categories=TRAVELS),
        Column(JOB, Kind.CATEGORY, Role.FEATURE, categories=JOBS),
        Column(SITE, Kind.CATEGORY, Role.SEGMENT, categories=SITES),
        Column(SEX, Kind.CATEGORY, Role.PROTECTED, categories=SEXES),
        Column(AGE, Kind.NUMBER, Role.PROTECTED, justification=TEXT),
        Column(LEFT, Kind.CATEGORY, Role.OUTCOME, categories=NO_YES),
        Column(NOTE, Kind.CATEGORY, Role.IGNORED),
    ],
    outcome=LabelColumn(LEFT, NO_YES[1:]),
)


def import_people(ports: Ports, folder: Path) -> None:
    """Import them; three rows more hold what no cell may hold, and are rejected."""
    good = list(_rows())
    bad = [good[0] | {ID: TEXT}, good[0] | {ID: "a", PAY: TEXT}, good[0] | {ID: "b", JOB: TEXT}]
    pl.DataFrame(good + bad).write_csv(extract := folder / "hostile.csv")
    report = import_workforce(
        extract,
        schema=SCHEMA,
        as_of=AS_OF,
        actor=TEXT,
        rejects=folder / "rejects",
        features=ports.features,
        protected=ports.protected,
        directory=ports.directory,
        imports=ports.imports,
        register=ports.register,
        audit=ports.audit,
        secrets=ports.secrets,
        clock=ports.clock,
    )
    assert (report.landed, report.rejected) == (PEOPLE, len(bad))


def score_people(ports: Ports) -> None:
    """Train on them as somebody of that name, approve, deploy, and score a few."""
    now, schema = ports.clock.now(), ports.features.schema()
    facts = [ports.features.frame(group, as_of=now) for group in (FEATURES, OUTCOMES)]
    data = training_data(*facts, schema)
    model = train(data.development, schema, options=TrainingOptions(trials=1))
    trial = trial_of(model, data, schema)
    archive = package(model, trial, schema, gates=(gate_record(PASSED),))
    version = ports.registry.register(
        archive, trained_by=TEXT, metrics=headline(trial), at=now
    ).version
    take_to_work(ports, approve(ports, version))
    score_employee(
        [ScoreRequest(hr_id(number)) for number in SCORED],
        endpoint=ports.endpoint,
        features=ports.features,
        scores=ports.scores,
        opt_outs=ports.opt_outs,
        control=ports.control,
        audit=ports.audit,
        capture=ports.capture,
        clock=ports.clock,
        token_key=ports.secrets.token_key(),
        actor=TEXT,
    )


def _rows() -> Iterator[Mapping[str, str | None]]:
    """Yield a row a person; whoever works overtime leaves more often."""
    chance = Random(1)  # noqa: S311  (no secret)
    for number in range(PEOPLE):
        works_over = chance.random() < 0.4
        leaves = chance.random() < (0.5 if works_over else 0.1)
        yield {
            ID: hr_id(number),
            NAME: f"{ATTACKS[number % len(ATTACKS)]} {number}",
            BOSS: hr_id(0) if number else None,
            PAY: str(2000 + number * 7 % 900),
            OVERTIME: NO_YES[works_over],
            TRAVEL: TRAVELS[number % 2],
            JOB: JOBS[number % 3],
            SITE: SITES[number % 2],
            SEX: SEXES[number % 2],
            AGE: str(20 + number % 40),
            LEFT: NO_YES[leaves],
            NOTE: TEXT,
        }
