import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.formats.content_types import (
    ContentTypeRefused,
    Form,
    NotAcceptable,
    answer_form,
    request_form,
)


@pytest.mark.parametrize(
    ("header", "form"),
    [
        (None, Form.LIBSVM),
        ("", Form.LIBSVM),
        ("text/csv", Form.CSV),
        ("CSV", Form.CSV),
        ("text/csv; label_size=1", Form.CSV),
        ("text/csv;charset=UTF-8", Form.CSV),
        ('application/json; charset="utf-8"', Form.JSON),
        ("application/jsonlines", Form.JSON_LINES),
        ("text/libsvm", Form.LIBSVM),
        ("text/x-libsvm", Form.LIBSVM),
        ("libsvm", Form.LIBSVM),
    ],
)
def test_a_content_type_names_a_form(header, form):
    assert request_form(header) is form


@pytest.mark.parametrize(
    "header",
    [
        "application/x-recordio-protobuf",
        "text/plain",
        "text/csv; label_size=0",
        "text/csv; label_size=",
        "text/csv; charset=latin-1",
        "application/x-parquet",
    ],
)
def test_another_content_type_is_refused_with_what_there_is(header):
    with pytest.raises(ContentTypeRefused):
        request_form(header)


@pytest.mark.parametrize(
    ("header", "form"),
    [
        (None, Form.CSV),
        ("*/*", Form.CSV),
        ("text/*", Form.CSV),
        ("application/*", Form.JSON),
        ("application/json", Form.JSON),
        ("application/jsonlines;q=0.2, application/json;q=0.1", Form.JSON_LINES),
        ("text/html, application/json;q=0.1", Form.JSON),
        ("text/csv;q=0, */*", Form.JSON),
        ("application/json, text/csv", Form.JSON),
        ("application/json;q=0.5, text/csv", Form.CSV),
    ],
)
def test_the_best_liked_form_that_can_be_written_is_taken(header, form):
    assert answer_form(header, Form.CSV) is form


@pytest.mark.parametrize("default", [Form.JSON, Form.JSON_LINES])
def test_whoever_takes_anything_gets_the_default(default):
    assert answer_form("*/*", default) is default


@pytest.mark.parametrize(
    "header", ["application/xml", "application/json;q=0", "*/*;q=0", "text/libsvm", "q=1", ","]
)
def test_an_accept_that_nothing_meets_is_refused(header):
    with pytest.raises(NotAcceptable, match="application/json"):
        answer_form(header, Form.CSV)


@given(st.text())
def test_any_header_is_a_form_or_a_refusal(header):
    with contextlib.suppress(NotAcceptable):
        assert answer_form(header, Form.CSV) in (Form.CSV, Form.JSON, Form.JSON_LINES)
    with contextlib.suppress(ContentTypeRefused):
        assert request_form(header) in Form
