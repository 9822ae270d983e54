"""The address of a PostgreSQL database, and how it is told without its password."""

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from stayline.errors import SettingRefused

_DRIVER = "postgresql+psycopg"
_EXPECTED = "postgresql+psycopg://user@host:port/database"


def postgres_url(url: str) -> sa.URL:
    """Return the parts of a ``database_url``. Raises `SettingRefused`, which does not tell it."""
    try:
        place = sa.make_url(url)
    except (ArgumentError, ValueError):
        raise SettingRefused("database_url", "not shown here", _EXPECTED) from None
    if place.drivername not in {_DRIVER, "postgresql"} or not place.database:
        raise SettingRefused("database_url", told_place(place), _EXPECTED)
    return place.set(drivername=_DRIVER)


def told_place(place: sa.URL) -> str:
    """Return scheme, host, port and database alone: a query may hold a password, too."""
    shown = sa.URL.create(
        place.drivername, host=place.host, port=place.port, database=place.database
    )
    return shown.render_as_string()
