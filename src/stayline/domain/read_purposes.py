"""For what protected attributes may be read at all: each purpose, in one place."""

from enum import StrEnum


class ReadPurpose(StrEnum):
    """What a read is for, in the words that the audit log holds; any other is a finding."""

    MODEL_AUDIT = "fairness audit and price of leaving protected attributes out of the model"
    MODEL_AUDIT_RESUMED = (
        "fairness audit and price of leaving protected attributes out, after a crash"
    )
    BIAS_MONITOR = (
        "bias monitor: do answers treat groups differently than when the model was registered"
    )
    COMPLIANCE_CHECK = (
        "compliance check: are groups selected alike, helped alike and scored as well"
    )
    ACCESS_REQUEST = "access request"
