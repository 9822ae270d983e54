"""What every handler is given: the ports, the settings, and the key read once at start."""

from dataclasses import dataclass

from stayline.bootstrap import Ports
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.formats.container_variables import ContainerVariables
from stayline.settings import Settings
from stayline.web.callers import Callers
from stayline.web.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Gateway:
    """The API's side of the house. ``token_key`` turns HR ids into tokens and goes nowhere else.

    ``callers`` tells who asks on the routes of SageMaker's form, ``variables`` what its platform
    sets for their answers.
    """

    ports: Ports
    settings: Settings
    token_key: bytes
    callers: Callers
    variables: ContainerVariables
    metrics: Metrics

    def token(self, employee_id: str) -> EmployeeToken:
        """Return the token of a checked HR id."""
        return pseudonym(self.token_key, employee_id)

    def __repr__(self) -> str:
        return "Gateway(...)"
