import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.aws_cost.bill import bill_of
from stayline.domain.aws_cost.budget import limits, what_ifs
from stayline.domain.aws_cost.contents import (
    Endpoint,
    Function,
    Machine,
    ScheduledJob,
    StackContents,
)
from stayline.domain.aws_cost.prices import Confidence, Price
from stayline.domain.aws_cost.runs import runs_a_month
from stayline.domain.aws_cost.traffic import DAYS_A_MONTH, Traffic

T2 = StackContents(endpoints=(Endpoint("e", "ml.t2.medium"),), keys=2, alarmed_metrics=5)


def price(name, usd, per=1.0, free=0.0, confidence=Confidence.VERIFIED):
    return Price(name, usd, per, "u", "r", "s", date(2026, 1, 1), confidence, free=free)


PRICES = {
    each.name: each
    for each in (
        price("instance-hour.ml.t2.medium", 0.065, confidence=Confidence.SECOND_HAND),
        price("instance-hour.ml.m5.large", 0.115),
        price("endpoint.data-gb", 0.016, confidence=Confidence.UNVERIFIED),
        price("kms.key", 1.0),
        price("kms.request", 0.03, 10_000),
        price("alarm", 0.1),
        price("metric", 0.3),
        price("logs.gb", 0.5),
        price("logs.gb-month", 0.03),
        price("nat-gateway.hour", 0.045),
        price("interface-endpoint.hour", 0.01),
        price("serverless.gb-second", 0.00002),
        price("lambda.request", 0.2, 1e6),
        price("lambda.gb-second.arm64", 0.0000133334),
    )
}


def usd(bill, part):
    return {each.part: each.usd for each in bill.parts}[part]


def test_a_bill_is_quantities_times_prices_by_part():
    bill = bill_of(T2, Traffic(500, metrics_besides=10, daily_metrics=48), PRICES)
    predictions = 500 * DAYS_A_MONTH
    assert usd(bill, "encryption keys") == pytest.approx(2 + 2 * predictions * 0.03 / 10_000)
    assert usd(bill, "CloudWatch alarms") == pytest.approx(0.5)
    assert usd(bill, "CloudWatch metrics") == pytest.approx((10 + 48 / 24) * 0.3)
    data = predictions * 4 / 1024**2 * 0.016
    assert usd(bill, "real-time endpoint") == pytest.approx(730 * 0.065 + data)
    assert bill.total == pytest.approx(sum(part.usd for part in bill.parts))
    assert [part.usd for part in bill.parts] == sorted((p.usd for p in bill.parts), reverse=True)
    assert bill.not_priced == ()


def test_a_part_is_as_sure_as_its_least_sure_price():
    bill = bill_of(T2, Traffic(500), PRICES)
    assert bill.parts[0].part == "real-time endpoint"
    assert bill.parts[0].confidence is Confidence.UNVERIFIED


def test_what_has_no_price_is_named_and_in_no_sum():
    stack = replace(
        T2, endpoints=(Endpoint("e", "ml.x9.huge"),), unknown={"AWS::RDS::DBInstance": 2}
    )
    bill = bill_of(stack, Traffic(500), PRICES)
    told = " ".join(one.what for one in bill.not_priced)
    assert "instance-hour.ml.x9.huge" in told
    assert "2 x AWS::RDS::DBInstance" in told
    assert bill.has_unknown_rates
    assert bill.total < bill_of(T2, Traffic(500), PRICES).total


def test_what_is_paid_by_the_call_alone_is_named_and_leaves_the_total_reliable():
    bill = bill_of(replace(T2, unknown={"AWS::SNS::Topic": 1}), Traffic(500), PRICES)
    assert [one.what for one in bill.not_priced] == ["1 x AWS::SNS::Topic"]
    assert not bill.has_unknown_rates


def test_free_units_of_a_month_cost_nothing_and_the_rest_does():
    start = price("scheduler.start", 1.0, 1e6, free=14e6)
    assert start.of(14e6) == 0
    assert start.of(16e6) == pytest.approx(2.0)


def test_jobs_cost_their_machines_for_the_minutes_they_take():
    job = ScheduledJob("watch", (Machine("ml.m5.large", 2), Machine("ml.m5.large")), 30)
    bill = bill_of(StackContents(jobs=(job,)), Traffic(500, job_minutes=10), PRICES)
    assert usd(bill, "job watch") == pytest.approx(30 * 3 * 10 / 60 * 0.115)


