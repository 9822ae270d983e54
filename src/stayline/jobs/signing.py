"""The job that signs the audit log once a day."""

from stayline.bootstrap import Ports
from stayline.jobs.job import Call
from stayline.settings import Settings
from stayline.usecases.sign_checkpoint import sign_checkpoint


def sign(ports: Ports, settings: Settings, call: Call) -> str:
    """Sign where the log stands; raises `StoreDamaged` when it is not whole."""
    signed = sign_checkpoint(
        audit=ports.audit,
        checkpoints=ports.checkpoints,
        clock=ports.clock,
        actor=call.by,
        progress=call.listener.advance,
    )
    return f"The audit log is whole, {signed.position:,} events; its head {signed.link} is signed."
