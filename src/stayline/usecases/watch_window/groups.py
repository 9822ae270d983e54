"""The bias monitor of a window: the only one that reads protected attributes."""

import numpy as np
import polars as pl

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.monitoring import Monitor
from stayline.domain.protected_attributes import AuditPurpose
from stayline.domain.read_purposes import ReadPurpose
from stayline.domain.workforce_schema import Role
from stayline.formats.drift_violations import BIAS_CHECK
from stayline.modelling.watching.baselines import Baselines
from stayline.modelling.watching.known_facets import facets_at
from stayline.modelling.watching.monitors import watch_groups
from stayline.modelling.watching.part import Part, blind
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.protected_attributes import ProtectedAttributes

PURPOSE = ReadPurpose.BIAS_MONITOR.value


def groups_part(
    frame: pl.DataFrame,
    label: pl.Series,
    baselines: Baselines,
    rng: np.random.Generator,
    *,
    actor: str,
    protected: ProtectedAttributes,
    audit: AuditLog,
    clock: Clock,
) -> Part:
    """Return how groups fared in a window; the read of their attributes is on record.

    ``frame`` has one row a person, ``label`` (n,) goes with it. Attributes are those that were true
    when the answer was given.
    """
    if baselines.bias is None or not baselines.schema.with_role(Role.PROTECTED):
        return blind(
            Monitor.BIAS, BIAS_CHECK,
            "Groups cannot be compared: the package or its schema has no protected attribute.",
        )  # fmt: skip
    audit.append(
        AuditEvent(AuditEventKind.PROTECTED_READ, actor, "all", clock.now(), {"purpose": PURPOSE})
    )
    attributes = protected.read(AuditPurpose(actor, PURPOSE))
    facets = facets_at(frame, attributes, baselines.schema, baselines.bias)
    return watch_groups(frame, facets, label, baselines, rng)
