"""What the controls of OPT are told: who was out when, and what was done about them."""

from dataclasses import dataclass
from datetime import date, datetime

from stayline.domain.register.rights import Erasure, RightsRequest


@dataclass(frozen=True, slots=True)
class Interval:
    """A time in which a person must not be scored: half-open, in UTC."""

    token: str
    since: datetime
    until: datetime | None = None

    def holds_at(self, instant: datetime) -> bool:
        """Whether scoring was barred at an instant; at ``since`` it was, at ``until`` not."""
        return self.since <= instant and (self.until is None or instant < self.until)


@dataclass(frozen=True, slots=True)
class ScoreSeen:
    """A score of somebody who was out at some time: ``path`` says how it came about.

    ``live`` and ``nightly`` as in the audit log (``nightly`` is a kept one that was served in an
    outage), ``viewed`` for one that was shown, ``kept`` for one that lies on the score board.
    """

    token: str
    at: datetime
    path: str


@dataclass(frozen=True, slots=True)
class TrainingSeen:
    """The people of one training: ``tokens`` of those who were ever out or erased, among them.

    ``people`` is None where the files that would tell are gone.
    """

    execution_id: str
    frozen_at: datetime
    people: int | None
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """When a person asked to be out, and from when they were; None while they are not."""

    token: str
    asked_on: date
    effective_at: datetime | None


@dataclass(frozen=True, slots=True)
class Adverse:
    """How many people met something adverse, of how many: who was out, and everybody else."""

    out: int = 0
    out_of: int = 0
    others: int = 0
    others_of: int = 0


@dataclass(frozen=True, slots=True)
class Probe:
    """Whether anything of an erased person was found in a store."""

    token: str
    store: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class OptOutEvidence:
    """What was done about people who were out.

    ``scores`` are those of people who have an interval; ``scored`` counts everybody's. ``inputs``
    are the model inputs of all deployed versions, ``may_see`` the roles that see who is out, and
    ``steps_out`` and ``steps_in`` how many steps it takes.
    """

    looked_at: datetime
    intervals: tuple[Interval, ...] = ()
    scored: int = 0
    scores: tuple[ScoreSeen, ...] = ()
    kept: tuple[ScoreSeen, ...] = ()
    trainings: tuple[TrainingSeen, ...] = ()
    earlier_models: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()
    inputs: tuple[str, ...] = ()
    may_see: tuple[str, ...] = ()
    steps_out: int = 1
    steps_in: int = 1
    adverse: Adverse = Adverse()
    requests: tuple[RightsRequest, ...] = ()
    erasures: tuple[Erasure, ...] = ()
    probes: tuple[Probe, ...] = ()
