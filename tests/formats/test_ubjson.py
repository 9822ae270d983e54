import json
import struct
from contextlib import suppress

import numpy as np
import pytest
import xgboost as xgb
from hypothesis import given, settings
from hypothesis import strategies as st

from boosters import saved
from stayline.errors import PackageRefused
from stayline.formats.ubjson import DEEPEST, read_ubjson
from stayline.modelling.trees import read_trees

MODEL = saved(2, 3).model


def length(count):
    return b"L" + struct.pack(">q", count)


def entry(name, value):
    return length(len(name)) + name + value


def plain(value):
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def same(ours, theirs):
    if isinstance(theirs, dict):
        assert ours.keys() == theirs.keys()
        return all(same(ours[name], theirs[name]) for name in theirs)
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, float):
        return np.float32(ours) == np.float32(theirs)
    return ours == theirs


def test_a_model_reads_as_its_json_does():
    booster = xgb.Booster()
    booster.load_model(bytearray(MODEL))
    assert same(plain(read_ubjson(MODEL)), json.loads(booster.save_raw("json")))


def test_every_kind_of_value_is_read():
    content = (
        entry(b"i", b"i\xff") + entry(b"U", b"U\xff") + entry(b"I", b"I\x01\x00")
        + entry(b"l", b"l\xff\xff\xff\xff") + entry(b"L", length(7))
        + entry(b"d", b"d" + struct.pack(">f", 0.5)) + entry(b"D", b"D" + struct.pack(">d", 0.1))
        + entry(b"S", b"S" + b"U\x02" + "ü".encode()) + entry(b"Z", b"Z") + entry(b"T", b"T")
        + entry(b"F", b"F") + entry(b"counted", b"[#U\x02TF") + entry(b"open", b"[TU\x01]")
        + entry(b"typed", b"[$I#U\x02\x00\x01\xff\xff") + entry(b"inner", b"{" + entry(b"x", b"T}"))
    )  # fmt: skip
    assert plain(read_ubjson(b"{" + content + b"}")) == {
        "i": -1, "U": 255, "I": 256, "l": -1, "L": 7, "d": 0.5, "D": 0.1, "S": "ü", "Z": None,
        "T": True, "F": False, "counted": [True, False], "open": [True, 1], "typed": [1, -1],
        "inner": {"x": True},
    }  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"{}x",
        b"{" + entry(b"a", b"T") + entry(b"a", b"T") + b"}",
        b"{" + entry(b"a", b"H") + b"}",
        b"{" + entry(b"a", b"S" + length(2**62)) + b"}",
        b"{" + entry(b"a", b"S" + length(-1)) + b"}",
        b"{" + entry(b"a", b"SU\x01\xff") + b"}",
        b"{" + entry(b"a", b"[$d#" + length(2**61)) + b"}",
        b"{" + entry(b"a", b"[$d#" + length(40) + b"x" * 50) + b"}",
        b"{" + entry(b"a", b"[$Z#" + length(3)) + b"}",
        b"{" + entry(b"a", b"[$dx") + b"}",
        b"{" + entry(b"a", b"[#" + length(2**40)) + b"}",
        b"{" + entry(b"a", b"[#d\x3f\x80\x00\x00T") + b"}",
        b"{" + entry(b"a", b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1)) + b"}",
        (b"{" + length(1) + b"a") * 5000,
        b"\x80\x04K\x01.",
    ],
)
def test_what_is_torn_hostile_or_no_ubjson_is_refused(data):
    with pytest.raises(PackageRefused, match="trees cannot be loaded"):
        read_ubjson(data)


@given(st.integers(0, len(MODEL) - 1))
@settings(deadline=None)
def test_a_model_torn_anywhere_is_refused(end):
    with pytest.raises(PackageRefused):
        read_ubjson(MODEL[:end])


@given(
    st.lists(
        st.tuples(st.integers(0, len(MODEL) - 1), st.binary(min_size=0, max_size=9)),
        min_size=1,
        max_size=4,
    )
)
@settings(deadline=None, max_examples=600)
def test_altered_bytes_are_read_or_refused_and_nothing_else(changes):
    data = bytearray(MODEL)
    for place, content in changes:
        data[place : place + len(content)] = content
    with suppress(PackageRefused):
        read_trees(bytes(data))


@given(st.binary(max_size=200))
@settings(deadline=None, max_examples=300)
def test_made_up_bytes_are_read_or_refused_and_nothing_else(data):
    with suppress(PackageRefused):
        read_ubjson(b"{" + data)
