"""A new token key: everyone is the same person afterwards, and old tokens lead there."""

import threading
from datetime import timedelta

import pytest

from import_runs import Home, panel
from rotations import OVERLAP, rotate
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.decisions import ActionKind, Decision
from stayline.domain.outcomes import PersonOutcome
from stayline.domain.protected_attributes import AuditPurpose
from stayline.domain.pseudonyms import key_fingerprint, pseudonym
from stayline.domain.register.oversight import HrEvent
from stayline.domain.secrets_policy import SecretsPolicy
from stayline.errors import RotationRefused, RotationUnderWay, StoreDamaged
from stayline.ports.feature_store import FEATURES
from stayline.ports.governance_register import Entry
from stayline.usecases.delete_features import delete_features
from stayline.usecases.list_secrets import list_secrets
from stayline.usecases.put_features import put_features
from stayline.usecases.retire_token_key import retire_token_key
from stores import HOUR, NOON

PEOPLE = 60


@pytest.fixture
def home(tmp_path):
    extract = tmp_path / "panel.csv"
    panel(people=PEOPLE, months=3).write_csv(extract)
    home = Home(tmp_path / "home")
    home.take(extract)
    return home


def token(home, person: int):
    return pseudonym(home.ports.secrets.token_key(), str(person))


def retire(home):
    ports = home.ports
    return retire_token_key(
        secrets=ports.secrets, token_keys=ports.token_keys, directory=ports.directory,
        register=ports.register, audit=ports.audit, clock=ports.clock, actor="ana", overlap=OVERLAP,
    )  # fmt: skip


def by_hr_id(home, frame):
    pairs = dict(home.ports.directory.hr_ids().iter_rows())
    return sorted((pairs[row[0]], *map(str, row[1:])) for row in frame.iter_rows())


def test_everyone_has_the_same_record_under_another_token(home):
    def kept():
        read = home.ports.protected.read(AuditPurpose("ana", "test"))
        frames = (home.ports.features.newest(), home.facts(FEATURES), home.facts("outcomes"), read)
        return [by_hr_id(home, frame) for frame in frames]

    before, old = kept(), token(home, 7)
    rotation = rotate(home.ports)
    new = token(home, 7)
    assert (old != new, kept() == before) == (True, True)
    assert (rotation.people, rotation.was_resumed) == (PEOPLE, False)
    assert home.ports.directory.find(new).hr_id == "7"
    assert home.ports.directory.find(new).manager == token(home, 0)
    assert home.ports.directory.find(old) is None
    assert home.ports.features.known([old]) == set()
    assert home.ports.features.count() == PEOPLE
    assert home.problems() == []


def test_old_tokens_lead_to_their_people_over_several_rotations(home):
    first = token(home, 7)
    rotate(home.ports)
    second = token(home, 7)
    rotate(home.ports)
    third = token(home, 7)
    for one in (first, second, third):
        assert home.ports.directory.known_as(one)[0] == third
        assert set(home.ports.directory.known_as(one)) == {first, second, third}


def test_decisions_outcomes_and_register_entries_follow_their_people(home):
    old, ports = token(home, 7), home.ports
    decision = Decision("d-1", old, ActionKind.CAREER_PLAN, "talked", "ana", NOON)
    ports.decisions.add(decision)
    ports.outcomes.add([PersonOutcome(old, NOON.date(), NOON)])
    ports.register.add([Entry("e-1", HrEvent(old, "pay", NOON), NOON, "ana")])
    rotate(ports)
    new = token(home, 7)
    (kept,) = ports.decisions.decisions(new)
    assert (kept.decision_id, kept.token) == ("d-1", new)
    assert [outcome.token for outcome in ports.outcomes.of_people(NOON)] == [new]
    (entry,) = ports.register.entries(HrEvent, subject=new)
    assert entry.record == HrEvent(new, "pay", NOON)
    assert ports.decisions.decisions(old) == ports.register.entries(HrEvent, subject=old) == []


