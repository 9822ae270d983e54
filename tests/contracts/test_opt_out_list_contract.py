from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stayline.domain.opt_out import Channel, OptOut, OptOutKind
from stayline.domain.pseudonyms import EmployeeToken
from stores import ANA, BO, HOUR, MICROSECOND, NOON, Backend


def test_an_opt_out_holds_until_further_notice_even_when_the_clock_goes_back(
    backend: Backend,
) -> None:
    assert backend.opt_outs().opt_out(ANA, at=NOON) == OptOut(ANA, NOON)
    kept = backend.opt_outs()
    assert kept.is_opted_out(ANA, at=NOON - HOUR)
    assert kept.opted_out(at=NOON - HOUR) == {ANA}
    assert kept.is_opted_out(ANA, at=NOON)
    assert kept.is_opted_out(ANA, at=NOON + 1000 * HOUR)
    assert not kept.is_opted_out(BO, at=NOON)


def test_opting_out_again_changes_nothing(backend: Backend) -> None:
    kept = backend.opt_outs()
    kept.opt_out(ANA, at=NOON)
    assert kept.opt_out(ANA, at=NOON + HOUR) == OptOut(ANA, NOON)
    assert kept.intervals(ANA) == [OptOut(ANA, NOON)]


def test_opting_out_bars_at_once_even_when_the_clock_has_gone_back(backend: Backend) -> None:
    kept = backend.opt_outs()
    kept.opt_out(ANA, at=NOON)
    kept.opt_out(ANA, at=NOON - HOUR)
    assert kept.is_opted_out(ANA, at=NOON - HOUR)
    assert kept.is_opted_out(ANA, at=NOON)


def test_opting_in_ends_the_interval_at_its_own_instant(backend: Backend) -> None:
    kept = backend.opt_outs()
    kept.opt_out(ANA, at=NOON)
    assert kept.opt_in(ANA, at=NOON + HOUR)
    assert not kept.is_opted_out(ANA, at=NOON - MICROSECOND)
    assert kept.is_opted_out(ANA, at=NOON)
    assert kept.is_opted_out(ANA, at=NOON + HOUR - MICROSECOND)
    assert not kept.is_opted_out(ANA, at=NOON + HOUR)
    assert not kept.opt_in(ANA, at=NOON + 2 * HOUR)


def test_a_second_opt_out_is_a_second_interval(backend: Backend) -> None:
    kept = backend.opt_outs()
    kept.opt_out(ANA, at=NOON)
    kept.opt_in(ANA, at=NOON + HOUR)
    kept.opt_out(ANA, at=NOON + 2 * HOUR)
    assert kept.intervals(ANA) == [OptOut(ANA, NOON, NOON + HOUR), OptOut(ANA, NOON + 2 * HOUR)]


def test_out_in_and_out_at_one_instant_ends_barred(backend: Backend) -> None:
    kept = backend.opt_outs()
    kept.opt_out(ANA, at=NOON)
    kept.opt_in(ANA, at=NOON)
    assert not kept.is_opted_out(ANA, at=NOON)
    kept.opt_out(ANA, at=NOON)
    assert kept.is_opted_out(ANA, at=NOON)


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=6), token=st.uuids())
def test_the_last_wish_counts_now_and_the_list_agrees_with_each_person(
    backend: Backend, steps: list[tuple[bool, int]], token
) -> None:
    kept, person = backend.opt_outs(), EmployeeToken(token.hex)
    for wants_out, hours in steps:
        at = NOON + hours * HOUR
        if wants_out:
            kept.opt_out(person, at=at)
            assert kept.is_opted_out(person, at=at)
        else:
            kept.opt_in(person, at=at)
    for hours in range(7):
        at = NOON + hours * HOUR
        assert (person in kept.opted_out(at=at)) == kept.is_opted_out(person, at=at)


