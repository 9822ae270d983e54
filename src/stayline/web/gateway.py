"""What every handler is given: the ports, the settings, and who calls."""

from dataclasses import dataclass

from stayline.bootstrap import Ports
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.formats.container_variables import ContainerVariables
from stayline.settings import Settings
from stayline.web.callers import Callers
from stayline.web.metrics import Metrics
from stayline.web.token_keys import TokenKeyNow


@dataclass(frozen=True, slots=True)
class Gateway:
    """The API's side of the house. ``token_key`` turns HR ids into tokens and goes nowhere else.

    ``callers`` tells who asks on the routes of SageMaker's form, ``variables`` what its platform
    sets for their answers.
    """

    ports: Ports
    settings: Settings
    key_now: TokenKeyNow
    callers: Callers
    variables: ContainerVariables
    metrics: Metrics

    @property
    def token_key(self) -> bytes:
        """The key that stands at this moment; a rotation changes it between two requests."""
        return self.key_now()

    def token(self, employee_id: str) -> EmployeeToken:
        """Return the token of a checked HR id."""
        return pseudonym(self.token_key, employee_id)

    def __repr__(self) -> str:
        return "Gateway(...)"
