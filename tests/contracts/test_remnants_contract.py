from stayline.domain.capture import CaptureRecord
from stores import ANA, BO, NOON, Backend

TOLD = '{"token":"%s","risk":0.1}'


def test_what_stands_stays_and_no_copy_of_what_went_is_left(backend: Backend) -> None:
    log = backend.capture()
    log.append([CaptureRecord(token, NOON, "{}", TOLD % token) for token in (ANA, BO)])
    log.erase([ANA])
    backend.reports().put("watch", NOON, {"figures.json": b"former"})
    backend.reports().put("watch", NOON, {"figures.json": b"newer"})
    backend.remnants().overwrite()
    backend.remnants().overwrite()
    assert ANA.encode() not in backend.everything()
    assert [record.event_id for record in backend.capture().newest(9)] == [BO]
    assert backend.reports().file("watch", NOON, "figures.json") == b"newer"
