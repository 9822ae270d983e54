import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_documents import step, training_document
from stayline.errors import ExpressionFailed
from stayline.pipeline.definition import get, join, json_get
from stayline.pipeline.expressions import Scope, holds, resolve
from stayline.pipeline.paths import parts_of

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,20}", fullmatch=True)
SINGLES = (
    st.text(max_size=20)
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
)


def scope(parameters=None, properties=None, files=None, execution=None):
    def property_file(name, file):
        return (files or {})[name, file]

    return Scope(parameters or {}, properties or {}, property_file, execution or {})


def told(value):
    return value if isinstance(value, str) else str(value)


@given(st.text(max_size=3), st.lists(st.tuples(NAMES, SINGLES), max_size=8))
def test_a_join_is_the_join_of_what_its_parts_come_to(on, pairs):
    known = scope(dict(pairs))
    values = [get(f"Parameters.{name}") for name, _ in pairs]
    assert resolve(join(on, values), known) == on.join(told(dict(pairs)[name]) for name, _ in pairs)


@given(st.lists(st.text(max_size=5), max_size=5), st.lists(st.text(max_size=5), max_size=5))
def test_joining_joins_is_joining_once(first, second):
    nested = join("", [join("", list(first)), join("", list(second))])
    assert resolve(nested, scope()) == resolve(join("", [*first, *second]), scope())


@given(st.dictionaries(NAMES, SINGLES, min_size=1), st.data())
def test_a_value_in_a_file_is_found_by_its_path(values, data):
    name = data.draw(st.sampled_from(sorted(values)))
    content = json.dumps({"deep": [{"values": values}]}).encode()
    known = scope(files={("check", "Gates"): content})
    found = resolve(json_get("check", "Gates", f"deep[0].values['{name}']"), known)
    assert found == json.loads(json.dumps(values[name]))


def test_a_boolean_joins_as_json_writes_it():
    assert resolve(join("-", [get("Parameters.Yes"), 1.5, 2]), scope({"Yes": True})) == "true-1.5-2"


def test_an_output_is_found_by_its_name():
    outputs = [
        {"OutputName": "people", "S3Output": {"S3Uri": "s3://b/people"}},
        {"OutputName": "train", "S3Output": {"S3Uri": "s3://b/train"}},
    ]
    known = scope(properties={"prepare": {"ProcessingOutputConfig": {"Outputs": outputs}}})
    [channel] = step(training_document(), "train")["Arguments"]["InputDataConfig"]
    resolved = resolve(channel, known)
    assert resolved["DataSource"]["S3DataSource"]["S3Uri"] == "s3://b/train"


def test_a_model_and_the_execution_are_found():
    known = scope(
        properties={"train": {"ModelArtifacts": {"S3ModelArtifacts": "s3://b/model.tar.gz"}}},
        execution={"PipelineExecutionId": "7"},
    )
    value = {
        "a": [get("Steps.train.ModelArtifacts.S3ModelArtifacts")],
        "b": get("Execution.PipelineExecutionId"),
    }
    assert resolve(value, known) == {"a": ["s3://b/model.tar.gz"], "b": "7"}


FILE = {("check", "Gates"): b'{"verdict": "pass", "nothing": null, "list": [1], "count": 3}'}


@pytest.mark.parametrize(
    ("value", "named", "problem"),
    [
        (get("Parameters.Seeed"), "Parameters.Seeed", "no value"),
        (get("Steps.later.ModelArtifacts"), "Steps.later.ModelArtifacts", "has not run"),
        (get("Steps.train.ModelArtifacts.X"), "Steps.train", "nothing at 'ModelArtifacts.X'"),
        (get("Steps.train.Model[Artifacts"), "Steps.train", "not a path"),
        (json_get("check", "Gates", "digests.a"), "digests.a", "nothing at 'digests'"),
        (json_get("check", "Gates", "list[1]"), "list[1]", "nothing at 'list.1'"),
        (json_get("check", "Gates", "nothing"), "nothing", "null"),
        (join("", [json_get("check", "Gates", "list")]), "Std:Join", "not a list"),
        ({"Std:Join": {"On": 1, "Values": []}}, "Std:Join", "not well-formed"),
    ],
)
def test_an_expression_without_a_value_is_named(value, named, problem):
    known = scope(properties={"train": {"ModelArtifacts": {}}}, files=FILE)
    with pytest.raises(ExpressionFailed) as caught:
        resolve({"A": [value]}, known)
    assert named in caught.value.expression
    assert problem in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 5000, b'{"verdict": NaN}'])
