import polars as pl
import pytest

from fake_aws import clients_of
from followers import KeptImports, KeptNames, KeptOptOuts
from stayline.adapters.aws.audit_log import DynamoAuditLog
from stayline.adapters.aws.table import Item, Table, Write
from stayline.adapters.aws.token_aliases import DynamoTokenAliases
from stayline.adapters.aws.token_key_book import DynamoTokenKeyBook
from stayline.domain.opt_out import OptOut
from stayline.domain.token_keys import is_unfinished
from stayline.errors import AwsRefused
from stayline.ports.import_ledger import ImportRecord
from stayline.ports.token_key_book import KeyTraces
from stores import ANA, BO, HOUR, NOON

FIRST, SECOND = "1" * 32, "2" * 32
ANA_2, BO_2 = "a2" * 16, "b2" * 16
PAIRS = pl.DataFrame(
    [(ANA, ANA_2, FIRST), (BO, BO_2, FIRST)], ["alias", "token", "fingerprint"], orient="row"
)


def holds(stack, check):
    other = Item("other", " ", 1)
    table = Table(clients_of(stack), stack.state_table, int, "a table")
    return table.write([check, Write(other.partition, other.place, other)])


class Stores:
    """What follows a key, kept over several books."""

    def __init__(self):
        record = ImportRecord("f", "s", NOON, NOON - HOUR, NOON, key_fingerprint=FIRST)
        self.imports, self.opt_outs = KeptImports([record]), KeptOptOuts([OptOut(ANA, NOON)])
        self.names = KeptNames([ANA, BO, "c" * 32])

    def book(self, stack):
        clients = clients_of(stack)
        return DynamoTokenKeyBook(
            clients,
            imports=self.imports,
            opt_outs=self.opt_outs,
            audit=DynamoAuditLog(clients),
            renamed=[self.names],
        )


def test_every_record_follows_the_key_and_opt_outs_stand_under_both_tokens_before(stack):
    stores = Stores()
    book = stores.book(stack)
    book.begin(FIRST, SECOND, PAIRS, at=NOON)
    assert {one.token for one in stores.opt_outs.everyone()} == {ANA, ANA_2}
    assert book.history()[0].current_since == NOON - HOUR
    assert stores.names.kept[0] == ANA
    book.switch(at=NOON)
    book.settle(at=NOON)
    assert stores.names.kept == [ANA_2, BO_2, "c" * 32]
    assert [one.key_fingerprint for one in stores.imports.records()] == [SECOND]


def test_a_rotation_stopped_at_any_request_is_completed_by_another(stack, faulty):
    stores = Stores()
    for requests in range(0, 60, 7):
        faulty.asked.clear()
        faulty.stopped_at = requests
        try:
            book = stores.book(stack)
            if book.current() in (None, FIRST):
                book.begin(FIRST, SECOND, PAIRS, at=NOON)
                book.switch(at=NOON + HOUR)
            book.settle(at=NOON + 2 * HOUR)
        except AwsRefused:
            faulty.stopped_at = None
            keys = stores.book(stack).history()
            assert not keys or is_unfinished(keys)
        else:
            break
    faulty.stopped_at = None
    book = stores.book(stack)
    assert (book.current(), is_unfinished(book.history())) == (SECOND, False)
    assert stores.names.kept == [ANA_2, BO_2, "c" * 32]


def test_a_key_cannot_be_switched_to_twice(stack):
    book = Stores().book(stack)
    book.begin(FIRST, SECOND, PAIRS, at=NOON)
    book.switch(at=NOON)
    with pytest.raises(LookupError, match="one key to come"):
        book.switch(at=NOON)
    assert book.current() == SECOND


def test_a_retirement_stopped_at_any_request_keeps_the_key_in_the_book_until_all_is_gone(
    stack, faulty
):
    stores = Stores()
    stores.opt_outs.kept.append(OptOut("d" * 32, NOON))
    book = stores.book(stack)
    book.begin(FIRST, SECOND, PAIRS, at=NOON)
    book.switch(at=NOON)
    book.settle(at=NOON)
    assert book.traces(FIRST) == KeyTraces(2, 0, 1)
    for requests in (20, 60, 70):
        faulty.asked.clear()
        faulty.stopped_at = requests
        try:
            stores.book(stack).retire(FIRST)
        except AwsRefused:
            faulty.stopped_at = None
            assert len(stores.book(stack).history()) == 2
    faulty.stopped_at = None
    stores.book(stack).retire(FIRST)
    assert [key.fingerprint for key in stores.book(stack).history()] == [SECOND]
    assert {one.token for one in stores.opt_outs.everyone()} == {ANA_2, "d" * 32}
    assert list(DynamoTokenAliases(clients_of(stack)).everyone()) == []


def test_who_writes_under_all_tokens_learns_that_there_is_one_more_meanwhile(stack):
    aliases = DynamoTokenAliases(clients_of(stack))
    book = Stores().book(stack)
    tokens, check = aliases.as_known(ANA)
    assert tokens == (ANA,)
    assert holds(stack, check)
    book.begin(FIRST, SECOND, PAIRS, at=NOON)
    assert not holds(stack, check)
    tokens, check = aliases.as_known(ANA)
    assert (tokens, holds(stack, check)) == ((ANA_2, ANA), True)
