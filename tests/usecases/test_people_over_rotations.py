"""Holds, tombstones and erasures hold of a person whichever token key they were made under."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from import_runs import Home, panel
from rotations import OVERLAP, rotate
from stayline.bootstrap.retention import aged_stores, personal_stores
from stayline.cli.people import tokens_of
from stayline.domain.capture import CaptureRecord
from stayline.domain.monitoring import Window
from stayline.domain.pseudonyms import pseudonym
from stayline.domain.register.rights import Erasure
from stayline.domain.retention import RetentionPolicy
from stayline.errors import ErasureUnfinished, RecordRefused, RotationRefused, RotationUnderWay
from stayline.jobs import work
from stayline.jobs.job import Call
from stayline.ports.feature_store import FEATURES
from stayline.settings import Settings
from stayline.usecases.erase_employee import erase_employee, finish_erasures
from stayline.usecases.lift_erasure import lift_erasure
from stayline.usecases.lift_legal_hold import lift_legal_hold
from stayline.usecases.purge_records import purge_records
from stayline.usecases.put_features import put_features
from stayline.usecases.retire_token_key import retire_token_key
from stayline.usecases.scan_records import scan_records
from stayline.usecases.set_legal_holds import set_legal_holds
from stores import HOUR, NOON

HELD, OTHER = "7", "8"
LATER = timedelta(days=200)


@pytest.fixture
def home(tmp_path):
    extract = tmp_path / "panel.csv"
    panel(people=20, months=3).write_csv(extract)
    home = Home(tmp_path / "home")
    home.take(extract)
    return home


def token(home, person=HELD):
    return pseudonym(home.ports.secrets.token_key(), person)


def recorders(home):
    return {"register": home.ports.register, "audit": home.ports.audit, "clock": home.ports.clock}


def hold(home, person=HELD):
    (entry,) = set_legal_holds(
        [token(home, person)], matter="case 17", reason="a charge", actor="ana", **recorders(home)
    )
    return entry


def capture(home, person):
    answer = f'{{"token":"{token(home, person)}","risk":0.1}}'
    home.ports.capture.append([CaptureRecord(uuid4().hex, home.clock.now(), "{}", answer)])


def purge(home):
    policy = RetentionPolicy()
    return purge_records(
        aged_stores(home.ports, policy), policy=policy, is_real=True, reason="it is time",
        directory=home.ports.directory, actor="ana", **recorders(home),
    )  # fmt: skip


def scan(home):
    policy = RetentionPolicy()
    found = scan_records(
        aged_stores(home.ports, policy), policy=policy, actor="ana",
        directory=home.ports.directory, register=home.ports.register, clock=home.clock,
    )  # fmt: skip
    return {one.store: one for one in found}["captured requests"]


def erase(home, person=HELD):
    return erase_employee(
        tokens_of(home.ports, person), hr_ids=[person], decisions_before=None, reason="asked for",
        stores=personal_stores(home.ports), actor="ana", **recorders(home),
    )  # fmt: skip


def finish(home):
    return finish_erasures(
        decisions_before=None, stores=personal_stores(home.ports), actor="purge", **recorders(home)
    )


def put(home, person=HELD):
    ports = home.ports
    return put_features(
        token(home, person), FEATURES, {"Pay": "10", "Site": "North"}, hr_id=person,
        event_time=NOON - HOUR, features=ports.features, directory=ports.directory,
        secrets=ports.secrets, actor="hris", **recorders(home),
    )  # fmt: skip


def retire(home):
    ports = home.ports
    return retire_token_key(
        secrets=ports.secrets, token_keys=ports.token_keys, directory=ports.directory,
        actor="ana", overlap=OVERLAP, **recorders(home),
    )  # fmt: skip


def test_a_hold_keeps_what_was_captured_under_a_token_of_an_earlier_key(home):
    hold(home)
    capture(home, HELD)
    capture(home, OTHER)
    rotate(home.ports)
    home.clock.instant += LATER
    assert (scan(home).over, scan(home).held_back) == (1, 1)
    assert purge(home).deleted("captured requests") == 1
    assert scan(home).held_back == 1


def test_a_key_is_not_retired_while_a_hold_needs_what_leads_from_its_tokens(home):
    entry = hold(home)
    rotate(home.ports)
    home.clock.instant += OVERLAP
    with pytest.raises(RotationRefused, match="legal hold"):
        retire(home)
    lift_legal_hold(entry.entry_id, reason="it is settled", actor="ana", **recorders(home))
    retire(home)


def test_who_was_erased_before_a_rotation_stays_out_after_it(home, tmp_path):
    erase(home)
    rotate(home.ports)
    with pytest.raises(RecordRefused, match="was erased"):
        put(home)
    longer = tmp_path / "longer.csv"
    panel(people=20, months=4).write_csv(longer)
    assert home.take(longer).erased > 0
    assert not home.ports.features.known([token(home)])


def test_a_key_is_not_retired_while_only_it_tells_who_was_erased(home):
    erase(home)
    rotate(home.ports)
    home.clock.instant += OVERLAP
    with pytest.raises(RotationRefused, match="erased"):
        retire(home)


def test_who_was_erased_before_a_rotation_can_be_let_in_again_after_it(home):
    erase(home)
    rotate(home.ports)
    lift_erasure(tokens_of(home.ports, HELD), reason="hired again", actor="ana", **recorders(home))
    assert put(home)


def test_who_was_erased_after_a_rotation_is_no_reason_to_keep_the_earlier_key(home):
    rotate(home.ports)
    home.clock.instant += HOUR
    erase(home)
    home.clock.instant += OVERLAP
    retire(home)
    with pytest.raises(RecordRefused, match="was erased"):
        put(home)


class NeverForgets:
    """A runner with a training under way."""

    def forget_rows(self):
        return False


def test_an_erasure_cut_short_before_a_rotation_is_completed_once_after_it(home):
    stores = replace(personal_stores(home.ports), runner=NeverForgets())
    with pytest.raises(ErasureUnfinished, match="training"):
        erase_employee(
            [token(home)], hr_ids=[HELD], decisions_before=None, reason="asked for",
            stores=stores, actor="ana", **recorders(home),
        )  # fmt: skip
    rotate(home.ports)
    assert finish(home) == 1
    assert all(one.record.completed_at for one in home.ports.register.entries(Erasure))
    assert finish(home) == 0


def test_no_purge_completes_an_erasure_while_tokens_change(home):
    call = Call(NOON, Window(NOON - LATER, NOON))

    def purge_meanwhile(done, total):
        with pytest.raises(RotationUnderWay):
            work.purge(home.ports, Settings(home=home.folder), call)

    rotate(home.ports, progress=purge_meanwhile)
