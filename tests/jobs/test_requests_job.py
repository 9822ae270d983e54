from datetime import timedelta

from stayline.bootstrap import build
from stayline.domain.monitoring import Window
from stayline.domain.register.rights import RequestKind, RightsRequest
from stayline.jobs.job import Call
from stayline.jobs.requests import DUE_SOON, OVERDUE, check_requests
from stayline.ports.governance_register import Entry
from stayline.settings import Settings
from stores import ANA, HOUR, NOON, SetClock

DAY = timedelta(days=1)


def test_how_many_requests_are_overdue_or_due_soon_is_a_figure_every_day(tmp_path):
    settings = Settings(home=tmp_path)
    ports = build(settings, clock=SetClock())
    today = NOON.date()
    for number, due in enumerate((today - DAY, today, today + 7 * DAY, today + 8 * DAY)):
        request = RightsRequest(ANA, RequestKind.ACCESS, "EU", today - 30 * DAY, due)
        ports.register.add([Entry(f"r{number}", request, NOON, "privacy")])
    call = Call(NOON, Window(NOON - DAY, NOON))
    told = check_requests(ports, settings, call)
    assert told == "1 requests of people are overdue, 2 more are due soon."
    figures = {
        name: [point.value for point in ports.metrics.points(name, since=NOON - HOUR)]
        for name in (OVERDUE, DUE_SOON)
    }
    assert figures == {OVERDUE: [1.0], DUE_SOON: [2.0]}
