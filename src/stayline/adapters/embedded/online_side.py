"""The online side of both feature groups: newest features, and last days."""

from collections.abc import Callable

import polars as pl
import sqlalchemy as sa

from stayline.adapters.delta.fact_frames import newest_facts
from stayline.adapters.delta.facts import Facts
from stayline.adapters.embedded.database import damage
from stayline.adapters.embedded.last_days import LastDays
from stayline.adapters.embedded.online_features import OnlineFeatures
from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.feature_store import FEATURES


class OnlineSide:
    """Follows the offline commits within SQLite's transactions.

    SQLite takes the new rows first, uncommitted, so that whatever can fail there fails before
    Delta's atomic commit.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self.features = OnlineFeatures(engine)
        self.last_days = LastDays(engine)

    def schema_text(self) -> str | None:
        """Return the schema's text."""
        return self.features.schema_toml(FEATURES)

    def keep_schema(self, text: str, *, over: str | None) -> bool:
        """Keep the schema's text."""
        self.features.define(FEATURES, text)
        return True

    def applied_version(self, group: str) -> int:
        """Return the last offline commit that is in here."""
        return self.features.applied_version(group)

    def note_version(self, group: str, version: int) -> None:
        """Note that the commits up to this one are in here."""
        self.features.note_version(group, version)

    def put(self, group: str, new: pl.DataFrame, *, commit: Callable[[], int]) -> None:
        """Take new facts and commit them offline, both or neither."""
        if group == FEATURES:
            self.features.put(group, [new], commit=commit)
        else:
            self.last_days.put(group, new, commit=commit)

    def catch_up(self, group: str, facts: Facts) -> None:
        """Take the newest of everyone, and forget everything else."""
        positions = newest_facts(facts.clocks().with_row_index("_at"))
        values = facts.values_at(positions["_at"])
        newest = pl.concat([positions.drop("_at"), values], how="horizontal")
        if group == FEATURES:
            self.features.put(group, [newest], commit=lambda: facts.version, afresh=True)
        else:
            self.last_days.put(group, newest, commit=lambda: facts.version, afresh=True)

    def copy_under(self, renames: pl.DataFrame) -> None:
        """Let everyone be found by a new token, too."""
        self.features.copy_under(renames)

    def drop_aliases(self, renames: pl.DataFrame) -> None:
        """Let everyone be found by the new token alone, in no file by the old one."""
        self.features.drop_aliases(renames)

    def erase(self, token: EmployeeToken) -> None:
        """Forget a person, also in the write-ahead file."""
        self.features.erase(token)

    def problems(self) -> list[str]:
        """Return what the database's own check finds."""
        return damage(self._engine)