def test_a_serverless_endpoint_costs_by_the_call_and_nothing_without_one():
    stack = StackContents(endpoints=(Endpoint("e", serverless_gb=2.0),))
    bill = bill_of(stack, Traffic(500, serverless_s=0.1), PRICES)
    assert usd(bill, "real-time endpoint") < 0.1
    assert "real-time endpoint" not in {
        part.part for part in bill_of(stack, Traffic(0), PRICES).parts
    }


def test_a_function_that_answers_requests_runs_for_each_and_others_at_their_times():
    gateway = Function("g", 1.0, "arm64", answers_requests=True)
    nightly = Function("n", 1.0, "arm64", runs_a_month=30)
    stack = StackContents(functions=(gateway, nightly))
    (part,) = (p for p in bill_of(stack, Traffic(1_000), PRICES).parts if p.part == "Lambda")
    runs = [line.quantity for line in part.lines if line.price == "lambda.request"]
    assert runs == [pytest.approx(1_000 * DAYS_A_MONTH), 30]


def test_more_traffic_takes_more_instances_than_the_template_has():
    busy = Traffic(50e6)
    assert busy.instances_needed > 1
    single = bill_of(T2, Traffic(500), PRICES)
    many = bill_of(T2, busy, PRICES)
    (part,) = (part for part in many.parts if part.part == "real-time endpoint")
    hours = [line.quantity for line in part.lines if "instance" in line.price]
    assert hours == [pytest.approx(730 * busy.instances_needed)]
    assert many.total > single.total


def test_what_would_break_the_budget_is_told_with_what_would_not():
    found = {one.what: one for one in what_ifs(T2, Traffic(500), PRICES, 80)}
    assert found["the endpoint on one ml.m5.large, always on"].breaks
    assert found["a NAT gateway"].total == pytest.approx(
        bill_of(T2, Traffic(500), PRICES).total + 730 * 0.045
    )
    assert found["a NAT gateway"].breaks
    assert "the endpoint on one ml.t2.medium, always on" not in found  # it is on that one


def test_a_change_that_has_no_price_is_not_told_to_fit():
    found = [one.what for one in what_ifs(T2, Traffic(500), PRICES, 80)]
    assert "the endpoint on one ml.c7g.large, always on" not in found


def test_the_budget_says_how_far_prices_and_traffic_may_rise():
    traffic = Traffic(500)
    total = bill_of(T2, traffic, PRICES).total
    found = limits(T2, traffic, PRICES, 80)
    assert found.price_rise == pytest.approx(80 / total - 1)
    largest = found.predictions_a_day
    assert bill_of(T2, replace(traffic, predictions_a_day=largest), PRICES).total <= 80
    assert bill_of(T2, replace(traffic, predictions_a_day=largest * 1.01 + 2), PRICES).total > 80


def test_a_stack_beyond_its_budget_has_no_room_left():
    found = limits(T2, Traffic(500), PRICES, 10)
    assert (found.price_rise, found.predictions_a_day) == (None, None)


@pytest.mark.parametrize(
    ("expression", "runs"),
    [
        ("rate(1 day)", DAYS_A_MONTH),
        ("rate(12 hours)", 2 * DAYS_A_MONTH),
        ("cron(15 10 ? * MON-FRI *)", 261 / 12),
        ("cron(0/30 * * * ? *)", 48 * DAYS_A_MONTH),
        ("cron(0 8-10 L * ? *)", 3.0),
        ("cron(0 6 10 1 ? *)", 1 / 12),
        ("cron(0 0 ? JAN,JUL 6L *)", 2 / 12),
        ("cron(0 0 15W * ? *)", 1.0),
        ("at(2027-01-01T00:00:00)", 0.0),
        ("rate(0 days)", None),
        ("cron(0 0 * *)", None),
        ("cron(61 0 * * ? *)", None),
        ("cron(0 0 * * ? * *)", None),
        ("every monday", None),
    ],
)
def test_a_schedule_s_runs_are_counted(expression, runs):
    found = runs_a_month(expression)
    assert found == (runs if runs is None else pytest.approx(runs))


@given(st.text() | st.from_regex(re.compile(r"cron\([0-9A-Z*?,/#LW -]{5,30}\)"), fullmatch=True))
def test_any_expression_is_counted_or_said_to_be_unreadable(expression):
    found = runs_a_month(expression)
    assert found is None or 0 <= found <= 60 * 24 * 31
