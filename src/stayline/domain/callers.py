"""Who asks: one person or program, told by a subject that never changes."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.roles import Operation, Reach, Role, is_permitted, reach


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who has signed in, or a program with a key.

    ``subject`` is what the identity provider calls the person for ever, or the key's id; it is what
    the audit log holds and what two people are told apart by, never a name. ``employee`` is the
    person's own token where the provider tells it, and the root of a manager's reporting line.
    """

    subject: str
    roles: AbstractSet[Role]
    is_human: bool
    employee: EmployeeToken | None = None

    def may(self, operation: Operation) -> bool:
        """Whether any role permits this."""
        return is_permitted(self.roles, operation)

    def reach(self, operation: Operation) -> Reach:
        """Return of whom this caller may do what is permitted."""
        return reach(self.roles, operation)
