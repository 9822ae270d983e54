"""The model registry: versions in SQLite, bytes by digest where files are kept."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import msgspec
import sqlalchemy as sa

from stayline.adapters.embedded.audit_chain import lengthen
from stayline.adapters.embedded.database import damage, reading, writing
from stayline.adapters.embedded.deployments import under_way
from stayline.adapters.embedded.package_files import PackageFiles
from stayline.adapters.embedded.quick_access import quick_row
from stayline.adapters.embedded.tables import deployments, model_packages, rollouts
from stayline.domain.audit_events import AuditEvent
from stayline.domain.deployment import Phase
from stayline.domain.model_package import ApprovalStatus, ModelPackage
from stayline.domain.risk_score import ModelIdentity
from stayline.errors import (
    ApprovalRefused,
    ModelNotApproved,
    PackageRefused,
    UnknownModel,
)
from stayline.formats.audit_rows import event_row
from stayline.formats.model_archive import archive_digest

_SERVING = """
    SELECT model_packages.version, digest FROM deployments JOIN model_packages USING (version)
    ORDER BY position DESC LIMIT 1
"""


class SqliteModelRegistry:
    """Keeps versions in the state database; the bytes come first, then the version."""

    def __init__(self, engine: sa.Engine, files: PackageFiles) -> None:
        self._engine = engine
        self._files = files

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
        with writing(self._engine) as connection:
            newest = connection.execute(sa.select(sa.func.max(model_packages.c.version))).scalar()
            package = ModelPackage(
                version=(newest or 0) + 1,
                digest=digest,
                status=ApprovalStatus.PENDING,
                trained_by=trained_by,
                trained_at=at,
                metrics=dict(metrics),
            )
            connection.execute(sa.insert(model_packages).values(**_row(package)))
        return package

    def find(self, version: int) -> ModelPackage:
        """Return that version."""
        with reading(self._engine) as connection:
            return _find(connection, version)

    def packages(self) -> list[ModelPackage]:
        """Return all versions, oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(model_packages).order_by(model_packages.c.version)
            ).all()
        return [_package(row) for row in rows]

    def decide(self, decided: ModelPackage) -> None:
        """Store an approval or rejection, unless another came first."""
        undecided = (
            model_packages.c.version == decided.version,
            model_packages.c.digest == decided.digest,
            model_packages.c.status == ApprovalStatus.PENDING.value,
        )
        with writing(self._engine) as connection:
            changed = connection.execute(
                sa.update(model_packages).where(*undecided).values(**_row(decided))
            )
        if changed.rowcount != 1:
            raise ApprovalRefused(
                decided.version,
                "somebody else decided on it first.",
                "See what they decided with `stayline models list`.",
            )

    def deploy(
        self,
        version: int,
        *,
        by: str,
        at: datetime,
        rollout_id: str | None = None,
        event: AuditEvent | None = None,
    ) -> ModelPackage:
        """Make this version the deployed one, end its rollout and audit it, in one transaction."""
        asked = monotonic()
        with writing(self._engine) as connection:
            if rollout_id is not None:
                waited = timedelta(seconds=monotonic() - asked)
                under_way(connection, rollout_id, at + waited)
                connection.execute(
                    sa.update(rollouts)
                    .where(rollouts.c.rollout_id == rollout_id)
                    .values(phase=Phase.COMPLETED.value, ended_at=at)
                )
            package = _find(connection, version)
            if package.status is not ApprovalStatus.APPROVED:
                raise ModelNotApproved(version, package.status.value)
            last = connection.execute(sa.select(sa.func.max(deployments.c.position))).scalar()
            connection.execute(
                sa.insert(deployments).values(
                    position=(last or 0) + 1, version=version, deployed_by=by, deployed_at=at
                )
            )
            if event is not None:
                lengthen(connection, [event_row(event)])
        return package

    def deployed(self) -> ModelPackage | None:
        """Return the deployed version."""
        newest = (
            sa.select(model_packages)
            .join(deployments, deployments.c.version == model_packages.c.version)
            .order_by(deployments.c.position.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(newest).one_or_none()
        return None if row is None else _package(row)

    def serving(self) -> ModelIdentity | None:
        """Return which version is deployed, in microseconds."""
        row = quick_row(self._engine, _SERVING)
        return None if row is None else ModelIdentity(*row)

    def previous(self) -> ModelPackage | None:
        """Return the version that was deployed before the deployed one."""
        newest = sa.select(deployments.c.version).order_by(deployments.c.position.desc()).limit(1)
        before = (
            sa.select(model_packages)
            .join(deployments, deployments.c.version == model_packages.c.version)
            .where(deployments.c.version != newest.scalar_subquery())
            .order_by(deployments.c.position.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(before).one_or_none()
        return None if row is None else _package(row)

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
        """Return damaged tables, and versions whose archive is missing or altered."""
        found = damage(self._engine)
        for package in self.packages():
            try:
                self.archive(package.digest)
            except PackageRefused as error:
                found.append(f"version {package.version}: {error}")
        return found


def _find(connection: sa.Connection, version: int) -> ModelPackage:
    row = connection.execute(
        sa.select(model_packages).where(model_packages.c.version == version)
    ).one_or_none()
    if row is None:
        raise UnknownModel(str(version))
    return _package(row)


def _row(package: ModelPackage) -> dict[str, Any]:
    return asdict(package) | {
        "status": package.status.value,
        "metrics": msgspec.json.encode(package.metrics).decode(),
    }


def _package(row: sa.Row[Any]) -> ModelPackage:
    values = dict(row._mapping)
    values["status"] = ApprovalStatus(values["status"])
    values["metrics"] = msgspec.json.decode(values["metrics"], type=dict[str, float])
    return ModelPackage(**values)
