"""What the quick reader makes of captured lines, held against the reader of one line."""

import json
from dataclasses import replace

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from formats.test_capture_records import CONTENT_TYPES, FIELDS
from stayline.domain.capture import CaptureRecord
from stayline.formats.capture_records import ContentRules, capture_line, read_capture_line
from stayline.formats.captured_lines import NO_ANSWER, NO_RECORD, TORN_LINE, captured_lines
from stores import NOON

RULES = ContentRules()
ANSWERS = st.fixed_dictionaries(
    {
        "token": st.none() | st.text(),
        "risk": st.floats(0, 1),
        "band": st.text(),
        "model_version": st.integers(1, 99),
    }
)
RECORDS = st.builds(
    CaptureRecord,
    event_id=st.text(),
    inferred_at=st.just(NOON),
    request=FIELDS.map(lambda fields: msgspec.json.encode(fields).decode()),
    answer=ANSWERS.map(lambda answer: msgspec.json.encode(answer).decode()),
    inference_id=st.none() | st.text(),
    custom_attributes=st.lists(st.text(max_size=3)).map(tuple),
    variant=st.none() | st.text(min_size=1),
    request_content_type=CONTENT_TYPES,
    answer_content_type=CONTENT_TYPES,
)
SOUND = CaptureRecord("e", NOON, '{"Age":35}', '{"risk":0.25,"token":"a","model_version":3}')


def line(record: CaptureRecord = SOUND, **changed) -> bytes:
    return capture_line(replace(record, **changed), RULES)


@given(st.lists(RECORDS, max_size=5), st.lists(st.binary(max_size=30), max_size=2))
def test_the_quick_reader_reads_what_the_other_reads(records, garbage) -> None:
    written = [line(record) for record in records]
    bad = [b"".join(part.splitlines()) + b"\n" for part in garbage]
    read = captured_lines(b"".join([*written, *bad]))
    expected = [read_capture_line(one) for one in written]
    assert list(read.event_ids) == [record.event_id for record in expected]
    assert list(read.inference_ids) == [record.inference_id for record in expected]
    assert list(read.variants) == [record.variant for record in expected]
    assert [json.loads(text) for text in read.requests] == [
        json.loads(record.request) for record in expected
    ]
    assert [msgspec.to_builtins(answer) for answer in read.answers] == [
        json.loads(record.answer) for record in expected
    ]
    assert read.lines == len(records) + read.faults[NO_RECORD]


def test_a_torn_last_line_is_counted_as_one_and_the_others_are_read() -> None:
    read = captured_lines(line() + line(event_id="f")[:-40])
    assert (read.event_ids, read.lines, read.faults) == (["e"], 2, {TORN_LINE: 1})


def test_a_whole_last_line_without_its_end_is_read() -> None:
    read = captured_lines(line() + line(event_id="f")[:-1])
    assert (read.event_ids, read.faults) == (["e", "f"], {})


def test_lines_that_are_no_records_are_counted_and_empty_lines_are_none() -> None:
    read = captured_lines(b"\n[]\n" + line() + b'{"captureData":1}\n\xff\n \n')
    assert (read.event_ids, read.lines, read.faults) == (["e"], 4, {NO_RECORD: 3})


def test_records_whose_answer_is_of_another_form_are_counted() -> None:
    answers = ("0.25", '{"token":"a"}', '{"risk":1.5}', "", '{"risk":0.1}\n{"risk":0.2}')
    read = captured_lines(b"".join(line(answer=answer) for answer in answers) + line())
    assert (read.event_ids, read.lines, read.faults) == (["e"], 6, {NO_ANSWER: 5})


def test_a_row_of_a_csv_without_its_names_is_counted() -> None:
    csv = line(request_content_type="text/csv").replace(b"stayline-columns=", b"columns=")
    read = captured_lines(csv + line())
    assert (read.event_ids, read.faults) == (["e"], {NO_ANSWER: 1})


def test_no_lines_read_as_no_records() -> None:
    read = captured_lines(b"")
    assert (read.event_ids, read.requests, read.lines, read.faults) == ([], [], 0, {})
