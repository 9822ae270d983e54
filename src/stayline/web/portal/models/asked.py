"""What the addresses of the part about models ask for, and the words of its pages."""

from stayline.domain.model_package import ApprovalStatus
from stayline.errors import UnknownModel
from stayline.web.security_headers import PORTAL

MODELS = f"{PORTAL}/models"
STATUSES = {
    ApprovalStatus.PENDING: "waits for a decision",
    ApprovalStatus.APPROVED: "approved",
    ApprovalStatus.REJECTED: "rejected",
}
_MOST_DIGITS = 9


def version_of(text: str) -> int:
    """Return a version of an address; raises `UnknownModel` for what can be none."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise UnknownModel(text[:_MOST_DIGITS])
    return int(text)
