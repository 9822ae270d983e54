"""The books in DynamoDB while others write them, and when their process ends halfway."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Barrier, Thread

import polars as pl
import pytest

from fake_aws import Killed, die, just_before
from linked_tokens import LinkedTokens
from stayline.adapters.aws.api_key_book import DynamoApiKeyBook
from stayline.adapters.aws.audit_outbox import OUTBOX
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.decision_book import DynamoDecisionBook
from stayline.adapters.aws.governance_register import DynamoGovernanceRegister
from stayline.adapters.aws.import_ledger import DynamoImportLedger
from stayline.adapters.aws.opt_out_list import DynamoOptOutList
from stayline.adapters.aws.resources import Resources
from stayline.adapters.aws.role_book import DynamoRoleBook
from stayline.adapters.aws.scoring_control import DynamoScoringControl
from stayline.adapters.aws.table import Item, Table
from stayline.adapters.aws.target_health import DynamoTargetHealth
from stayline.domain.api_keys import ApiKey
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.opt_out import OptOut
from stayline.domain.register.retention import LegalHold
from stayline.domain.role_grants import granted, requested, revoked
from stayline.domain.roles import Role
from stayline.domain.scoring_rules import Rule, RuleChange
from stayline.errors import ScoringStopped, StoreDamaged, StoreUnavailable
from stayline.ports.governance_register import Entry
from stayline.ports.import_ledger import ImportRecord
from stores import ANA, BO, HOUR, NOON, SetClock

WRITE = "dynamodb.TransactWriteItems"
TALK = Decision("d-1", ANA, ActionKind.MENTORING, "Asked for a mentor twice", "lee", NOON)
KEY = ApiKey("slk_1", "payroll", frozenset({Role.SERVICE, Role.ANALYST}), "0" * 64, NOON, "ana")
STOP = RuleChange(Rule.STOP, True, NOON, "ana", "It scores the wrong people.")
STOPPED = AuditEvent(AuditEventKind.SCORING_STOPPED, "ana", "scoring", NOON, {"rule": "stop"})
HOLD = Entry("h-1", LegalHold(ANA, "matter", "charge filed", NOON), NOON, "privacy")
MANY = [
    Entry(f"h-{n}", replace(HOLD.record, subject=ANA, reason="w" * 1000), NOON, "privacy")
    for n in range(2, 402)
]
"""Some 500 kB: more than an item takes."""


@dataclass
class Person:
    """Somebody by all tokens."""

    everyone: tuple[str, ...]


def frame(renames: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame(list(renames.items()), ["alias", "token"], orient="row")


def interrupted(stack: Resources, act: Callable[[], object], *, nth: int = 1) -> Clients:
    """Return clients in whose calls something comes between."""
    clients = Clients(stack)
    just_before(clients, WRITE, act, nth=nth)
    return clients


def items_of(stack: Resources, partition: str, kind: type) -> list:
    table = Table(Clients(stack), stack.state_table, kind, "a test")
    return [item.value for item in table.query(partition)]


def count_of_items(stack: Resources) -> int:
    table = Clients(stack).of("dynamodb")
    return table.scan(TableName=stack.state_table, Select="COUNT")["Count"]


def test_a_change_of_the_rules_and_its_event_land_together_or_not_at_all(stack: Resources) -> None:
    with pytest.raises(Killed):
        DynamoScoringControl(interrupted(stack, die), SetClock()).change(STOP, STOPPED)
    control = DynamoScoringControl(Clients(stack), SetClock())
    too_large = replace(STOPPED, details={"words": "w" * 500_000})
    with pytest.raises(StoreUnavailable):
        control.change(STOP, too_large)
    assert (control.history(), items_of(stack, OUTBOX, AuditEvent)) == ([], [])
    assert control.change(STOP, STOPPED)
    assert items_of(stack, OUTBOX, AuditEvent) == [STOPPED]


def test_of_two_who_stop_at_once_one_does_and_is_audited(stack: Resources) -> None:
    first = DynamoScoringControl(Clients(stack), SetClock())
    clients = interrupted(stack, lambda: first.change(STOP, STOPPED))
    second = DynamoScoringControl(clients, SetClock())
    assert not second.change(replace(STOP, by="bo"), replace(STOPPED, actor="bo"))
    assert second.history() == [STOP]
    assert items_of(stack, OUTBOX, AuditEvent) == [STOPPED]


def test_a_pilot_set_while_somebody_stops_is_kept_beside(stack: Resources) -> None:
    pilot = replace(STOP, rule=Rule.PILOT)
    first = DynamoScoringControl(Clients(stack), SetClock())
    second = DynamoScoringControl(
        interrupted(stack, lambda: first.change(STOP, STOPPED)), SetClock()
    )
    assert second.change(pilot, STOPPED)
    assert (second.state().stop, second.state().pilot) == (STOP, pilot)
    assert second.history() == [STOP, pilot]
    with pytest.raises(ScoringStopped):
        second.scope()


def test_two_who_add_one_decision_keep_the_first(stack: Resources) -> None:
    other = replace(TALK, token=BO, decided_at=NOON + HOUR, decided_by="bo")
    first = DynamoDecisionBook(Clients(stack))
    second = DynamoDecisionBook(interrupted(stack, lambda: first.add(TALK)))
    second.add(other)
    assert first.between(NOON, NOON + 2 * HOUR) == [TALK]
    assert first.decisions(BO) == first.latest_by("bo", 9) == []


def test_an_erasure_of_decisions_killed_halfway_leaves_whole_ones_and_goes_on(
    stack: Resources,
) -> None:
    book = DynamoDecisionBook(Clients(stack))
    many = [replace(TALK, decision_id=f"d-{n}", decided_at=NOON + n * HOUR) for n in range(40)]
    for decision in many:
        book.add(decision)
    with pytest.raises(Killed):
        DynamoDecisionBook(interrupted(stack, die, nth=2)).erase([ANA], before=None)
    left = book.decisions(ANA)
    assert 0 < len(left) < len(many)
    assert left == book.latest_by("lee", 99) == book.between(NOON, NOON + 99 * HOUR)
    assert book.erase([ANA], before=None) == len(left)
    assert count_of_items(stack) == 0


def test_decisions_take_new_tokens_and_keep_their_ids(stack: Resources) -> None:
    book, renames = DynamoDecisionBook(Clients(stack)), {ANA: BO}
    book.add(TALK)
    for _ in range(2):
        book.rename(frame(renames))
    renamed = replace(TALK, token=BO)
    assert book.decisions(ANA) == []
    assert book.decisions(BO) == book.latest_by("lee", 9) == [renamed]
    book.add(TALK)
    assert book.between(NOON, NOON + HOUR) == [renamed]


def test_an_opt_out_while_tokens_are_linked_holds_under_all_of_them(stack: Resources) -> None:
    linked = LinkedTokens(Clients(stack))
    clients = interrupted(stack, lambda: linked.link(ANA, BO))
    DynamoOptOutList(clients, linked).opt_out(ANA, at=NOON)
    kept = DynamoOptOutList(Clients(stack), linked)
    assert kept.everyone() == [OptOut(ANA, NOON), OptOut(BO, NOON)]
    assert kept.opt_in(BO, at=NOON + HOUR)
    assert kept.opted_out(at=NOON + HOUR) == set()


def test_an_opt_out_is_shared_whole_though_it_ends_meanwhile(stack: Resources) -> None:
    linked = LinkedTokens(Clients(stack))
    kept = DynamoOptOutList(Clients(stack), linked)
    kept.opt_out(ANA, at=NOON)
    kept.opt_out(ANA, at=NOON - HOUR)
    linked.link(ANA, BO)
    clients = interrupted(stack, lambda: kept.opt_in(ANA, at=NOON + HOUR))
    for _ in range(2):
        DynamoOptOutList(clients, linked).share([Person((ANA, BO))])
    assert [replace(one, token=ANA) for one in kept.intervals(BO)] == kept.intervals(ANA)
    assert len(kept.intervals(BO)) == 2
    assert kept.opted_out(at=NOON + HOUR) == set()


def test_an_opt_out_killed_before_it_is_kept_leaves_nothing(stack: Resources) -> None:
    linked = LinkedTokens(Clients(stack))
    linked.link(ANA, BO)
    with pytest.raises(Killed):
        DynamoOptOutList(interrupted(stack, die), linked).opt_out(ANA, at=NOON)
    assert DynamoOptOutList(Clients(stack), linked).everyone() == []


def test_very_many_entries_are_there_only_once_all_are(stack: Resources) -> None:
    register = DynamoGovernanceRegister(Clients(stack))
    with pytest.raises(Killed):
        DynamoGovernanceRegister(interrupted(stack, die)).add(MANY)
    assert register.history(LegalHold) == []
    register.add(MANY)
    assert register.history(LegalHold) == MANY


def test_words_that_were_on_their_way_in_are_forgotten_too(stack: Resources) -> None:
    with pytest.raises(Killed):
        DynamoGovernanceRegister(interrupted(stack, die)).add(MANY)
    assert count_of_items(stack) > 0
    register = DynamoGovernanceRegister(Clients(stack))
    for _ in range(2):
        register.forget_words([ANA])
    assert count_of_items(stack) == 0


def test_entries_swept_while_they_are_added_are_added_anew(stack: Resources) -> None:
    other = DynamoGovernanceRegister(Clients(stack))
    clients = interrupted(stack, lambda: other.forget_words([BO]))
    DynamoGovernanceRegister(clients).add(MANY)
    assert other.history(LegalHold) == MANY


def test_entries_of_two_who_add_at_once_are_all_kept_once(stack: Resources) -> None:
    other = DynamoGovernanceRegister(Clients(stack))
    clients = interrupted(stack, lambda: other.add([HOLD]))
    DynamoGovernanceRegister(clients).add([HOLD, *MANY])
    assert other.history(LegalHold) == [HOLD, *MANY]
    assert count_of_items(stack) == 1 + 1 + 3


def test_forgetting_killed_halfway_goes_on(stack: Resources) -> None:
    register = DynamoGovernanceRegister(Clients(stack))
    others = replace(HOLD, entry_id="h-0", record=replace(HOLD.record, subject=BO))
    register.add([HOLD, others])
    register.add(MANY)
    with pytest.raises(Killed):
        DynamoGovernanceRegister(interrupted(stack, die, nth=3)).forget_words([ANA])
    register.forget_words([ANA])
    kept = register.history(LegalHold)
    assert [one.entry_id for one in kept if "charge" in one.record.reason] == ["h-0"]
    assert not any("w" * 9 in one.record.reason for one in kept)


def test_entries_take_new_tokens_wherever_they_are_said(stack: Resources) -> None:
    register = DynamoGovernanceRegister(Clients(stack))
    told = replace(HOLD, record=replace(HOLD.record, matter=f"about {ANA}"))
    register.add([told])
    for _ in range(2):
        register.rename(frame({ANA: BO}))
    (renamed,) = register.entries(LegalHold, subject=BO)
    assert renamed.record == LegalHold(BO, f"about {BO}", "charge filed", NOON)


def test_a_use_noted_while_a_key_ends_does_not_undo_the_end(stack: Resources) -> None:
    keys = DynamoApiKeyBook(Clients(stack))
    keys.add(KEY)
    clients = interrupted(stack, lambda: keys.end(KEY.key_id, at=NOON))
    DynamoApiKeyBook(clients).note_use(KEY.key_id, NOON.date())
    assert keys.find(KEY.key_id) == replace(KEY, valid_until=NOON)


def test_a_key_is_never_put_in_the_place_of_another(stack: Resources) -> None:
    keys = DynamoApiKeyBook(Clients(stack))
    keys.add(KEY)
    with pytest.raises(StoreUnavailable):
        keys.add(replace(KEY, digest="1" * 64))
    assert keys.keys() == [KEY]


def test_of_two_who_decide_a_request_at_once_the_first_counts_everywhere(stack: Resources) -> None:
    asked = requested(
        "r1", subject="u-1", role="auditor", reason="Audits this year.", by="ana", at=NOON
    )
    roles = DynamoRoleBook(Clients(stack))
    assert roles.put(asked)
    refused = revoked(asked, by="cy", at=NOON)
    clients = interrupted(stack, lambda: roles.put(refused, before=asked))
    assert not DynamoRoleBook(clients).put(granted(asked, by="bo", at=NOON), before=asked)
    assert roles.grants() == [refused]
    assert roles.roles_of("u-1", at=NOON) == set()
    assert not roles.put(replace(asked, subject="u-2"))
    assert roles.grants() == [refused]


def test_imports_follow_a_token_key_while_one_of_them_ends(stack: Resources) -> None:
    ledger = DynamoImportLedger(Clients(stack))
    record = ImportRecord("sha256:f", "sha256:s", NOON, NOON, key_fingerprint="old")
    ledger.start(record)
    ledger.start(replace(record, event_time=None, key_fingerprint=None))
    done = {"at": NOON + HOUR, "rows": 7, "rejected": 2}
    clients = interrupted(stack, lambda: ledger.complete(record, **done))
    for _ in range(2):
        DynamoImportLedger(clients).follow_key("old", "new")
    first, undated = ledger.records()
    assert (first.key_fingerprint, first.completed_at, first.rows) == ("new", NOON + HOUR, 7)
    assert undated.key_fingerprint is None


def test_a_failure_noted_while_another_is_keeps_the_earlier_beginning(stack: Resources) -> None:
    first = DynamoTargetHealth(Clients(stack))
    clients = interrupted(stack, lambda: first.failed("target", NOON - HOUR))
    assert DynamoTargetHealth(clients).failed("target", NOON) == NOON - HOUR
    assert first.failing_since("target") == NOON - HOUR


def test_the_healthy_state_asks_nobody(stack: Resources) -> None:
    asked: list[str] = []
    clients = Clients(stack)
    clients.session.events.register("before-call", lambda model, **_: asked.append(model.name))
    health = DynamoTargetHealth(clients)
    for hours in range(9):
        assert health.take_probe("target", NOON + hours * HOUR, HOUR)
        health.succeeded("target", NOON + hours * HOUR)
    assert asked == ["GetItem"]


def test_many_threads_of_one_process_find_the_same_rules(stack: Resources) -> None:
    control = DynamoScoringControl(Clients(stack), SetClock())
    control.change(STOP, STOPPED)
    start, refused = Barrier(8), []

    def ask() -> None:
        start.wait()
        with pytest.raises(ScoringStopped):
            control.scope()
        refused.append(True)

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 8


@pytest.mark.parametrize(
    ("partition", "place", "ask"),
    [
        ("scoring-rules", "now", lambda c: DynamoScoringControl(c, SetClock()).scope()),
        ("opt-out", f"{ANA}#x", lambda c: DynamoOptOutList(c, None).is_opted_out(ANA, at=NOON)),
        ("role-grant-of#u", "r", lambda c: DynamoRoleBook(c).roles_of("u", at=NOON)),
        ("api-key", "k", lambda c: DynamoApiKeyBook(c).find("k")),
        ("register#LegalHold", "0", lambda c: DynamoGovernanceRegister(c).entries(LegalHold)),
    ],
)
def test_what_cannot_be_read_is_damage_and_nobody_goes_by_it(
    stack: Resources, partition: str, place: str, ask: Callable[[Clients], object]
) -> None:
    strange = Item(partition, place, {"role": "emperor", "state": 7})
    Table(Clients(stack), stack.state_table, dict, "a test").put(strange)
    with pytest.raises(StoreDamaged, match="cannot be read"):
        ask(Clients(stack))
