import json

import pytest

from pipeline_documents import step, training_document
from stayline.pipeline.definition import (
    Parameter,
    ParameterType,
    digest,
    get,
    join,
    json_get,
    render,
)


def test_a_document_is_rendered_to_the_same_bytes_whatever_the_order_of_its_keys():
    document = training_document()
    turned = json.loads(json.dumps(document), object_pairs_hook=lambda pairs: dict(pairs[::-1]))
    assert list(turned) != list(document)
    assert render(turned) == render(document)
    assert digest(turned) == digest(document)
    assert digest(document).startswith("sha256:")


def test_another_content_has_another_digest():
    document = training_document()
    before = digest(document)
    step(document, "train")["Arguments"]["HyperParameters"]["seed"] = "8"
    assert digest(document) != before


def test_rendered_text_is_read_back_as_it_was():
    document = training_document()
    assert json.loads(render(document)) == document


def test_a_changed_copy_leaves_the_next_one_as_it_was():
    before = render(training_document())
    changed = training_document()
    step(changed, "prepare")["CacheConfig"]["Enabled"] = False
    step(changed, "train")["Arguments"]["RoleArn"]["Get"] = "Parameters.Other"
    assert step(changed, "prepare")["Arguments"]["RoleArn"] == get("Parameters.RoleArn")
    assert render(training_document()) == before


def test_a_number_that_json_does_not_have_is_not_rendered():
    with pytest.raises(ValueError, match="JSON compliant"):
        render({"Version": float("nan")})


def test_expressions_have_the_form_that_sagemaker_reads():
    assert get("Parameters.Seed") == {"Get": "Parameters.Seed"}
    assert join("/", ["a", get("Parameters.B")]) == {
        "Std:Join": {"On": "/", "Values": ["a", {"Get": "Parameters.B"}]}
    }
    assert json_get("check-gates", "Gates", "verdict") == {
        "Std:JsonGet": {
            "PropertyFile": {"Get": "Steps.check-gates.PropertyFiles.Gates"},
            "Path": "verdict",
        }
    }


def test_only_a_parameter_that_is_no_text_is_joined_to_one():
    assert Parameter("A", ParameterType.STRING).text == get("Parameters.A")
    assert Parameter("N", ParameterType.INTEGER, 3).text == join("", [get("Parameters.N")])


def test_a_false_default_is_written():
    document = Parameter("Flag", ParameterType.BOOLEAN, default=False).document()
    assert document == {"Name": "Flag", "Type": "Boolean", "DefaultValue": False}