def test_an_objection_stands_beside_an_opt_out_and_either_bars(backend: Backend) -> None:
    kept, told = backend.opt_outs(), {"channel": Channel.PAPER, "reason": "I mind"}
    kept.opt_out(ANA, at=NOON)
    kept.opt_out(ANA, at=NOON, kind=OptOutKind.OBJECTION, recorded_at=NOON + HOUR, **told)
    assert kept.opt_in(ANA, at=NOON + HOUR, kind=OptOutKind.OPT_OUT)
    assert kept.is_opted_out(ANA, at=NOON + HOUR)
    objection = OptOut(ANA, NOON, None, OptOutKind.OBJECTION, Channel.PAPER, "I mind", NOON + HOUR)
    assert backend.opt_outs().intervals(ANA) == [objection, OptOut(ANA, NOON, NOON + HOUR)]
    kept.opt_in(ANA, at=NOON + 2 * HOUR)
    assert not kept.is_opted_out(ANA, at=NOON + 2 * HOUR)


def test_one_received_earlier_is_kept_beside_and_bars_from_then_also_once_ended(
    backend: Backend,
) -> None:
    kept = backend.opt_outs()
    kept.opt_out(ANA, at=NOON, reason="first")
    assert kept.opt_out(ANA, at=NOON - HOUR, reason="earlier").reason == "earlier"
    kept.opt_in(ANA, at=NOON + HOUR)
    assert kept.is_opted_out(ANA, at=NOON - HOUR)
    assert not kept.is_opted_out(ANA, at=NOON - HOUR - MICROSECOND)
    assert not kept.is_opted_out(ANA, at=NOON + HOUR)
    assert [out.reason for out in kept.intervals(ANA)] == ["earlier", "first"]


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(
        st.tuples(st.booleans(), st.sampled_from(OptOutKind), st.integers(0, 5)), max_size=8
    ),
    token=st.uuids(),
)
def test_a_person_is_barred_exactly_while_any_interval_covers(
    backend: Backend, steps: list[tuple[bool, OptOutKind, int]], token
) -> None:
    kept, person = backend.opt_outs(), EmployeeToken(token.hex)
    for wants_out, kind, hours in steps:
        change = kept.opt_out if wants_out else kept.opt_in
        change(person, at=NOON + hours * HOUR, kind=kind)
    for hours in range(7):
        at = NOON + hours * HOUR
        covered = any(out.covers(at) for out in kept.intervals(person))
        assert kept.is_opted_out(person, at=at) == covered
        assert (person in kept.opted_out(at=at)) == covered
    assert [out for out in kept.everyone() if out.token == person] == kept.intervals(person)


def test_of_people_who_are_erased_nothing_is_left(backend: Backend) -> None:
    kept = backend.opt_outs()
    for at in (NOON, NOON - HOUR):
        kept.opt_out(ANA, at=at)
    kept.opt_out(BO, at=NOON)
    assert kept.erase([ANA]) == 2
    assert kept.erase([ANA]) == 0
    assert not kept.is_opted_out(ANA, at=NOON)
    assert backend.opt_outs().everyone() == [OptOut(BO, NOON)]


def test_of_few_and_of_many_people_those_barred_are_told(backend: Backend) -> None:
    kept = backend.opt_outs()
    kept.opt_out(ANA, at=NOON)
    kept.opt_out(BO, at=NOON)
    kept.opt_in(BO, at=NOON + HOUR)
    others = [EmployeeToken(f"{number:032x}") for number in range(50)]
    for asked in ([ANA, BO], [ANA, BO, *others]):
        assert kept.opted_out_of(asked, at=NOON) == {ANA, BO}
        assert kept.opted_out_of(asked, at=NOON + HOUR) == {ANA}
    assert kept.opted_out_of([], at=NOON) == set()


def test_somebody_barred_a_hundred_times_over_gets_back_in(backend: Backend) -> None:
    kept = backend.opt_outs()
    for hours in range(105):
        kept.opt_out(ANA, at=NOON - hours * HOUR)
    assert kept.opt_in(ANA, at=NOON + HOUR)
    assert not kept.is_opted_out(ANA, at=NOON + HOUR)
    assert len(kept.intervals(ANA)) == 105
