"""Stores in memory that follow a change of tokens, and tell what they were asked to do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from stayline.adapters.aws.token_aliases import PersonTokens
from stayline.domain.opt_out import OptOut
from stayline.ports.import_ledger import ImportRecord


@dataclass
class KeptImports:
    """Records of imports, each with the fingerprint of its token key."""

    kept: list[ImportRecord] = field(default_factory=list)

    def records(self) -> list[ImportRecord]:
        return self.kept

    def follow_key(self, old: str, new: str) -> None:
        self.kept = [
            replace(one, key_fingerprint=new) if one.key_fingerprint == old else one
            for one in self.kept
        ]


@dataclass
class KeptOptOuts:
    """Opt-outs, each under every token of its person."""

    kept: list[OptOut] = field(default_factory=list)

    def everyone(self) -> list[OptOut]:
        return self.kept

    def erase(self, tokens: Collection[str]) -> int:
        before = len(self.kept)
        self.kept = [one for one in self.kept if one.token not in tokens]
        return before - len(self.kept)

    def share(self, tokens: Sequence[PersonTokens]) -> None:
        for person in tokens:
            theirs = [one for one in self.kept if one.token in person.everyone]
            under_all = [replace(one, token=token) for one in theirs for token in person.everyone]
            self.kept += [one for one in under_all if one not in self.kept]


@dataclass
class KeptNames:
    """Tokens of people, renamed some people at a time."""

    kept: list[str]
    calls: int = 0

    def rename(self, renames: pl.DataFrame) -> None:
        newer = dict(renames.iter_rows())
        self.kept = [newer.get(one, one) for one in self.kept]
        self.calls += 1
