import pytest

from model_versions import events_of
from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.model_package import ApprovalStatus
from stayline.errors import NothingImported, TrainingRefused
from stayline.formats.model_archive import read_archive
from stayline.modelling.training import TrainingOptions
from stayline.samples.presets import named_schema
from stayline.settings import Settings
from stayline.usecases.import_workforce import import_workforce
from stayline.usecases.simulate_workforce import simulate_workforce
from stayline.usecases.train_model import Training, train_model
from training_frames import with_justified


def train(ports: Ports, **more) -> Training:
    return train_model(
        options=TrainingOptions(trials=1),
        actor="ana",
        features=ports.features,
        registry=ports.registry,
        opt_outs=ports.opt_outs,
        audit=ports.audit,
        clock=ports.clock,
        **more,
    )


def panel_home(folder, schema, employees: int) -> Ports:
    """A home with a simulated workforce."""
    ports = build(Settings(home=folder / "home"))
    simulate_workforce(employees=employees, months=24, seed=1, out=folder / "panel.csv")
    import_workforce(
        folder / "panel.csv",
        schema=schema,
        as_of=None,
        actor="tests",
        rejects=folder,
        features=ports.features,
        protected=ports.protected,
        directory=ports.directory,
        imports=ports.imports,
        audit=ports.audit,
        secrets=ports.secrets,
        clock=ports.clock,
    )
    return ports


@pytest.fixture
def panel(tmp_path) -> Ports:
    return panel_home(tmp_path, named_schema("monthly-panel"), 300)


def test_what_is_trained_is_pending_and_an_audit_event_and_the_same_bytes_another_time(panel):
    told = []
    registered = train(panel, progress=lambda what, done, total: told.append(what)).registered
    assert panel.registry.packages() == [registered]
    assert (registered.status, registered.trained_by) == (ApprovalStatus.PENDING, "ana")
    assert panel.registry.deployed() is None
    (event,) = events_of(panel, 1)
    assert (event.kind, event.actor) == (AuditEventKind.MODEL_REGISTERED, "ana")
    assert event.details["digest"] == registered.digest
    assert told[0] == "reading"
    assert len(set(told)) > 1

    again = train(panel).registered
    assert (again.version, again.digest) == (2, registered.digest)


def test_a_justified_protected_attribute_is_an_input_that_carries_its_justification(
    tmp_path,
):
    schema = with_justified(named_schema("monthly-panel"), "Age")
    ports = panel_home(tmp_path, schema, 300)
    digest = train(ports).registered.digest
    manifest = read_archive(ports.registry.archive(digest), digest).manifest
    (age,) = (item for item in manifest.inputs if item.name == "Age")
    assert age.justification


def test_nothing_can_be_trained_before_a_workforce_is_imported(tmp_path):
    ports = build(Settings(home=tmp_path))
    with pytest.raises(NothingImported):
        train(ports)
    assert ports.registry.packages() == []


def test_too_few_people_carry_no_model_and_nothing_is_registered(tmp_path):
    ports = panel_home(tmp_path, named_schema("monthly-panel"), 20)
    with pytest.raises(TrainingRefused):
        train(ports)
    assert ports.registry.packages() == []
    assert events_of(ports, 1) == []
