"""How long which records may, and must, be kept: the law as a table, and what follows from it."""

from stayline.domain.retention.ages import Ages, age_days, is_over
from stayline.domain.retention.limits import Conflict, Limit, Limits, limits_of
from stayline.domain.retention.policy import DecidedConflict, Follow, RetentionPolicy
from stayline.domain.retention.table import TABLE, Bound, RecordClass, Rule
from stayline.domain.retention.tokens_digest import tokens_digest

__all__ = [
    "TABLE",
    "Ages",
    "Bound",
    "Conflict",
    "DecidedConflict",
    "Follow",
    "Limit",
    "Limits",
    "RecordClass",
    "RetentionPolicy",
    "Rule",
    "age_days",
    "is_over",
    "limits_of",
    "tokens_digest",
]
