"""A registered version's card and evaluation files, made anew from what the registry keeps."""

from collections.abc import Mapping
from dataclasses import dataclass

from stayline.formats.model_archive import read_archive
from stayline.formats.model_card import ModelCard
from stayline.formats.report_json import encode
from stayline.ports.model_registry import ModelRegistry
from stayline.reports.card_page import model_card_page
from stayline.reports.model_card import model_card

CARD_PAGE = "model_card.html"


@dataclass(frozen=True, slots=True)
class ModelAccount:
    """The card of a version and the evaluation files it draws on."""

    card: ModelCard
    reports: Mapping[str, bytes]

    def files(self) -> dict[str, bytes]:
        """Return everything by file name: the card as a page and as JSON, then the reports."""
        return {
            CARD_PAGE: model_card_page(self.card).encode(),
            "model_card.json": encode(self.card),
            **self.reports,
        }


def account_for_model(version: int, *, registry: ModelRegistry) -> ModelAccount:
    """Return what a version is answered for with, as of now: decisions made since are in the card.

    Raises `UnknownModel`, `PackageRefused`, and `ReportUnreadable` for an altered report.
    """
    package, deployed = registry.find(version), registry.deployed()
    archive = read_archive(registry.archive(package.digest), package.digest)
    reports = registry.reports(package.digest)
    is_deployed = deployed is not None and deployed.version == version
    return ModelAccount(
        model_card(package, archive.manifest, reports, deployed=is_deployed), reports
    )