def test_a_torn_file_is_told_of(content):
    with pytest.raises(ExpressionFailed, match="is not JSON"):
        resolve(json_get("check", "Gates", "verdict"), scope(files={("check", "Gates"): content}))


def compared(kind, left, right):
    return {"Type": kind, "LeftValue": left, "RightValue": right}


@pytest.mark.parametrize(
    ("kind", "less", "same", "more"),
    [
        ("Equals", False, True, False),
        ("GreaterThan", False, False, True),
        ("GreaterThanOrEqualTo", False, True, True),
        ("LessThan", True, False, False),
        ("LessThanOrEqualTo", True, True, False),
    ],
)
def test_every_comparison_is_known(kind, less, same, more):
    assert [holds(compared(kind, left, 2), scope()) for left in (1, 2.0, 3)] == [less, same, more]
    assert [holds(compared(kind, left, "b"), scope()) for left in "abc"] == [less, same, more]


def test_nothing_compares_with_what_is_not_a_number():
    known = scope({"N": float("nan")})
    for kind in ("Equals", "GreaterThanOrEqualTo", "LessThanOrEqualTo"):
        assert not holds(compared(kind, get("Parameters.N"), 0.5), known)


def test_conditions_are_put_together():
    yes, no = compared("Equals", "a", "a"), compared("Equals", "a", "b")
    known = scope({"Kind": "b"})
    assert holds({"Type": "Or", "Conditions": [no, yes]}, known)
    assert not holds({"Type": "Or", "Conditions": [no, no]}, known)
    assert holds({"Type": "Not", "Expression": no}, known)
    assert not holds({"Type": "Not", "Condition": yes}, known)
    among = {"Type": "In", "QueryValue": get("Parameters.Kind"), "Values": ["a", "b"]}
    assert holds(among, known)
    assert not holds({**among, "Values": ["a"]}, known)


@pytest.mark.parametrize(
    ("verdict", "holds_then"), [("pass", True), ("fail", False), ("insufficient evidence", False)]
)
def test_the_gate_opens_for_the_word_pass_alone(verdict, holds_then):
    [asked] = step(training_document(), "gate")["Arguments"]["Conditions"]
    content = json.dumps({"verdict": verdict}).encode()
    assert holds(asked, scope(files={("check-gates", "Gates"): content})) is holds_then


@pytest.mark.parametrize(
    "condition",
    [
        compared("Equals", "3", 3),
        compared("GreaterThan", "a", 1),
        compared("GreaterThan", True, False),
        compared("Equals", True, 1),
        compared("Equals", json_get("check", "Gates", "list"), 1),
        compared("Same", 1, 1),
        {"Type": "Or", "Conditions": ["yes"]},
        {"Type": "Not"},
        {},
    ],
)
def test_a_gate_neither_opens_nor_shuts_by_accident(condition):
    with pytest.raises(ExpressionFailed):
        holds(condition, scope(files=FILE))


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a", ("a",)),
        ("$.a.b", ("a", "b")),
        ("a[0]['x.y'].z", ("a", 0, "x.y", "z")),
        ('a["it is"]', ("a", "it is")),
        ("check-gates", ("check-gates",)),
        ("", None),
        ("$.", None),
        ("a..b", None),
        ("a.", None),
        ("a[", None),
        ("a[-1]", None),
        ("a b", None),
        ("a]b", None),
    ],
)
def test_a_path_has_parts_or_is_none(path, parts):
    assert parts_of(path) == parts
