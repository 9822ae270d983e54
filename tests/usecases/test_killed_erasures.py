"""An erasure that is killed anywhere is completed, and nobody is served half erased meanwhile."""

import signal

import pytest

from erased_traces import traces
from erasures import (
    HR_ID,
    NUMBERS,
    WORDS,
    extract_with_marked_person,
    import_marked,
    score,
    token_of,
)
from forked import FORKED
from retention_processes import erase_until
from stayline.bootstrap import build
from stayline.domain.register.rights import Erasure
from stayline.errors import HasOptedOut, UnknownEmployee
from stayline.jobs.running import run_by_hand
from stayline.jobs.table import job_named
from stayline.settings import Settings

KILLED_AT = [
    ("opt_outs", "opt_out", True),
    ("features", "erase", False),
    ("scores", "erase", True),
    ("capture", "erase", False),
    ("extracts", "erase", True),
    ("directory", "erase", True),
    ("opt_outs", "erase", True),
    ("remnants", "overwrite", True),
]


@pytest.mark.parametrize(("store", "method", "is_after"), KILLED_AT)
def test_an_erasure_killed_at_any_store_bars_the_person_and_is_completed_by_the_purge(
    home, store, method, is_after
):
    ports = build(Settings(home=home))
    extract = extract_with_marked_person(home / "inbox" / "done" / "march.csv")
    import_marked(ports, home, extract)
    score(ports)
    token = token_of(ports)
    process = FORKED.Process(target=erase_until, args=(home, store, method, is_after))
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL
    with pytest.raises((HasOptedOut, UnknownEmployee)):
        score(ports)
    anew = build(Settings(home=home))
    with pytest.raises((HasOptedOut, UnknownEmployee)):
        score(anew)
    begun = [one.record.completed_at for one in anew.register.entries(Erasure, subject=token)]
    if not begun:  # killed before the tombstone: the person is barred and whole, and asks again
        assert (store, method) == ("opt_outs", "opt_out")
        return
    assert begun == [None]
    (done,) = run_by_hand(job_named("purge"), ports=anew, settings=Settings(home=home), by="ana")
    assert "1 erasures completed" in done.message
    (tombstone,) = anew.register.entries(Erasure, subject=token)
    assert tombstone.record.completed_at is not None
    ports.capture.close()
    assert traces(home, HR_ID, token, WORDS, NUMBERS) == []
    with pytest.raises(UnknownEmployee):
        score(anew)
