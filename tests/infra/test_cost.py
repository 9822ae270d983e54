"""The budget, held by the real stack."""

from pathlib import Path

import pytest

from stayline.domain.aws_cost.traffic import Traffic
from stayline.formats.aws_prices import read_prices
from stayline.formats.cloudformation import read_templates
from stayline.usecases.estimate_cost import CostEstimate, estimate_cost

pytest.importorskip("infra.app", reason="no stack is here")


def estimated(folders: dict[str, Path], name: str) -> CostEstimate:
    resources = read_templates(folders[name])
    profile = name.partition("-")[2]
    return estimate_cost(
        resources, profile=profile, traffic=Traffic(500), prices=read_prices(), budget=80
    )


def test_the_default_profile_is_within_80_dollars_and_all_of_it_is_known(folders):
    found = estimated(folders, "prod-steady")
    assert found.fits is True
    assert 40 < found.total <= 80
    assert "real-time endpoint" in {part.part for part in found.parts}


def test_the_thrifty_profile_costs_less_and_names_what_its_trail_adds(folders):
    found = estimated(folders, "prod-thrifty")
    assert found.total < estimated(folders, "prod-steady").total
    assert {one.what for one in found.not_priced if one.matters} == {"1 x AWS::CloudTrail::Trail"}
    assert estimated(folders, "dev-thrifty").fits is True


def test_a_stack_without_its_endpoint_yet_is_not_said_to_fit(folders):
    assert estimated(folders, "dev-steady").fits is None
