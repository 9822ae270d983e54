"""Clients of AWS's services, and their errors in our words."""

from contextlib import AbstractContextManager

from stayline.adapters.aws.resources import Resources
from stayline.adapters.objects.clients import ServiceClients, told_errors
from stayline.adapters.objects.storage import Storage
from stayline.errors import AwsRefused

_NAME = "AWS"


class Clients(ServiceClients):
    """The clients of a stack; ``resources`` names what it has."""

    def __init__(self, resources: Resources) -> None:
        super().__init__(resources.region, name=_NAME, refused=AwsRefused)
        self.resources = resources

    @property
    def data(self) -> Storage:
        """The bucket of models, captures, facts and reports."""
        return Storage(self, self.resources.data_bucket)


def our_errors(store: str) -> AbstractContextManager[None]:
    """Put what AWS's client raises into our words, see `told_errors`."""
    return told_errors(store, name=_NAME, refused=AwsRefused)
