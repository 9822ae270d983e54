from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stayline.formats.capture_blocks import captured_blocks

TEN = datetime(2026, 3, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def write(folder, hour: str, text: bytes, name: str = "w.jsonl"):
    place = folder / hour
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_bytes(text)


def read(folder, start=TEN, end=TEN + HOUR, **options):
    return [
        (block.place, block.hour, block.lines)
        for block in captured_blocks(folder, start, end, **options)
    ]


def test_both_layouts_are_found_by_hour_and_other_folders_are_passed_over(tmp_path) -> None:
    write(tmp_path, "endpoint/AllTraffic/2026/03/01/10", b"1\n")
    write(tmp_path, "2026/03/01/10", b"2\n")
    write(tmp_path, "2026/03/01/09", b"before\n")
    write(tmp_path, "2026/03/01/11", b"after\n")
    write(tmp_path, "2026/02/30/10", b"no day\n")
    write(tmp_path, "2026/03/01/10/notes", b"deeper\n")
    write(tmp_path, "2026/03/01/10", b"no lines\n", "manifest.txt")
    assert read(tmp_path) == [
        ("2026/03/01/10/w.jsonl", TEN, b"2\n"),
        ("endpoint/AllTraffic/2026/03/01/10/w.jsonl", TEN, b"1\n"),
    ]


def test_every_hour_that_the_window_touches_is_read(tmp_path) -> None:
    for hour in ("09", "10", "11", "12"):
        write(tmp_path, f"2026/03/01/{hour}", hour.encode())
    found = read(tmp_path, TEN + HOUR / 2, TEN + HOUR + timedelta(microseconds=1))
    assert [lines for _, _, lines in found] == [b"10", b"11"]


def test_a_folder_that_is_not_there_holds_nothing(tmp_path) -> None:
    assert read(tmp_path / "none") == []


@given(
    lines=st.lists(st.binary(max_size=9).map(lambda b: b.replace(b"\n", b""))),
    size=st.integers(1, 20),
)
def test_blocks_of_any_size_are_whole_lines_and_together_the_file(
    tmp_path_factory, lines, size
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    text = b"\n".join(lines)
    write(folder, "2026/03/01/10", text)
    blocks = [lines for _, _, lines in read(folder, size=size)]
    assert b"".join(blocks) == text
    assert all(block.endswith(b"\n") for block in blocks[:-1])
