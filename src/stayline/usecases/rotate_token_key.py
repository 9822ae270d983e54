"""Change the key behind everybody's tokens, while servers answer."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.pseudonyms import key_fingerprint
from stayline.errors import RotationRefused, StoreDamaged
from stayline.modelling.tokens import renames_of
from stayline.ports.answer_book import AnswerBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.directory import Directory
from stayline.ports.feature_store import FeatureStore
from stayline.ports.import_ledger import ImportLedger
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.score_board import ScoreBoard
from stayline.ports.secrets import Secrets
from stayline.ports.token_key_book import TokenKeyBook, TokenRenaming

SETTLE = timedelta(seconds=2)
"""How long a request that began with the old key may still be under way."""
STEPS = 6


@dataclass(frozen=True, slots=True)
class TokenKeyRotation:
    """What was done: fingerprints of both keys, of how many people, and since when.

    ``was_resumed``: an earlier run had begun it. From ``may_retire_at`` on the old key may go.
    """

    old: str
    new: str
    people: int
    was_resumed: bool
    switched_at: datetime
    may_retire_at: datetime


@dataclass(frozen=True, slots=True)
class _Plan:
    old: bytes
    new: bytes
    has_begun: bool
    has_switched: bool

    @property
    def fingerprints(self) -> tuple[str, str]:
        return key_fingerprint(self.old), key_fingerprint(self.new)


def rotate_token_key(
    *,
    secrets: Secrets,
    token_keys: TokenKeyBook,
    imports: ImportLedger,
    directory: Directory,
    features: FeatureStore,
    protected: TokenRenaming,
    scores: ScoreBoard,
    opt_outs: OptOutList,
    outcomes: OutcomeBook,
    answers: AnswerBook,
    audit: AuditLog,
    clock: Clock,
    actor: str,
    overlap: timedelta,
    settle: timedelta = SETTLE,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> TokenKeyRotation:
    """Return what was done, once everyone is known by new tokens and old ones lead to them.

    Killed anywhere, it is completed by calling it again; meanwhile servers answer, opt-outs hold
    under both tokens, and whatever needs tokens to be steady refuses to begin. Raises
    `RotationRefused`, before anything is changed, while somebody else needs them steady, for people
    the directory does not know, and for a next key that is the present one; `StoreDamaged` for
    a key that is lost.
    """
    with secrets.changing_tokens():
        plan = _plan(secrets, token_keys, imports)
        renames = _renames(directory, plan)
        if not plan.has_begun:
            _check_everyone_is_known(features, renames)
        _note(AuditEventKind.SECRET_ROTATION_STARTED, plan, renames.height, audit, clock, actor)
        progress(1, STEPS)
        if not plan.has_switched:
            token_keys.begin(*plan.fingerprints, renames, at=clock.now())
            progress(2, STEPS)
            directory.copy_under(renames)
            with features.under_two_names(renames, afresh=True):
                token_keys.switch(at=clock.now())
                progress(3, STEPS)
                token_keys.settle(at=None)
                time.sleep(settle.total_seconds())
        progress(4, STEPS)
        time.sleep(settle.total_seconds())  # for who waited to write features
        renames = _renames(directory, plan)  # with whoever came in meanwhile
        directory.link(renames)
        with features.under_two_names(renames, afresh=False):
            protected.rename(renames)
        directory.drop_aliases(renames)
        progress(5, STEPS)
        token_keys.settle(at=None)
        barred = opt_outs.opted_out(at=clock.now())
        scores.take_down(barred)
        answers.erase(barred)
        outcomes.erase(barred)
        _note(AuditEventKind.SECRET_ROTATED, plan, renames.height, audit, clock, actor)
        token_keys.settle(at=clock.now())
        progress(STEPS, STEPS)
        return _done(plan, token_keys, renames.height, overlap)


def _plan(secrets: Secrets, token_keys: TokenKeyBook, imports: ImportLedger) -> _Plan:
    """Return the keys of the rotation that is unfinished, or those of a new one."""
    keys = token_keys.history()
    current = next((key.fingerprint for key in keys if key.is_current), None)
    to_come = next((key.fingerprint for key in keys if key.is_to_come), None)
    open_end = next((key for key in keys if key.replaced_at and not key.settled_at), None)
    if current is not None and open_end is not None:
        return _Plan(_key(secrets, open_end.fingerprint), _key(secrets, current), True, True)
    if current is not None and to_come is not None:
        return _Plan(_key(secrets, current), _key(secrets, to_come), True, False)
    if not secrets.has_token_key():
        raise RotationRefused("there is no token key yet", "The first import makes one.")
    known = {record.key_fingerprint for record in imports.records()} - {None}
    old = secrets.token_key()
    if known and key_fingerprint(old) not in known:
        problem = "it is not the key under which people were imported. Restore that from a backup."
        raise StoreDamaged("The token key", problem)
    new = secrets.next_token_key()
    if key_fingerprint(new) in {key_fingerprint(old), *(key.fingerprint for key in keys)}:
        because = "the next token key is one that stands or stood before"
        raise RotationRefused(because, "Put a new one where [secrets] token_key_next says.")
    return _Plan(old, new, has_begun=False, has_switched=False)


def _key(secrets: Secrets, fingerprint: str) -> bytes:
    key = secrets.kept_token_key(fingerprint)
    if key is None:
        problem = f"the one with fingerprint {fingerprint}, which the rotation needs, is nowhere."
        raise StoreDamaged("The token key", problem)
    return key


def _renames(directory: Directory, plan: _Plan) -> pl.DataFrame:
    return renames_of(directory.hr_ids(), old=plan.old, new=plan.new)


def _check_everyone_is_known(features: FeatureStore, renames: pl.DataFrame) -> None:
    unknown = features.known_elsewhere(renames.get_column("alias"))
    if unknown:
        raise RotationRefused(
            f"the directory does not know {unknown:,} people of whom there are features",
            "Import an extract that holds them, put their records again, or erase them.",
        )


def _note(
    kind: AuditEventKind, plan: _Plan, people: int, audit: AuditLog, clock: Clock, actor: str
) -> None:
    old, new = plan.fingerprints
    details: dict[str, str | int] = {
        "old": old,
        "new": new,
        "people": people,
        "resumed": plan.has_begun,
    }
    audit.append(
        AuditEvent(kind, actor=actor, subject="token-key", at=clock.now(), details=details)
    )


def _done(
    plan: _Plan, token_keys: TokenKeyBook, people: int, overlap: timedelta
) -> TokenKeyRotation:
    old, new = plan.fingerprints
    replaced = next(key for key in token_keys.history() if key.fingerprint == old)
    if replaced.replaced_at is None:
        raise LookupError("a key that was switched away from was replaced at some time")
    return TokenKeyRotation(
        old=old,
        new=new,
        people=people,
        was_resumed=plan.has_begun,
        switched_at=replaced.replaced_at,
        may_retire_at=replaced.replaced_at + overlap,
    )
