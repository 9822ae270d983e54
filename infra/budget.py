"""The monthly limit: who pays is told before it is reached."""

from aws_cdk import aws_budgets as budgets
from constructs import Construct

from stayline.adapters.aws.resources import Resources

WARNED_AT = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
"""At what share of the limit, in per cent, a message goes out."""


class Budget(Construct):
    """Watches the costs of everything that bears the stack's tag."""

    def __init__(
        self, scope: Construct, id_: str, *, resources: Resources, monthly_limit_usd: int
    ) -> None:
        super().__init__(scope, id_)
        subscriber = budgets.CfnBudget.SubscriberProperty(
            subscription_type="SNS", address=resources.alarm_topic
        )
        budgets.CfnBudget(
            self,
            "Monthly",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_name=f"{resources.stack}-monthly",
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=monthly_limit_usd, unit="USD"),
                cost_filters={"TagKeyValue": [f"user:stayline:stack${resources.stack}"]},
            ),
            notifications_with_subscribers=[
                budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=budgets.CfnBudget.NotificationProperty(
                        notification_type=kind,
                        comparison_operator="GREATER_THAN",
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[subscriber],
                )
                for kind, percent in WARNED_AT
            ],
        )
