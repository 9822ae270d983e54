"""Learn from all that is known by now, and register the result as pending."""

from dataclasses import dataclass
from datetime import datetime

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.model_package import ModelPackage
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.errors import SchemaMismatch
from stayline.modelling.dataset import training_data, without_people
from stayline.modelling.packaging import headline, package
from stayline.modelling.training import Progress, TrainedModel, TrainingOptions, train
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import FEATURES, OUTCOMES, FeatureStore
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.opt_out_list import OptOutList


@dataclass(frozen=True, slots=True)
class Training:
    """The registered package, the model in it, and the schema it was trained under."""

    registered: ModelPackage
    trained: TrainedModel
    schema: WorkforceSchema


def train_model(
    *,
    options: TrainingOptions,
    actor: str,
    features: FeatureStore,
    registry: ModelRegistry,
    opt_outs: OptOutList,
    audit: AuditLog,
    clock: Clock,
    schema: WorkforceSchema | None = None,
    train_until: datetime | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Training:
    """Return the pending version.

    ``schema`` may change the policy and the horizon of the imported one, not its inputs. A panel is
    trained on snapshots until ``train_until`` (default: all but the last fifth of its times) and
    tried on the later ones; who opted out is in neither. Nothing is registered unless training ends
    well. Raises `NothingImported`, `SchemaMismatch`, `TrainingRefused`.
    """
    imported = features.schema()
    schema = schema or imported
    if {c.name for c in schema.stored_columns} != {c.name for c in imported.stored_columns}:
        raise SchemaMismatch(
            f"Schema {schema.name!r} has other inputs than the workforce was imported with.",
            "Import the extract under that schema into a home of its own.",
        )
    now = clock.now()
    progress("reading", 0, 1)
    data = training_data(
        without_people(features.frame(FEATURES, as_of=now), opt_outs.opted_out(at=now)),
        features.frame(OUTCOMES, as_of=now),
        schema,
        train_until=train_until,
    )
    trained = train(data, schema, options=options, progress=progress)
    registered = registry.register(
        package(trained, schema), trained_by=actor, metrics=headline(trained), at=clock.now()
    )
    audit.append(
        AuditEvent(
            AuditEventKind.MODEL_REGISTERED,
            actor=actor,
            subject=str(registered.version),
            at=clock.now(),
            details={"digest": registered.digest, "rows": trained.rows},
        )
    )
    return Training(registered, trained, schema)
