from datetime import UTC

from stayline.adapters.embedded.clock import SystemClock


def test_the_system_clock_tells_utc_and_does_not_stand_still() -> None:
    first = SystemClock().now()
    assert first.tzinfo is UTC
    assert SystemClock().now() >= first
