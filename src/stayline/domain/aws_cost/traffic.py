"""How a stack is used: what is asked of it, and what that takes, as far as it was assumed."""

import math
from dataclasses import dataclass

DAYS_A_MONTH = 365 / 12
HOURS_A_MONTH = 24 * DAYS_A_MONTH


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a month asks for, by the day; each figure but the first two is an assumption, stated.

    - ``job_minutes``: what a step of a job takes on its instance, most of it the start.
    - ``function_s``, ``serverless_s``: an answer's time in the gateway, and at the endpoint.
    - ``reads``, ``writes``: of DynamoDB units, for a prediction (permission, opt-out, stop switch,
      audit chain with its index).
    - ``capture_kb``, ``kept_days``: what is captured of a prediction, and for how long.
    - ``log_kb``: what gateway and function write about a request; ``job_log_gb`` of a run.
    - ``payload_kb``: what goes to the endpoint and back.
    - ``metrics_besides``: metrics of our own that are sent all day, though neither an alarm nor a
      dashboard names them; ``daily_metrics`` those a daily watch sends, 76 with IBM's 27 inputs.
    - ``data_gb``, ``table_gb``, ``image_gb``: what buckets, tables and the repository hold anyway.
    - ``capacity_a_s``: what an instance answers a second. 1,898 is our server with all checks on,
      one worker on one core of a slow machine (bench/README.md); no instance of AWS was measured,
      and there a look at the online store is a call, so half of it is planned with, below.
    - ``peak``: how much more than the average the busiest hour asks for.
    """

    predictions_a_day: float = 500
    people: int = 1_500
    job_minutes: float = 8.0
    function_s: float = 0.2
    serverless_s: float = 0.1
    reads: float = 8.0
    writes: float = 8.0
    capture_kb: float = 4.0
    kept_days: float = 180.0
    log_kb: float = 2.0
    job_log_gb: float = 0.001
    payload_kb: float = 4.0
    metrics_besides: int = 10
    daily_metrics: int = 76
    data_gb: float = 20.0
    table_gb: float = 1.0
    image_gb: float = 3.0
    capacity_a_s: float = 1_898.0
    peak: float = 10.0

    @property
    def predictions(self) -> float:
        """Predictions a month.

        >>> round(Traffic(500).predictions)
        15208
        """
        return self.predictions_a_day * DAYS_A_MONTH

    @property
    def instances_needed(self) -> int:
        """Instances that carry the busiest hour at half of what each could answer.

        >>> [Traffic(each).instances_needed for each in (500, 5e6, 50e6)]
        [1, 1, 7]
        """
        a_second = self.predictions_a_day * self.peak / 86_400
        return max(math.ceil(a_second / (self.capacity_a_s / 2)), 1)
