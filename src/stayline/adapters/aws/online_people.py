"""Each person's newest facts in SageMaker's online store, made from the offline facts."""

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.feature_names import COMMIT_ORDER, feature_names
from stayline.adapters.aws.feature_notes import FeatureNotes
from stayline.adapters.aws.feature_runtime import FeatureRuntime, Record
from stayline.adapters.aws.recent_writes import RecentWrites
from stayline.adapters.aws.record_texts import fact_row, order_of, order_text, record_texts
from stayline.adapters.delta.fact_frames import CLOCKS, GROUPS, newest_facts
from stayline.adapters.delta.facts import Facts
from stayline.adapters.delta.newest_facts import NewestFacts
from stayline.adapters.delta.offline_features import OfflineFeatures
from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.feature_store import FEATURES, OUTCOMES, TOKEN

Columns = Mapping[str, pl.DataType]


class OnlinePeople(FeatureNotes):
    """Follows the offline commits: what is committed there is then put here, never the other way.

    A record's order is the offline commit it was made from, so that a correction of the same event
    time has a later one, too: of two puts SageMaker keeps the right one, whichever comes last, and
    a repeated one changes nothing. Killed between commit and put, the next who opens or writes puts
    the rest: whoever has facts in files that came since.
    """

    def __init__(
        self, clients: Clients, offline: OfflineFeatures, everyone: Mapping[str, NewestFacts]
    ) -> None:
        super().__init__(clients)
        self._offline = offline
        self._everyone = everyone
        self._runtime = FeatureRuntime(clients)
        self._recent = RecentWrites()
        resources = clients.resources
        self._named = {FEATURES: resources.feature_group, OUTCOMES: resources.outcome_group}

    def newest(
        self, tokens: Sequence[str], columns: Mapping[str, Columns]
    ) -> Mapping[str, pl.DataFrame]:
        """Return the newest facts of few people, a frame for each group that has columns here.

        What this process wrote a moment ago is read offline while it does not show here yet.
        """
        records = self._runtime.get([self._named[group] for group in columns], tokens)
        return {
            group: self._frame(group, tokens, records[self._named[group]], kinds)
            for group, kinds in columns.items()
        }

    def known(self, tokens: Sequence[str]) -> set[str]:
        """Return of whom of few people there are features."""
        named = self._named[FEATURES]
        records = self._runtime.get([named], tokens, [TOKEN, COMMIT_ORDER])[named]
        stale = self._stale(FEATURES, tokens, records)
        return (records.keys() - stale) | set(self._offline_facts(FEATURES, stale)[TOKEN])

    def put(self, group: str, new: pl.DataFrame, *, commit: Callable[[], int]) -> None:
        """Commit new facts offline, then show the newest of these people here."""
        commit()
        facts = self._offline.facts(group)
        if facts is not None:
            self._show(group, facts, new[TOKEN])
            self.note_version(group, facts.version)

    def catch_up(self, group: str, facts: Facts) -> None:
        """Show the newest of whoever has facts in files that came since the noted commit."""
        before = self._offline.files_at(group, self.applied_version(group))
        files = [file for file in facts.files if file not in before]
        if files:
            self._show(group, facts, facts.people_of(files))
        self.note_version(group, facts.version)

    def copy_under(self, renames: pl.DataFrame) -> None:
        """Show everyone under the new token, too; who is gone since an earlier try goes there."""
        for group in GROUPS:
            facts = self._offline.facts(group)
            there = self._everyone[group].people(facts)[TOKEN] if facts else pl.Series([""])
            is_there = pl.col("alias").is_in(there.implode())
            if facts is not None:
                self._show(group, facts, renames.filter(is_there)["alias"], renames=renames)
            self._remove(group, renames.filter(~is_there)["token"])

    def drop_aliases(self, renames: pl.DataFrame) -> None:
        """Show everyone under the new token, and remove what stands under the old one."""
        for group in GROUPS:
            facts = self._offline.facts(group)
            if facts is not None:
                self._show(group, facts, renames["token"])
            self._remove(group, renames["alias"])

    def erase(self, token: EmployeeToken) -> None:
        """Remove a person's records physically."""
        for group in GROUPS:
            self._remove(group, pl.Series([token]))

    def problems(self) -> list[str]:
        """Return nothing: SageMaker checks what it keeps."""
        return []

    def _show(
        self, group: str, facts: Facts, people: pl.Series, *, renames: pl.DataFrame | None = None
    ) -> None:
        """Put the newest facts of these people, as of a commit; or of those renamed so."""
        for rows in self._everyone[group].slices(facts, of=people):
            shown = rows if renames is None else _renamed(rows, renames)
            names = feature_names(name for name in rows.columns if name not in CLOCKS)
            texts = (record_texts(row, names, facts.version) for row in shown.iter_rows(named=True))
            self._runtime.put(self._named[group], texts)
            self._recent.note(group, shown[TOKEN].to_list(), facts.version)

    def _remove(self, group: str, people: pl.Series) -> None:
        order = self._offline.version(group) + 1
        self._runtime.remove(self._named[group], people, order_text(order))
        self._recent.note(group, people.to_list(), order)

    def _frame(
        self,
        group: str,
        tokens: Sequence[str],
        records: Mapping[str, Record],
        columns: Columns,
    ) -> pl.DataFrame:
        stale = self._stale(group, tokens, records)
        names = feature_names(name for name in columns if name not in CLOCKS)
        rows = [
            fact_row(record, names, columns)
            for token, record in records.items()
            if token not in stale
        ]
        fresh = self._offline_facts(group, stale)
        shown = pl.DataFrame(rows, schema=pl.Schema(columns), orient="row")
        return pl.concat([shown, fresh.select(list(columns))]) if fresh.height else shown

    def _stale(self, group: str, tokens: Sequence[str], records: Mapping[str, Record]) -> set[str]:
        """Return of whom something newer was written here a moment ago than is shown."""
        orders = {token: order_of(record[COMMIT_ORDER]) for token, record in records.items()}
        is_newer = self._recent.is_newer
        return {token for token in tokens if is_newer(group, token, orders.get(token, -1))}

    def _offline_facts(self, group: str, people: set[str]) -> pl.DataFrame:
        facts = self._offline.facts(group) if people else None
        if facts is None:
            return pl.DataFrame(schema={TOKEN: pl.String})
        return newest_facts(facts.of_people(sorted(people)))


def _renamed(rows: pl.DataFrame, renames: pl.DataFrame) -> pl.DataFrame:
    newer = renames.select(pl.col("alias").alias(TOKEN), pl.col("token").alias("_newer"))
    joined = rows.join(newer, on=TOKEN)
    return joined.with_columns(pl.col("_newer").alias(TOKEN)).drop("_newer")
