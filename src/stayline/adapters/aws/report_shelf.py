"""The report shelf in S3."""

from stayline.adapters.aws.clients import Clients
from stayline.adapters.objects.report_shelf import StoredReportShelf


class S3ReportShelf(StoredReportShelf):
    """Keeps reports in the data bucket of a stack."""

    CALLS = frozenset(
        {
            "s3.delete_objects",
            "s3.get_object",
            "s3.list_object_versions",
            "s3.list_objects_v2",
            "s3.put_object",
        }
    )

    def __init__(self, clients: Clients) -> None:
        super().__init__(clients.data)
