"""What every handler is given: the ports, the settings, and the key read once at start."""

from dataclasses import dataclass

from stayline.bootstrap import Ports
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.settings import Settings


@dataclass(frozen=True, slots=True)
class Gateway:
    """The API's side of the house. ``token_key`` turns HR ids into tokens and goes nowhere else."""

    ports: Ports
    settings: Settings
    token_key: bytes

    def token(self, employee_id: str) -> EmployeeToken:
        """Return the token of a checked HR id."""
        return pseudonym(self.token_key, employee_id)

    def __repr__(self) -> str:
        return "Gateway(...)"
