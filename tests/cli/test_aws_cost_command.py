"""What a stack costs, by command, from a small template."""

import pytest

from command_runs import here
from stack_template import resource, sample_stack, write_template


@pytest.fixture
def steady(tmp_path):
    return write_template(tmp_path / "steady", sample_stack())


def cost(folder, *words):
    ended = here("aws", "cost", "--template", folder, "--json", *words)
    assert (ended.code, ended.err) == (0, "")
    return ended.json


def test_the_default_profile_is_within_80_dollars_at_500_predictions_a_day(steady):
    told = cost(steady)
    assert told["profile"] == "steady"
    assert told["fits"] is True
    assert 40 < told["total"] <= 80
    assert told["total"] == pytest.approx(sum(part["usd"] for part in told["parts"]))
    assert {"real-time endpoint", "DynamoDB", "Lambda", "job watch"} <= {
        part["part"] for part in told["parts"]
    }


def test_the_thrifty_profile_costs_less_by_what_the_machine_costs(steady, tmp_path):
    thrifty = cost(write_template(tmp_path / "thrifty", sample_stack("thrifty")))
    assert cost(steady)["total"] - thrifty["total"] == pytest.approx(730 * 0.054, abs=0.2)


def test_an_endpoint_whose_price_nobody_knows_is_not_said_to_fit(tmp_path):
    stack = sample_stack()
    stack["Config"]["Properties"]["ProductionVariants"] = [{"InstanceType": "ml.x9.huge"}]
    stack["Database"] = resource("AWS::RDS::DBInstance")
    told = cost(write_template(tmp_path / "out", stack))
    assert told["fits"] is None
    named = " ".join(one["what"] for one in told["not_priced"])
    assert "ml.x9.huge" in named
    assert "AWS::RDS::DBInstance" in named


def test_growth_is_told_at_four_rates_and_never_falls(steady):
    growth = cost(steady)["sensitivity"]
    assert [rate["predictions_a_day"] for rate in growth] == [500, 5_000, 50_000, 5_000_000]
    totals = [rate["total"] for rate in growth]
    assert totals == sorted(totals)
    assert totals[-1] > 10 * totals[0]


def test_a_budget_that_is_broken_says_so_and_by_what(steady):
    told = cost(steady, "--budget", 50)
    assert told["fits"] is False
    assert told["limits"] == {"price_rise": None, "predictions_a_day": None}
    assert any(change["breaks"] for change in told["what_ifs"])


def test_more_people_and_predictions_cost_more(steady):
    assert (
        cost(steady, "--people", 100_000, "--predictions-a-day", 5_000)["total"]
        > cost(steady)["total"]
    )


def test_people_read_the_same_figures(steady):
    shown = here("aws", "cost", "--template", steady).out
    told = cost(steady)
    assert f"${told['total']:.2f} a month, within $80" in shown
    assert "unverified" in shown
    assert "AWS::SNS::Topic: paid for by the call" in shown
    assert "breaks it" in shown


@pytest.mark.parametrize("words", [("--profile", "lavish"), ("--template", "/no/such/folder")])
def test_a_wrong_call_is_told_in_words(words):
    ended = here("aws", "cost", *words)
    assert ended.code == 1
    assert ended.err.startswith("Error: ")
