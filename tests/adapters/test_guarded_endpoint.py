import shutil
import tempfile
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from stayline.adapters.embedded.database import open_database
from stayline.adapters.embedded.guarded_endpoint import PROBE_EVERY, GuardedEndpoint
from stayline.adapters.embedded.target_health import SqliteTargetHealth
from stayline.domain.fallback import FallbackLimits, is_due
from stayline.errors import EndpointUnavailable, NothingDeployed, PackageRefused, UnknownVariant
from stores import NOON, SetClock

LIMITS = FallbackLimits(after=timedelta(seconds=300), max_age=timedelta(hours=48))


class Wavering:
    """A model that answers, or does not, as a test says; it counts how often it was asked."""

    name, model, inputs = "version-1", None, ()

    def __init__(self):
        self.failure = None
        self.loading_failure = None
        self.asked = 0

    def variant(self, target=None, *, affinity=""):
        if self.loading_failure is not None:
            self.asked += 1
            raise self.loading_failure
        return self

    def predict(self, rows, as_of, *, with_reasons=True):
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return ()


def guarded(model, clock, folder):
    engine = open_database(Path(folder) / "state.db", "state")
    endpoint = GuardedEndpoint(
        model,
        name="attrition-risk",
        answers_at="there",
        health=SqliteTargetHealth(engine),
        clock=clock,
        probe_every=PROBE_EVERY,
    )
    return endpoint, engine


class Outages(RuleBasedStateMachine):
    """Requests, failures and time in any order, against what the rules say of them."""

    @initialize()
    def start(self):
        self.folder = tempfile.TemporaryDirectory()
        shutil.copy(TestOutages.empty / "state.db", self.folder.name)
        self.clock, self.model = SetClock(), Wavering()
        self.endpoint, self.engine = guarded(self.model, self.clock, self.folder.name)
        self.failing_since = None
        self.tried_at = None

    @rule(seconds=st.floats(0, 400))
    def time_passes(self, seconds):
        self.clock.instant += timedelta(seconds=seconds)

    @rule()
    def it_breaks(self):
        self.model.failure = EndpointUnavailable("there", "it broke")

    @rule()
    def it_is_mended(self):
        self.model.failure = None

    @rule()
    def all_begins_anew_in_another_process(self):
        self.engine.dispose()
        self.endpoint, self.engine = guarded(self.model, self.clock, self.folder.name)
        self.tried_at = None

    @rule()
    def somebody_asks(self):
        now, before = self.clock.now(), self.model.asked
        may_try = (
            self.failing_since is None
            or self.tried_at is None
            or now - self.tried_at >= PROBE_EVERY
        )
        failure = None
        try:
            self.endpoint.variant().predict([], [])
        except EndpointUnavailable as unavailable:
            failure = unavailable
        assert (self.model.asked > before) == may_try
        if may_try:
            self.tried_at = now
            fails = self.model.failure is not None
            self.failing_since = (self.failing_since or now) if fails else None
        assert (failure is None) == (self.failing_since is None)
        if failure is not None:
            assert failure.failing_since == self.failing_since
            is_old = now - self.failing_since >= timedelta(seconds=300)
            assert is_due(failure.failing_since, now=now, limits=LIMITS) == is_old

    def teardown(self):
        if hasattr(self, "engine"):
            self.engine.dispose()
            self.folder.cleanup()


class TestOutages(Outages.TestCase):
    """Runs the machine; opening a new database for each run would take most of the time."""

    settings = settings(max_examples=100, stateful_step_count=30, deadline=None)

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def empty_database(cls, tmp_path_factory):
        TestOutages.empty = tmp_path_factory.mktemp("empty")
        open_database(TestOutages.empty / "state.db", "state").dispose()


@pytest.fixture
def model():
    return Wavering()


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def endpoint(model, clock, tmp_path):
    endpoint, engine = guarded(model, clock, tmp_path)
    yield endpoint
    engine.dispose()


@pytest.mark.parametrize("failure", [PackageRefused("it is torn."), TimeoutError()])
def test_a_package_that_cannot_be_loaded_is_an_outage_that_is_left_alone(
    endpoint, model, clock, failure
):
    model.loading_failure = failure
    for _ in range(3):
        with pytest.raises(EndpointUnavailable) as unavailable:
            endpoint.variant()
        assert unavailable.value.failing_since == NOON
        assert unavailable.value.retry_after_s == 5
    assert model.asked == 1
    clock.instant += PROBE_EVERY
    model.loading_failure = None
    assert endpoint.variant().name == "version-1"


@pytest.mark.parametrize("error", [NothingDeployed(), UnknownVariant("x", ["version-1"])])
def test_what_is_no_outage_is_told_as_it_is_and_counts_for_nothing(endpoint, model, error):
    model.loading_failure = error
    for _ in range(3):
        with pytest.raises(type(error)):
            endpoint.variant()
    assert model.asked == 3


def test_a_defect_of_ours_is_no_outage(endpoint, model):
    model.failure = ZeroDivisionError()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            endpoint.variant().predict([], [])


def test_a_variant_that_is_found_does_not_end_the_outage_of_one_that_does_not_answer(
    endpoint, model, clock
):
    model.failure = EndpointUnavailable("there", "it broke")
    for second in range(0, 301, 5):
        clock.instant = NOON + timedelta(seconds=second)
        with pytest.raises(EndpointUnavailable) as unavailable:
            endpoint.variant().predict([], [])
        assert unavailable.value.failing_since == NOON


def test_of_many_threads_that_ask_a_failing_model_one_reaches_it(endpoint, model, clock):
    model.failure = EndpointUnavailable("there", "it broke")
    with pytest.raises(EndpointUnavailable):
        endpoint.variant().predict([], [])
    clock.instant += PROBE_EVERY
    start, told = threading.Barrier(12), []

    def ask():
        start.wait()
        try:
            endpoint.variant().predict([], [])
        except EndpointUnavailable:
            told.append("unavailable")

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert model.asked == 2
    assert len(told) == 12