def test_opt_outs_hold_under_every_token_whichever_it_is_set_or_withdrawn_by(home):
    old, ports = token(home, 7), home.ports
    ports.opt_outs.opt_out(old, at=NOON - HOUR)
    rotate(ports)
    new = token(home, 7)
    assert ports.opt_outs.opted_out_of([old, new], at=NOON) == {old, new}
    ports.opt_outs.opt_in(new, at=NOON)
    assert ports.opt_outs.opted_out_of([old, new], at=NOON) == set()
    ports.opt_outs.opt_out(old, at=NOON + HOUR)
    assert ports.opt_outs.opted_out_of([old, new], at=NOON + HOUR) == {old, new}
    assert ports.opt_outs.intervals(new) == [
        interval.__class__(new, interval.since, interval.until)
        for interval in ports.opt_outs.intervals(old)
    ]


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_an_opt_out_set_at_any_step_under_the_old_token_bars_from_then_on(home, step):
    old, ports = token(home, 7), home.ports
    new = []

    def opt_out(done, total):
        if done == step:
            ports.opt_outs.opt_out(old, at=NOON)
        if done >= max(step, 2) and not new:
            (key,) = [k for k in ports.token_keys.history() if k.made_at is not None]
            new.append(pseudonym(ports.secrets.kept_token_key(key.fingerprint), "7"))
        if done >= max(step, 2):
            assert ports.opt_outs.opted_out_of([old, new[0]], at=NOON) == {old, new[0]}

    rotate(ports, progress=opt_out)
    assert ports.opt_outs.is_opted_out(token(home, 7), at=NOON)


def test_imports_go_on_finding_the_same_people(home, tmp_path):
    rotate(home.ports)
    longer = tmp_path / "longer.csv"
    panel(people=PEOPLE + 1, months=4).write_csv(longer)
    report = home.take(longer)
    assert (report.people, home.ports.features.count()) == (PEOPLE + 1, PEOPLE + 1)
    assert report.unchanged > 0
    assert home.take(tmp_path / "panel.csv").already_imported


def test_an_opt_out_outlives_erasure_and_rotation_until_the_person_comes_back(home, tmp_path):
    gone, ports = token(home, 7), home.ports
    ports.opt_outs.opt_out(gone, at=NOON)
    ports.features.erase(gone)
    ports.protected.erase(gone)
    ports.directory.erase(gone)
    rotate(ports)
    assert not ports.opt_outs.is_opted_out(token(home, 7), at=NOON)
    home.clock.instant += OVERLAP
    with pytest.raises(RotationRefused, match="1 opt-outs are of people whom"):
        retire(home)
    again = tmp_path / "again.csv"
    panel(people=PEOPLE, months=4).write_csv(again)
    home.take(again)
    assert ports.opt_outs.is_opted_out(token(home, 7), at=NOON)
    retire(home)
    assert ports.opt_outs.is_opted_out(token(home, 7), at=NOON)


def test_a_person_put_by_a_program_follows_a_rotation(home):
    ports = home.ports

    def put(event_time):
        put_features(
            token(home, 4711), FEATURES, {"Pay": "10", "Site": "North"}, hr_id="4711",
            event_time=event_time, features=ports.features, register=ports.register,
            directory=ports.directory, secrets=ports.secrets, audit=ports.audit,
            clock=ports.clock, actor="hris",
        )  # fmt: skip

    put(NOON - HOUR)
    rotate(ports)
    assert ports.features.get(token(home, 4711)).values["Pay"] == 10
    assert ports.directory.find(token(home, 4711)).hr_id == "4711"


def test_an_erasure_that_waits_for_a_rotation_reaches_the_new_token(home):
    old, ports = token(home, 7), home.ports
    waiting = threading.Thread(
        target=delete_features, args=(old,),
        kwargs={
            "event_time": NOON + HOUR, "features": ports.features, "directory": ports.directory,
            "scores": ports.scores, "outcomes": ports.outcomes, "answers": ports.answers,
            "audit": ports.audit, "clock": ports.clock, "actor": "hris",
        },
    )  # fmt: skip

    def erase(done, total):
        if done == 3:  # the features are locked, and everybody is there twice
            waiting.start()

    rotate(ports, settle=0.3, progress=erase)
    waiting.join()
    assert ports.features.known([old, token(home, 7)]) == set()
    assert token(home, 7) not in set(home.facts(FEATURES)["token"])


