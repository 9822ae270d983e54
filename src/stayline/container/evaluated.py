"""What `evaluate` tells `check-gates`: typed figures, to the last bit."""

import msgspec

from stayline.modelling.comparison import Comparison
from stayline.modelling.fairness.audit import FairnessAudit
from stayline.modelling.protection_price import PricedInputs
from stayline.modelling.trial import Trial


class Evaluated(msgspec.Struct, frozen=True):
    """Everything found out about a model; ``comparison`` is None while none is deployed.

    MessagePack keeps what JSON cannot say: a figure that is not a number.
    """

    trial: Trial
    comparison: Comparison | None
    fairness: FairnessAudit
    protection_price: tuple[PricedInputs, ...]
