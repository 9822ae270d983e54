"""What is kept for how long, what the last purge took, and what the next one will take."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from stayline.bootstrap.retention import aged_stores, retention_policy
from stayline.domain.callers import Caller
from stayline.domain.retention import RecordClass, limits_of
from stayline.domain.roles import Operation
from stayline.usecases.purge_records import purge_records
from stayline.usecases.read_purge_ledger import read_purge_ledger
from stayline.web.gateway import Gateway
from stayline.web.portal.privacy.parts import privacy_page
from stayline.web.portal.privacy.words import CLASSES, days
from stayline.web.portal.visits import Visit, asks


@get("/privacy/retention", sync_to_thread=True, opt=asks(Operation.READ_REGISTER))
def retention_page(
    gateway: NamedDependency[Gateway], visit: NamedDependency[Visit]
) -> Response[Any]:
    """Show the limits as they bind today, and the ledger of purges; no store is looked into."""
    ports, policy = gateway.ports, retention_policy(gateway.settings)
    today = ports.clock.now().date()
    limits = [limits_of(one, policy, on=today) for one in RecordClass]
    return privacy_page(
        visit,
        "retention.html.j2",
        limits=limits,
        conflicts=[one.conflict.words() for one in limits if one.conflict is not None],
        policy=policy,
        ledger=read_purge_ledger(register=ports.register, jobs=ports.jobs, clock=ports.clock),
        classes=CLASSES,
        days=days,
    )


@get("/privacy/retention/next", sync_to_thread=True, opt=asks(Operation.PURGE))
def next_purge_page(
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
) -> Response[Any]:
    """Count what a purge would take now; it looks into every store, and removes nothing."""
    ports, policy = gateway.ports, retention_policy(gateway.settings)
    plan = purge_records(
        aged_stores(ports, policy),
        policy=policy,
        is_real=False,
        reason="",
        actor=caller.subject,
        directory=ports.directory,
        register=ports.register,
        audit=ports.audit,
        clock=ports.clock,
    )
    return privacy_page(
        visit,
        "next_purge.html.j2",
        plan=plan,
        goes=sum(store.goes for store in plan.stores),
        held=sum(store.held_back for store in plan.stores),
        at=ports.clock.now(),
        classes=CLASSES,
    )


RETENTION_HANDLERS = (retention_page, next_purge_page)
