import pytest

from pipeline_documents import document, processing, training_document
from stayline.errors import DefinitionRefused
from stayline.pipeline.parameters import parameter_values
from stayline.pipeline.training_parameters import EMBEDDED_PARAMETERS

URIS = {
    name: f"s3://stayline/{name}"
    for name in ("WorkforceUri", "ProtectedUri", "ChampionUri", "WaiversUri", "OutputUri")
}


def test_defaults_stand_in_for_what_is_not_given():
    given = {**EMBEDDED_PARAMETERS, **URIS, "Trials": 5}
    values = parameter_values(training_document(), given)
    assert values["Trials"] == 5
    assert values["Seed"] == 7
    assert values["WorkforceUri"] == "s3://stayline/WorkforceUri"
    assert values["TrainUntil"] == ""


def test_every_parameter_that_cannot_be_used_is_named():
    given = {
        **EMBEDDED_PARAMETERS,
        **{name: uri for name, uri in URIS.items() if name != "OutputUri"},
        "Trials": "many",
        "Sed": 1,
        "FourFifths": "ignore",
    }
    with pytest.raises(DefinitionRefused) as caught:
        parameter_values(training_document(), given)
    told = {problem.path: problem.message for problem in caught.value.problems}
    assert told == {
        "Parameters.Sed": "there is no such parameter; did you mean 'Seed'?",
        "Parameters.Trials": "'many' is not of type Integer",
        "Parameters.FourFifths": "'ignore' is not one of ['warn', 'block']",
        "Parameters.OutputUri": "it has no default, so a value must be given",
    }


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("Float", 1, True),
        ("Float", 0.5, True),
        ("Float", float("nan"), False),
        ("Float", True, False),
        ("Integer", 1.0, False),
        ("Integer", True, False),
        ("Boolean", False, True),
        ("Boolean", 0, False),
        ("String", "", True),
        ("String", 3, False),
    ],
)
def test_a_value_fits_its_type_or_is_refused(kind, value, fits):
    started = document(processing("a"), parameters=({"Name": "P", "Type": kind},))
    if fits:
        assert parameter_values(started, {"P": value}) == {"P": value}
    else:
        with pytest.raises(DefinitionRefused, match=r"Parameters\.P"):
            parameter_values(started, {"P": value})
