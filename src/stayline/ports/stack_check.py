"""Whether a stack and its parts are there, and can be used."""

from collections.abc import Sequence
from typing import Protocol

from stayline.domain.stack_checks import StackPart


class StackCheck(Protocol):
    """Looks at one thing of a stack at a time, and changes nothing.

    Every method raises `AwsRefused` for what the credentials do not permit, and `StoreUnavailable`
    while AWS does not answer; None means that AWS says there is no such thing.
    """

    def account(self) -> str:
        """Return the account that the credentials are of."""
        ...

    def offers_sagemaker(self) -> bool:
        """Whether the region is one of those that SageMaker is known to be in."""
        ...

    def stack_state(self, stack: str) -> str | None:
        """Return the state of a stack, such as ``CREATE_COMPLETE``."""
        ...

    def quotas(self) -> dict[str, float]:
        """Return how much of each thing SageMaker permits, by its name in Service Quotas."""
        ...

    def parts(self) -> Sequence[StackPart]:
        """Return the parts that the product uses, whether they are there or not."""
        ...

    def part_state(self, part: StackPart) -> str | None:
        """Return the state of a part, in AWS's word, or ``there`` where AWS has no word for it."""
        ...

    def served_version(self) -> int | None:
        """Return the model version at the endpoint that the stack made.

        None where it made none; raises `AwsRefused` for one that serves no version of the registry.
        """
        ...
