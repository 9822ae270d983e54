"""A home whose deployed model has its evaluation files, as the pipeline's programs leave them."""

from pathlib import Path

import msgspec
import numpy as np

from deployed_home import PASSED, deploy, import_ibm, settle
from stayline.bootstrap import build
from stayline.domain.protected_attributes import AuditPurpose
from stayline.domain.workforce_schema import Role
from stayline.formats.bias_analysis import encode_bias_analysis
from stayline.formats.explanation_analysis import explanation_analysis
from stayline.formats.gate_records import gate_record
from stayline.formats.model_archive import archive_digest, read_archive
from stayline.formats.report_json import encode
from stayline.modelling.data_constraints import suggested_constraints
from stayline.modelling.dataset import labelled_rows
from stayline.modelling.drift.joint import joint_statistics
from stayline.modelling.fairness.analysis_form import bias_analysis
from stayline.modelling.fairness.audit import audit_fairness
from stayline.modelling.fairness.facets import facet_columns
from stayline.modelling.feature_statistics import feature_statistics
from stayline.modelling.model_quality import model_quality, model_quality_constraints
from stayline.modelling.packaging import package
from stayline.modelling.predictor import Predictor
from stayline.modelling.training import TrainingOptions, train
from stayline.ports.feature_store import EVENT_TIME, FEATURES, OUTCOMES, TOKEN
from stayline.settings import Settings
from training_frames import training_data, trial_of


def make_watched_home(home: Path) -> Path:
    """Import IBM's people, train briefly with every baseline, approve and deploy."""
    ports = build(Settings(home=home))
    import_ibm(ports, home)
    now, schema = ports.clock.now(), ports.features.schema()
    facts = [ports.features.frame(group, as_of=now) for group in (FEATURES, OUTCOMES)]
    data = training_data(*facts, schema)
    model = train(data.development, schema, options=TrainingOptions(trials=1))
    archive = package(model, trial_of(model, data, schema), schema, gates=(gate_record(PASSED),))
    rows, rng = data.development, np.random.default_rng(0)
    statistics = feature_statistics(rows.frame, schema.model_inputs)
    quality = model_quality(
        rows.label, model.unseen_risk[0], rows.person, alert_from=model.bands.high, rng=rng
    )
    reasons = Predictor(read_archive(archive, archive_digest(archive))).global_explanation(
        rows.frame, rng
    )
    people = (
        labelled_rows(*facts, schema)
        .select(TOKEN, EVENT_TIME)
        .join(
            ports.protected.read(AuditPurpose("tests", "baseline")),
            on=[TOKEN, EVENT_TIME],
            how="left",
            maintain_order="left",
        )
    )
    facets = facet_columns(
        people,
        schema.with_role(Role.PROTECTED),
        event_time=people.get_column(EVENT_TIME),
        protected_age_from=schema.protected_age_from,
    )
    audit = audit_fairness(
        rows.label,
        model.unseen_risk[0],
        rows.person,
        facets,
        rows.frame.select(column.name for column in schema.model_inputs),
        alert_from=model.bands.high,
        rng=rng,
        draws=200,
    )
    registered = ports.registry.register(
        archive,
        trained_by="ana",
        metrics={},
        at=now,
        reports={
            "data_quality_statistics.json": encode(statistics),
            "data_quality_constraints.json": encode(
                suggested_constraints(statistics, schema.model_inputs)
            ),
            "joint_statistics.json": encode(
                joint_statistics(rows.frame, schema.model_inputs, statistics, rows.person)
            ),
            "model_quality_constraints.json": encode(model_quality_constraints(quality)),
            "explainability_analysis.json": encode(
                explanation_analysis(reasons.values, reasons.expected_value)
            ),
            "bias_analysis.json": encode_bias_analysis(
                bias_analysis(audit.facets, label="Attrition")
            ),
            "fairness.json": msgspec.json.encode(audit),
        },
    )
    deploy(ports, registered.version)
    settle(ports)
    return home