def test_people_whom_the_directory_does_not_know_stop_a_rotation_before_it_begins(home):
    ports = home.ports
    stranger = home.ports.features.newest().head(1).select("token").item()
    ports.directory.erase(stranger)
    with pytest.raises(RotationRefused, match="does not know 1 people"):
        rotate(ports)
    assert ports.token_keys.history() == []
    assert [one.state for one in _listed(home)] == ["current"]


def test_what_needs_steady_tokens_and_a_rotation_exclude_each_other(home, tmp_path):
    ports = home.ports
    steady = ports.secrets.steady_tokens
    with steady(), steady(), pytest.raises(RotationRefused, match="at work"):
        rotate(ports)
    panel(people=3, months=1).write_csv(tmp_path / "other.csv")
    with ports.secrets.changing_tokens(), pytest.raises(RotationUnderWay, match="just now"):
        home.take(tmp_path / "other.csv")


def test_a_rotation_stopped_by_an_error_bars_imports_until_it_is_completed(home, tmp_path):
    def fail(done, total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(home.ports, progress=fail)
    panel(people=3, months=1).write_csv(tmp_path / "other.csv")
    with pytest.raises(RotationUnderWay, match="was cut off"):
        home.take(tmp_path / "other.csv")
    assert rotate(home.ports).was_resumed
    assert home.take(tmp_path / "other.csv").landed == 3


def test_retiring_waits_for_the_overlap_and_leaves_nothing_of_the_old_key(home):
    old, ports = token(home, 7), home.ports
    fingerprint = key_fingerprint(ports.secrets.token_key())
    ports.opt_outs.opt_out(old, at=NOON)
    rotate(ports)
    with pytest.raises(RotationRefused, match="until 2027-04-05"):
        retire(home)
    home.clock.instant += OVERLAP
    gone = retire(home)
    assert (gone.fingerprint, gone.aliases, gone.remove_at) == (fingerprint, PEOPLE, None)
    assert ports.directory.known_as(old) == (old,)
    assert ports.opt_outs.intervals(old) == []
    assert ports.opt_outs.is_opted_out(token(home, 7), at=home.clock.now())
    assert ports.secrets.kept_token_key(fingerprint) is None
    assert not (home.folder / "secrets" / "token-key").exists()
    assert Home(home.folder).ports.features.get(token(home, 7)) is not None
    with pytest.raises(RotationRefused, match="no token key was replaced"):
        retire(home)


def test_erasing_a_person_removes_what_leads_from_their_old_tokens(home):
    old, ports = token(home, 7), home.ports
    rotate(ports)
    assert ports.directory.erase(old) == 3
    assert ports.directory.known_as(old) == (old,)
    assert ports.directory.find(token(home, 7)) is None


def test_a_rotation_stands_in_the_audit_log_with_fingerprints_alone(home):
    rotation = rotate(home.ports)
    home.clock.instant += OVERLAP
    retire(home)
    kinds = {
        AuditEventKind.SECRET_ROTATION_STARTED,
        AuditEventKind.SECRET_ROTATED,
        AuditEventKind.SECRET_RETIRED,
    }
    events = [event for event in home.ports.audit.events() if event.kind in kinds]
    assert {event.kind for event in events} == kinds
    assert {event.details["old"] for event in events} == {rotation.old}
    assert home.ports.secrets.token_key().hex() not in str(events)


def _listed(home):
    ports = home.ports
    return list_secrets(secrets=ports.secrets, token_keys=ports.token_keys, policy=SecretsPolicy())


def test_the_list_tells_places_and_times_and_never_a_value(home):
    values = [home.ports.secrets.token_key().hex()]
    rotate(home.ports)
    values.append(home.ports.secrets.token_key().hex())
    old, new = _listed(home)
    assert (old.state, old.until, new.state) == ("replaced", NOON + timedelta(days=400), "current")
    assert old.where == f"file:{home.folder / 'secrets' / 'token-key'}"
    assert not any(value in str((old, new)) for value in values)


def test_a_lost_old_key_is_told_and_bars_imports(home, tmp_path):
    rotate(home.ports)
    (home.folder / "secrets" / "token-key").unlink()
    panel(people=3, months=1).write_csv(tmp_path / "other.csv")
    with pytest.raises(StoreDamaged, match="is nowhere"):
        Home(home.folder, home.clock).take(tmp_path / "other.csv")
