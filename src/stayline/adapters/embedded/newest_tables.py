"""All tables of all databases at their newest version, for a database that is made anew.

Each module that declares tables is imported here: a table that nobody imported would be missing.
"""

import sqlalchemy as sa

from stayline.adapters.embedded import (
    alarm_tables,
    answer_tables,
    identity_tables,
    job_tables,
    outcome_tables,
    oversight_tables,
    register_tables,
    tables,
    token_tables,
)

MODULES = (
    alarm_tables,
    answer_tables,
    identity_tables,
    job_tables,
    outcome_tables,
    oversight_tables,
    register_tables,
    tables,
    token_tables,
)
METADATA = {
    "state": tables.STATE,
    "directory": tables.DIRECTORY,
    "protected": tables.PROTECTED,
    "online": tables.ONLINE,
}
_VERSION = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
"""As Alembic makes it."""


def make_tables(connection: sa.Connection, name: str, version: str) -> None:
    """Make what the migrations would, at once, in a database that has no tables yet."""
    METADATA[name].create_all(connection, checkfirst=False)
    connection.exec_driver_sql(_VERSION)
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (version,))
