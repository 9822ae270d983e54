from dataclasses import replace
from itertools import pairwise

from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.workforce_schema import Role, WorkforceSchema
from stayline.modelling.search import Candidate
from stayline.samples.presets import named_schema
from stayline.settings import Settings
from stayline.usecases.import_workforce import import_workforce
from stayline.usecases.price_protection import PricedInputs, price_protection
from stayline.usecases.simulate_workforce import simulate_workforce
from training_frames import with_justified

QUICK = Candidate({"max_depth": 1.0, "learning_rate": 0.3}, 30, 0.0, 0.0)


def price(ports: Ports, schema: WorkforceSchema, **more) -> list[PricedInputs]:
    return price_protection(
        schema,
        QUICK,
        seed=0,
        actor="ana",
        features=ports.features,
        protected=ports.protected,
        opt_outs=ports.opt_outs,
        audit=ports.audit,
        clock=ports.clock,
        **more,
    )


def test_the_same_trees_are_tried_without_and_with_protected_attributes(ports):
    without, seeing_all = price(ports, named_schema("ibm-hr"))
    assert (without.inputs, without.is_in_use) == ("without any", True)
    assert (seeing_all.inputs, seeing_all.is_in_use) == ("with Age, Gender, MaritalStatus", False)
    assert 0.7 < without.tried.roc_auc.value < 0.9
    assert without.tried.roc_auc != seeing_all.tried.roc_auc


def test_the_price_does_not_depend_on_the_day_it_is_asked(ports):
    schema = named_schema("ibm-hr")
    assert price(ports, schema) == price(ports, schema)


def test_the_read_of_protected_attributes_is_an_audit_event_and_a_recorded_read(ports):
    before = len(ports.protected.reads())
    price(ports, named_schema("ibm-hr"))
    event = ports.audit.events()[-1]
    assert (event.kind, event.actor) == (AuditEventKind.PROTECTED_READ, "ana")
    assert "price of leaving protected attributes out" in event.details["purpose"]
    (purpose, _) = ports.protected.reads()[before]
    assert purpose.actor == "ana"


def test_no_model_is_registered_for_it(ports):
    before = ports.registry.packages()
    price(ports, named_schema("ibm-hr"))
    assert ports.registry.packages() == before


def test_a_schema_without_protected_attributes_has_no_price_and_reads_nothing(ports):
    schema = named_schema("ibm-hr")
    columns = tuple(
        replace(c, role=Role.IGNORED) if c.role is Role.PROTECTED else c for c in schema.columns
    )
    before = len(ports.protected.reads()), len(ports.audit.events())
    assert price(ports, replace(schema, columns=columns)) == []
    assert (len(ports.protected.reads()), len(ports.audit.events())) == before


def test_a_panel_is_priced_on_later_time_and_tells_the_justified_choice(tmp_path):
    schema = with_justified(named_schema("monthly-panel"), "Age")
    ports = build(Settings(home=tmp_path))
    simulate_workforce(employees=150, months=20, seed=3, out=tmp_path / "panel.csv")
    import_workforce(
        tmp_path / "panel.csv",
        schema=schema,
        as_of=None,
        actor="tests",
        rejects=tmp_path,
        features=ports.features,
        protected=ports.protected,
        directory=ports.directory,
        imports=ports.imports,
        audit=ports.audit,
        secrets=ports.secrets,
        clock=ports.clock,
    )
    priced = price(ports, schema)
    assert [p.inputs for p in priced][:2] == ["without any", "with Age"]
    assert [p.is_in_use for p in priced] == [False, True, False]
    assert len({p.tried.measured_on for p in priced}) == 1
    periods = [period.period for period in priced[0].tried.periods]
    assert periods
    assert all(earlier < later for earlier, later in pairwise(periods))
