"""What was captured on a gateway's own disk, brought to where all gateways see it."""

from typing import Protocol


class CaptureShipping(Protocol):
    """Brings the files of hours that have ended to the object store, each once.

    Killed between, the next call goes on; whoever reads the capture log meanwhile sees each record
    once.
    """

    def ship(self) -> int:
        """Bring what is due and return how many files went.

        First it takes out who was erased elsewhere. Raises `StoreUnavailable` and `StoreRefused`;
        then everything is where it was, and the next call tries again.
        """
        ...
