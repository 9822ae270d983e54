import csv
import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stayline.errors import ExtractUnreadable
from stayline.formats.extract import extract_batches, read_extract


@pytest.fixture
def write(tmp_path):
    def written(content, name="extract.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


def test_a_csv_is_raw_text_with_empty_cells_as_null(write):
    extract = read_extract(write('Id,Pay\r\n007, 1.50\r\n8,""\r\n9,\r\n'))
    assert extract.frame.rows() == [("007", " 1.50"), ("8", None), ("9", None)]
    assert (extract.has_bom, extract.empty_rows) == (False, 0)


@pytest.mark.parametrize(
    ("encoding", "has_bom"),
    [("utf-8", False), ("utf-8-sig", True), ("cp1252", False), ("utf-16", True)],
)
def test_encodings_are_recognised(write, encoding, has_bom):
    extract = read_extract(write("Ort,Büro\nKöln,née\n".encode(encoding)))
    assert extract.frame.to_dicts() == [{"Ort": "Köln", "Büro": "née"}]
    assert extract.has_bom is has_bom


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_the_one_of_the_header(write, separator):
    extract = read_extract(write(f"a{separator} b \n1{separator}2\n"))
    assert extract.frame.to_dicts() == [{"a": "1", "b": "2"}]


def test_empty_rows_are_counted_and_left_out(write):
    extract = read_extract(write("a,b\n1,2\n,\n\n3,4\n"))
    assert extract.frame.rows() == [("1", "2"), ("3", "4")]
    assert extract.empty_rows == 2


def test_batches_keep_every_line_so_that_row_numbers_hold(write):
    path = write("a,b\n" + "".join(f"{n},\n" if n % 3 else ",\n" for n in range(1000)))
    batches = list(extract_batches(path, 64))
    assert sum(batch.height for batch in batches) == 1000
    assert max(batch.height for batch in batches) <= 64
    assert pl.concat(batches)["a"].to_list()[:4] == [None, "1", "2", None]


def test_a_quoted_line_break_and_separator_stay_in_their_cell(write):
    assert read_extract(write('a,b\n1,"x,\ny ""z"""\n')).frame.rows() == [("1", 'x,\ny "z"')]


def test_a_line_across_two_chunks_of_the_look_over_is_whole(write):
    line = f"{'x' * 300},1,{'y' * 699}\n"
    path = write("a,b,c\n" + line * 9000)
    assert path.stat().st_size > 1 << 23
    assert sum(batch.height for batch in extract_batches(path, 5000)) == 9000


def test_a_header_alone_gives_one_batch_without_rows(write):
    (batch,) = extract_batches(write("a,b\n"), 10)
    assert (batch.columns, batch.height) == (["a", "b"], 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "it is empty"),
        ("\ufeff", "it is empty"),
        ("a,b\n1,2\n3\n4,5\n", "row 3 has 1 cell"),
        ("a,b\n1,2\n\n3,4,5\n", "row 4 has 3 cell"),
        ("a,b,c\n1,2,3\n4,5", "row 3 has 2 cell"),
        ('a,b\n1,"2\n3,4\n', "a quote is opened and never closed"),
        ("a,b,a\n1,2,3\n", "'a' more than once"),
        ("a,b\r1,2\r", "CR alone"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "zero bytes"),
        (b"a,b\n\x81\x8d,2\n", "no text in UTF-8"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\x1f\x8brest", "compressed"),
        (b"PAR1 and then nothing", "truncated or damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(write, content, reason):
    with pytest.raises(ExtractUnreadable, match=reason):
        read_extract(write(content))


def test_a_refusal_repeats_no_cell(write):
    with pytest.raises(ExtractUnreadable) as refusal:
        read_extract(write('a,b\n1,"Ada"y\n2,3\n'))
    assert "Ada" not in str(refusal.value)


def test_a_missing_file_and_a_folder_are_unreadable(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere.csv"):
        with pytest.raises(ExtractUnreadable):
            read_extract(path)


def test_parquet_keeps_its_types_and_a_cut_one_is_refused(tmp_path):
    path = tmp_path / "extract.parquet"
    frame = pl.DataFrame({"n": [1, 2, None], "day": [None, None, None]}).cast({"day": pl.Date})
    frame.write_parquet(path)
    assert read_extract(path).frame.schema == frame.schema
    assert read_extract(path).empty_rows == 1
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ExtractUnreadable, match="truncated"):
        read_extract(path)


def test_parquet_with_lists_is_refused_by_column(tmp_path):
    pl.DataFrame({"tags": [[1], [2]]}).write_parquet(tmp_path / "x.parquet")
    with pytest.raises(ExtractUnreadable, match="'tags' holds lists"):
        read_extract(tmp_path / "x.parquet")


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8))
def test_whatever_the_csv_module_writes_is_read_back(tmp_path_factory, rows):
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("a", "b", "c"), *rows])
    path = tmp_path_factory.mktemp("written") / "x.csv"
    path.write_bytes(text.getvalue().encode())
    expected = [tuple(cell or None for cell in row) for row in rows]
    assert pl.concat(list(extract_batches(path, 3))).rows() == expected
