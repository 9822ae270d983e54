import polars as pl

from stayline.formats.reject_file import RejectFile


def lines(*reasons):
    return pl.DataFrame({"row": [2] * len(reasons), "column": "Pay", "reason": list(reasons)})


def test_two_that_write_one_file_at_once_each_write_it_whole(tmp_path):
    path = tmp_path / "rejects.csv"
    with RejectFile(path) as one, RejectFile(path) as other:
        one.write(lines("is missing", "lies in the future"))
        other.write(lines("is missing"))
        assert one.finish() == path
        assert pl.read_csv(path).height == 2
        assert other.finish() == path
        assert pl.read_csv(path).rows() == [(2, "Pay", "is missing")]
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_without_a_line_takes_away_the_earlier_one(tmp_path):
    path = tmp_path / "rejects.csv"
    with RejectFile(path) as first:
        first.write(lines("is missing"))
        first.finish()
    with RejectFile(path) as second:
        assert second.finish() is None
    assert list(tmp_path.iterdir()) == []
