"""Rotations of the token key as tests run them: at once, or in a process that is killed."""

import sys
from datetime import timedelta
from pathlib import Path

from stayline.bootstrap import Ports, build
from stayline.settings import Settings
from stayline.usecases.rotate_token_key import TokenKeyRotation, rotate_token_key

OVERLAP = timedelta(days=400)


def rotate(ports: Ports, *, settle: float = 0, progress=lambda done, total: None):
    """Rotate the token key of a home."""
    return rotate_token_key(
        secrets=ports.secrets,
        token_keys=ports.token_keys,
        imports=ports.imports,
        directory=ports.directory,
        features=ports.features,
        protected=ports.protected,
        scores=ports.scores,
        opt_outs=ports.opt_outs,
        outcomes=ports.outcomes,
        answers=ports.answers,
        audit=ports.audit,
        clock=ports.clock,
        actor="ana",
        overlap=OVERLAP,
        settle=timedelta(seconds=settle),
        progress=progress,
    )


def _tell(done: int, _total: int) -> None:
    sys.stdout.write(f"{done}\n")
    sys.stdout.flush()


if __name__ == "__main__":  # what the kill tests run, and kill
    home = build(Settings(home=Path(sys.argv[1])))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    done: TokenKeyRotation = rotate(home, settle=float(sys.argv[2]), progress=_tell)
