"""Lend protected attributes to the fairness audit of one execution, and take them back."""

from collections.abc import Iterator
from contextlib import contextmanager

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.protected_attributes import AuditPurpose
from stayline.domain.read_purposes import ReadPurpose
from stayline.formats.frozen_inputs import protected_files
from stayline.modelling.dataset import without_people
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.pipeline_runner import PipelineRunner
from stayline.ports.protected_attributes import ProtectedAttributes

PURPOSE = ReadPurpose.MODEL_AUDIT.value


@contextmanager
def share_protected_attributes(
    *,
    actor: str,
    protected: ProtectedAttributes,
    opt_outs: OptOutList,
    runner: PipelineRunner,
    audit: AuditLog,
    clock: Clock,
) -> Iterator[str]:
    """Give the URI of a copy that exists for as long as the block runs.

    The read is recorded by the store and in the audit log. Only the step that audits is given the
    URI; the copy is removed from disk whatever comes out of the execution.
    """
    audit.append(
        AuditEvent(AuditEventKind.PROTECTED_READ, actor, "all", clock.now(), {"purpose": PURPOSE})
    )
    everybody = protected.read(AuditPurpose(actor, PURPOSE))
    shared = without_people(everybody, opt_outs.opted_out(at=clock.now()))
    uri = runner.stage("protected", protected_files(shared))
    try:
        yield uri
    finally:
        runner.unstage(uri)
