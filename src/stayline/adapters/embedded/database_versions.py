"""Which versions the tables of each database have had, and how an older one becomes the newest."""

from pathlib import Path
from typing import Literal

import sqlalchemy as sa

DatabaseName = Literal["state", "directory", "protected", "online"]
VERSIONS: dict[DatabaseName, tuple[str, ...]] = {
    "state": tuple(f"state_{number:04}" for number in range(1, 23)),
    "directory": ("directory_0001", "directory_0002"),
    "protected": ("protected_0001",),
    "online": ("online_0001", "online_0002"),
}
HEADS: dict[DatabaseName, str] = {name: versions[-1] for name, versions in VERSIONS.items()}


def bring_up_to_date(connection: sa.Connection, name: DatabaseName, version: str | None) -> None:
    """Make the tables, or change those of an older version, within the caller's write."""
    if version is None:
        from stayline.adapters.embedded.newest_tables import make_tables

        make_tables(connection, name, HEADS[name])
    elif version != HEADS[name]:
        _migrate(connection, name)


def noted_version(connection: sa.Connection) -> str | None:
    """Return what the table of the version says."""
    version = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
    found: str | None = version.scalar_one_or_none()
    return found


def _migrate(connection: sa.Connection, name: DatabaseName) -> None:
    from alembic import command
    from alembic.config import Config

    migrations = Path(__file__).parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("version_locations", str(migrations / name))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
