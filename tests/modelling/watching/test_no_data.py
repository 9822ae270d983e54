import pytest

from captured_values import INPUTS, TOP, WINDOW, answered, block
from stayline.modelling.watching.intake import captured_window
from stayline.modelling.watching.no_data import NoData, why_no_data
from stores import HOUR


def cause(*lines, requests: int | None = 9, sampling: int = 100) -> NoData | None:
    blocks = [block(lines)] if lines else []
    window = captured_window(blocks, inputs=INPUTS, window=WINDOW, model_version=3)
    return why_no_data(window.intake, requests=requests, sampling_percent=sampling)


def test_a_window_with_rows_has_no_cause() -> None:
    assert cause(answered("e"), b"nonsense\n", sampling=0) is None


@pytest.mark.parametrize(
    ("requests", "sampling", "expected"),
    [
        (0, 0, NoData.NO_REQUESTS),
        (0, 100, NoData.NO_REQUESTS),
        (None, 100, NoData.NO_REQUESTS),
        (None, 0, NoData.NOT_SAMPLED),
        (5, 0, NoData.NOT_SAMPLED),
        (5, 10, NoData.NOT_SAMPLED),
        (5, 100, NoData.NOT_CAPTURED),
    ],
)
def test_without_a_line_the_requests_and_the_sampling_tell(requests, sampling, expected) -> None:
    assert cause(requests=requests, sampling=sampling) is expected


def test_lines_tell_what_became_of_them() -> None:
    assert cause(b"nonsense\n") is NoData.UNREADABLE
    assert cause(answered("e", version=4), b"nonsense\n") is NoData.OTHER_VERSIONS
    assert cause(answered("e", TOP - HOUR)) is NoData.OTHER_TIMES
