"""The model registry: versions in SageMaker's, their records in DynamoDB, their bytes in S3."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.model_packages import ModelPackages
from stayline.adapters.aws.serving_record import Change, Serving, ServingRecord, completed
from stayline.adapters.aws.table import Item, Table
from stayline.adapters.objects.package_files import S3PackageFiles
from stayline.domain.audit_events import AuditEvent
from stayline.domain.model_package import ApprovalStatus, ModelPackage
from stayline.domain.risk_score import ModelIdentity
from stayline.errors import (
    ApprovalRefused,
    AwsRefused,
    ModelNotApproved,
    PackageRefused,
    StoreUnavailable,
    UnknownModel,
)
from stayline.formats.model_archive import archive_digest

_BOOK = "model-package"
_WHAT = "the model registry"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A version, its package in SageMaker, and whether that one has heard the decision."""

    package: ModelPackage
    arn: str
    is_told: bool = True


class SageMakerModelRegistry:
    """Numbers versions as SageMaker's group does; what is decided and deployed is in DynamoDB.

    The bytes come first, then the package in SageMaker, then the record; a version is there once
    its record is, so a process killed between leaves unused files, or a package that `problems`
    names. The first of two decisions is the one whose conditional write came first. SageMaker's
    approval status follows it: where that was cut short, the next reading makes up for it. A status
    that somebody changed in SageMaker itself decides nothing here, and `problems` names it.
    """

    CALLS = (
        ModelPackages.CALLS
        | ServingRecord.CALLS
        | {"s3.get_object", "s3.list_objects_v2", "s3.put_object"}
    )

    def __init__(self, clients: Clients) -> None:
        resources = clients.resources
        self._packages = ModelPackages(clients)
        self._table = Table(clients, resources.state_table, _Kept, _WHAT)
        self._files = S3PackageFiles(clients.data)
        self._serving = ServingRecord(clients)

    def register(
        self,
        archive: bytes,
        *,
        trained_by: str,
        metrics: Mapping[str, float],
        at: datetime,
        reports: Mapping[str, bytes] | None = None,
    ) -> ModelPackage:
        """Keep the archive and its reports, then add the next version as pending."""
        digest = archive_digest(archive)
        self._files.keep(digest, archive, reports or {})
        arn = self._packages.create(digest, at=at)
        return self._keep(arn, digest, trained_by=trained_by, metrics=metrics, at=at)

    def adopt(
        self,
        arn: str,
        archive: bytes,
        *,
        trained_by: str,
        metrics: Mapping[str, float],
        at: datetime,
        reports: Mapping[str, bytes],
    ) -> ModelPackage:
        """Take up a package that a pipeline made in SageMaker; doing so again changes nothing.

        The same bytes have one version: for those that are here already it returns that one, as it
        was decided, and has SageMaker hold the package as rejected.
        """
        digest = archive_digest(archive)
        same = [one for one in self.packages() if one.digest == digest]
        if same:
            if same[-1].version != _version(arn):
                told = f"The same bytes as version {same[-1].version}."
                self._packages.decide(arn, ApprovalStatus.REJECTED, told)
            return same[-1]
        self._files.keep(digest, archive, reports)
        return self._keep(arn, digest, trained_by=trained_by, metrics=metrics, at=at)

    def find(self, version: int) -> ModelPackage:
        """Return that version."""
        return self._told(self._found(version)).package

    def packages(self) -> list[ModelPackage]:
        """Return all versions, oldest first."""
        return [self._told(item.value).package for item in self._table.query(_BOOK)]

    def decide(self, decided: ModelPackage) -> None:
        """Store an approval or rejection, unless another came first, then tell SageMaker."""
        kept = self._found(decided.version)
        after = replace(kept, package=decided, is_told=False)
        is_open = (kept.package.status, kept.package.digest) == (
            ApprovalStatus.PENDING, decided.digest,
        )  # fmt: skip
        if not (is_open and self._table.swap(kept, _item(after))):
            raise ApprovalRefused(
                decided.version,
                "somebody else decided on it first.",
                "See what they decided with `stayline models list`.",
            )
        self._told(after)

    def deploy(
        self,
        version: int,
        *,
        by: str,
        at: datetime,
        rollout_id: str | None = None,
        event: AuditEvent | None = None,
    ) -> ModelPackage:
        """Make this version the deployed one, end its rollout and audit it, in one transaction.

        This is the record; the endpoint has come to it before, see `SageMakerDeployments.advance`.
        """
        package, asked = self.find(version), monotonic()
        if package.status is not ApprovalStatus.APPROVED:
            raise ModelNotApproved(version, package.status.value)
        model = ModelIdentity(version, package.digest)
        events = [] if event is None else [event]

        def change(serving: Serving) -> Change:
            after = serving.with_deployed(model, by=by, at=at)
            if rollout_id is None:
                return Change(after, events=events)
            now = at + timedelta(seconds=monotonic() - asked)
            rollout = self._serving.open_rollout(serving, rollout_id, now)
            ended = [completed(serving, rollout, at)]
            return Change(replace(after, rollout=None), ended, events)

        self._serving.change(change)
        return package

    def deployed(self) -> ModelPackage | None:
        """Return the deployed version."""
        serving = self.serving()
        return None if serving is None else self.find(serving.version)

    def serving(self) -> ModelIdentity | None:
        """Return which version is deployed, in one consistent read of one item."""
        return self._serving.now().deployed

    def previous(self) -> ModelPackage | None:
        """Return the version that was deployed before the deployed one."""
        version = self._serving.now().previous
        return None if version is None else self.find(version)

    def archive(self, digest: str) -> bytes:
        """Return the bytes with that digest."""
        archive = self._files.archive(digest)
        if archive is None:
            raise PackageRefused(f"the archive of {digest} is missing.")
        if archive_digest(archive) != digest:
            raise PackageRefused(f"the archive of {digest} was altered or torn.")
        return archive

    def reports(self, digest: str) -> Mapping[str, bytes]:
        """Return the evaluation files kept with an archive."""
        return self._files.reports(digest)

    def problems(self) -> list[str]:
        """Return damaged archives, and where SageMaker's registry says something else than this."""
        found = []
        told = dict(self._packages.statuses())
        kept = [item.value for item in self._table.query(_BOOK)]
        for package in (one.package for one in kept):
            try:
                self.archive(package.digest)
            except PackageRefused as error:
                found.append(f"version {package.version}: {error}")
        for one in kept:
            status = told.pop(one.arn, "absent")
            if status != one.package.status.value:
                found.append(
                    f"version {one.package.version} is {one.package.status.value!r}, in "
                    f"SageMaker's registry {status!r}"
                )
        found += (
            f"{arn.rpartition(':')[2]} is {status!r} in SageMaker's registry and not known here"
            for arn, status in told.items()
            if status != ApprovalStatus.REJECTED.value
        )
        return found

    def _keep(
        self, arn: str, digest: str, *, trained_by: str, metrics: Mapping[str, float], at: datetime
    ) -> ModelPackage:
        package = ModelPackage(
            _version(arn), digest, ApprovalStatus.PENDING, trained_by, at, dict(metrics)
        )
        self._table.put_new(_item(_Kept(package, arn)))
        return package

    def _found(self, version: int) -> _Kept:
        kept = self._table.get(_BOOK, _place(version))
        if kept is None:
            raise UnknownModel(str(version))
        return kept

    def _told(self, kept: _Kept) -> _Kept:
        """Make SageMaker hear a decision that it has not heard; the decision stands in any case."""
        if kept.is_told:
            return kept
        package, heard = kept.package, replace(kept, is_told=True)
        try:
            self._packages.decide(
                kept.arn, package.status, f"{package.decided_by}: {package.reason}"
            )
            self._table.swap(kept, _item(heard))
        except (AwsRefused, StoreUnavailable) as error:
            _log.warning("SageMaker is yet to hear of version %s: %s", package.version, error)
        return heard


def _item(kept: _Kept) -> Item[_Kept]:
    return Item(_BOOK, _place(kept.package.version), kept)


def _place(version: int) -> str:
    return f"{version:09d}"


def _version(arn: str) -> int:
    return int(arn.rpartition("/")[2])
