"""A person is erased: from every file, whatever holds it up, and is not seen half erased."""

import polars as pl
import pytest

from deployed_home import PEOPLE
from erased_traces import traces
from erasures import (
    HR_ID,
    NUMBERS,
    OTHER,
    WORDS,
    erase,
    extract_with_marked_person,
    import_marked,
    live_a_life,
    score,
    token_of,
)
from stayline.bootstrap.retention import personal_stores
from stayline.domain.register.oversight import HrEvent
from stayline.domain.register.retention import DeferredErasure
from stayline.domain.register.rights import Erasure, RightsRequest
from stayline.errors import HeldByLaw, UnknownEmployee
from stayline.ports.governance_register import Entry
from stayline.usecases.erase_employee import finish_erasures
from stayline.usecases.lift_erasure import lift_erasure
from stayline.usecases.lift_legal_hold import lift_legal_hold
from stayline.usecases.set_legal_holds import set_legal_holds


def recorders(ports):
    return {"register": ports.register, "audit": ports.audit, "clock": ports.clock}


def finish(ports):
    return finish_erasures(
        decisions_before=None, stores=personal_stores(ports), actor="purge", **recorders(ports)
    )


def test_after_a_whole_life_no_byte_under_the_home_tells_of_an_erased_person(home):
    ports = live_a_life(home)
    token = token_of(ports)
    ports.remnants.overwrite()  # what is in a database is in its own file then
    there = {line.split(":")[0] for line in traces(home, HR_ID, token, WORDS, NUMBERS)}
    for store in ("directory.db", "online.db", "inbox/done/march.csv", "inbox/waiting.csv"):
        assert store in there
    assert any(place.startswith("capture/") for place in there)
    assert any(place.startswith("offline/") for place in there)
    assert any(place.startswith("pipeline/") for place in there)
    done = erase(ports)
    assert {name for name, count in done.gone.items() if count} >= {
        "features", "scores", "labels", "captured", "decisions", "files",
    }  # fmt: skip
    ports.capture.close()
    assert traces(home, HR_ID, token, WORDS, NUMBERS) == []
    assert ports.features.count() == PEOPLE + 40
    assert score(ports, OTHER)
    with pytest.raises(UnknownEmployee):
        score(ports)
    assert ports.audit.problems() == []
    assert ports.capture.problems() == []
    (request,) = ports.register.entries(RightsRequest, subject=token)
    assert request.record.closed_on is not None
    assert request.record.outcome == "erased with the person"
    (event,) = ports.register.entries(HrEvent, subject=token)
    assert event.record.event == "discipline"
    (tombstone,) = ports.register.entries(Erasure, subject=token)
    assert tombstone.record.completed_at is not None


def test_an_erased_person_is_left_out_of_imports_until_the_organisation_says_otherwise(
    home, ports, tmp_path
):
    path = extract_with_marked_person(tmp_path / "march.csv")
    import_marked(ports, home, path)
    erase(ports)
    again = tmp_path / "april.csv"
    again.write_bytes(path.read_bytes() + b"\n")
    assert import_marked(ports, home, again) == 1
    assert not ports.features.known([token_of(ports)])
    assert ports.directory.find(token_of(ports)) is None
    lift_erasure([token_of(ports)], reason="hired again", actor="ana", **recorders(ports))
    again.write_bytes(path.read_bytes() + b"\n\n")
    assert import_marked(ports, home, again) == 0
    assert ports.features.known([token_of(ports)])


def test_a_legal_hold_defers_an_erasure_until_it_is_lifted(home, ports, tmp_path):
    import_marked(ports, home, extract_with_marked_person(tmp_path / "march.csv"))
    token = token_of(ports)
    (hold,) = set_legal_holds(
        [token], matter="case 17", reason="a charge was filed", actor="ana", **recorders(ports)
    )
    with pytest.raises(HeldByLaw, match="case 17"):
        erase(ports)
    assert finish(ports) == 0
    assert ports.features.known([token])
    lift_legal_hold(hold.entry_id, reason="it is settled", actor="ana", **recorders(ports))
    assert finish(ports) == 1
    assert not ports.features.known([token])
    (deferred,) = ports.register.entries(DeferredErasure)
    assert deferred.record.settled_at is not None
    assert finish(ports) == 0


def test_an_erasure_that_waited_for_somebody_who_is_gone_meanwhile_is_settled(ports):
    asked = DeferredErasure("f" * 32, ports.clock.now(), "asked for it")
    ports.register.add([Entry("deferred", asked, asked.asked_at, "ana")])
    assert finish(ports) == 0
    (deferred,) = ports.register.entries(DeferredErasure)
    assert deferred.record.settled_at is not None


def test_somebody_unknown_cannot_be_erased(ports):
    with pytest.raises(UnknownEmployee):
        erase(ports, "nobody")


def test_an_answer_that_comes_in_after_the_erasure_goes_with_the_next_purge(home, ports, tmp_path):
    import_marked(ports, home, extract_with_marked_person(tmp_path / "march.csv"))
    token, now = token_of(ports), ports.clock.now()
    erase(ports)
    late = {"event_id": ["late"], "inference_id": [None], "inferred_at": [now], "token": [token]}
    ports.answers.add(pl.DataFrame(late | {"risk": [0.1], "model_version": [1]}))
    assert finish(ports) == 1
    assert ports.answers.ids_of([token]) == set()
    assert finish(ports) == 0


def test_who_is_written_by_somebody_after_the_erasure_is_erased_again(home, ports, tmp_path):
    import_marked(ports, home, extract_with_marked_person(tmp_path / "march.csv"))
    token = token_of(ports)
    record = ports.features.newest([token]).drop("write_time")
    erase(ports)
    ports.features.put("features", record, written_at=ports.clock.now())
    assert finish(ports) == 1
    assert not ports.features.known([token])
