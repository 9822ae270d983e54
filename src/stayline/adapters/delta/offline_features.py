"""The offline side of the feature store: one Delta table a feature group, both clocks kept."""

from typing import TYPE_CHECKING

import polars as pl

from stayline.adapters.delta.facts import Facts
from stayline.adapters.delta.places import Place, our_words
from stayline.errors import StoreDamaged, StoreRefused, StoreUnavailable
from stayline.ports.feature_store import EVENT_TIME, TOKEN, WRITE_TIME

if TYPE_CHECKING:
    from deltalake import WriterProperties

COMPACT_ABOVE_FILES = 64
ROWS_A_GROUP = 16_384
"""So few that a file, sorted by token, is read in part by who asks for a range of tokens."""
_CONFIGURATION = {"delta.dataSkippingStatsColumns": f"{EVENT_TIME},{WRITE_TIME}"}
"""Keeps tokens and values out of the log, where an erasure could not reach them."""


class OfflineFeatures:
    """Every fact ever written; nothing is overwritten, only erased.

    Whoever changes anything holds the store's writer lock; see `Locks`.
    """

    def __init__(self, place: Place) -> None:
        self._place = place

    def facts(self, group: str) -> Facts | None:
        """Return the facts as of the last commit; None where there is none."""
        with our_words(self._place, group):
            table = self._place.table(group)
            facts = Facts(self._place, group, table) if table else None
        return facts if facts and facts.files else None

    def add(self, group: str, new: pl.DataFrame) -> int:
        """Append rows, as `Facts.new` gives them, in one commit; return its version."""
        from deltalake import write_deltalake

        with our_words(self._place, group):
            table = self._place.table(group)
            write_deltalake(
                table or self._place.uri(group),
                new.sort(TOKEN, EVENT_TIME),
                mode="append",
                writer_properties=_row_groups(),
                configuration=None if table else _CONFIGURATION,
                storage_options=None if table else self._place.delta_options(),
                commit_properties=self._place.commit,
            )
        return self.version(group)

    def version(self, group: str) -> int:
        """Return the number of the group's last commit, -1 before the first."""
        with our_words(self._place, group):
            table = self._place.table(group)
            return -1 if table is None else table.version()

    def has_newer(self, group: str, than: int) -> bool:
        """Whether the group has a commit after this one; no table is opened where none has to be.

        Whoever opens a store asks this, and mostly hears that there is none.
        """
        return self._place.has_newer(group, than)

    def delete(self, group: str, keys: pl.DataFrame) -> int:
        """Take the facts of these keys out and return how many; `sweep` then frees the disk.

        ``keys`` has ``token``, and event and write time, too, where not all of a person goes. A
        merge, because a delete would write the token itself into the log.
        """
        facts = self.facts(group)
        if facts is None or not facts.holds_any(keys):
            return 0
        same = " AND ".join(f"kept.{name} = gone.{name}" for name in keys.columns)
        with our_words(self._place, group):
            gone = (
                facts.table.merge(
                    keys,
                    predicate=same,
                    source_alias="gone",
                    target_alias="kept",
                    commit_properties=self._place.commit,
                )
                .when_matched_delete()
                .execute()
            )
        return int(gone["num_target_rows_deleted"])

    def rename(self, group: str, renames: pl.DataFrame) -> bool:
        """Put ``token`` in the place of ``alias`` in one commit; return whether `sweep` is due."""
        facts = self.facts(group)
        if facts is None:
            return self.version(group) >= 0
        if not facts.holds_any(renames.select(pl.col("alias").alias(TOKEN))):
            return True  # an earlier try may have been killed before it swept
        with our_words(self._place, group):
            facts.table.merge(
                renames.select("alias", "token"),
                predicate=f"kept.{TOKEN} = renames.alias",
                source_alias="renames",
                target_alias="kept",
                commit_properties=self._place.commit,
            ).when_matched_update({TOKEN: "renames.token"}).execute()
        return True

    def files_at(self, group: str, version: int) -> set[str]:
        """Return the files of an earlier commit; none where the log no longer tells, or never."""
        from deltalake.exceptions import DeltaError

        try:
            table = self._place.table(group, version) if version >= 0 else None
        except DeltaError:
            return set()
        return set(table.file_uris()) if table else set()

    def has_many_files(self, group: str) -> bool:
        """Whether small files have piled up so far that `compact` pays."""
        facts = self.facts(group)
        return facts is not None and len(facts.files) > COMPACT_ABOVE_FILES

    def compact(self, group: str) -> None:
        """Put small files together; `sweep` then frees the disk."""
        with our_words(self._place, group):
            table = self._place.table(group)
            if table is not None:
                table.optimize.compact(
                    writer_properties=_row_groups(), commit_properties=self._place.commit
                )

    def sweep(self, group: str) -> None:
        """Remove every file the table no longer needs."""
        with our_words(self._place, group):
            table = self._place.table(group)
            if table is not None:
                self._place.sweep(table, group)

    def problems(self, group: str) -> list[str]:
        """Return what cannot be read, and files that are missing or torn."""
        try:
            facts = self.facts(group)
        except (StoreDamaged, StoreRefused, StoreUnavailable) as error:
            return [str(error)]
        return facts.problems() if facts else []


def _row_groups() -> "WriterProperties":
    from deltalake import WriterProperties

    return WriterProperties(max_row_group_size=ROWS_A_GROUP)
