"""The people of a home that is mounted beside a model, for rows that only name one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from stayline.adapters.embedded.database import open_of_home
from stayline.adapters.embedded.feature_store import DeltaFeatureStore
from stayline.adapters.embedded.opt_out_list import SqliteOptOutList
from stayline.adapters.embedded.secrets import FileSecrets
from stayline.adapters.embedded.token_key_book import SqliteTokenKeyBook
from stayline.domain.pseudonyms import pseudonym
from stayline.domain.risk_score import FieldValue
from stayline.domain.secrets_policy import SecretsPolicy
from stayline.errors import (
    FieldProblem,
    HasOptedOut,
    NoLongerEmployed,
    RequestRefused,
    UnknownEmployee,
)
from stayline.formats.governance_toml import read_policy
from stayline.ports.feature_store import FeatureStore
from stayline.ports.opt_out_list import OptOutList
from stayline.settings import load_settings

HOME_VARIABLE = "STAYLINE_HOME"


class People(Protocol):
    """Knows a person's features by HR id."""

    def features(
        self, hr_id: str, path: str, at: datetime
    ) -> tuple[Mapping[str, FieldValue], datetime]:
        """Return the newest values and when they were true; refuses whoever is not to be scored."""
        ...


class Nobody:
    """No home is mounted: a row must bring its fields."""

    def features(
        self, hr_id: str, path: str, at: datetime
    ) -> tuple[Mapping[str, FieldValue], datetime]:
        """Raise `RequestRefused`."""
        told = f"nobody is known here, since no home is mounted ({HOME_VARIABLE}); send the fields"
        raise RequestRefused([FieldProblem(path, told)])


@dataclass(frozen=True, slots=True)
class PeopleOfHome:
    """Reads the online features and the opt-outs of a home."""

    store: FeatureStore
    opt_outs: OptOutList
    secrets: FileSecrets

    def features(
        self, hr_id: str, path: str, at: datetime
    ) -> tuple[Mapping[str, FieldValue], datetime]:
        """Return the newest values of a person who may be scored."""
        token = pseudonym(self.secrets.token_key(), hr_id)
        if self.opt_outs.is_opted_out(token, at=at):
            raise HasOptedOut(token, path)
        record = self.store.get(token)
        if record is None:
            raise UnknownEmployee(token, path)
        if self.store.has_left(token, at=at):
            raise NoLongerEmployed(token, path)
        return record.values, record.event_time


def people(environment: Mapping[str, str]) -> People:
    """Return the people of the home that the environment names, if a workforce is in it.

    Raises `StoreDamaged` and `StoreUnavailable`.
    """
    home = Path(environment.get(HOME_VARIABLE) or "")
    if not environment.get(HOME_VARIABLE):
        return Nobody()
    url = load_settings(environment, home=home).database_url
    if not url and not (home / "online.db").is_file():
        return Nobody()
    state = open_of_home(home, "state", url)
    policy = partial(read_policy, home, "secrets", SecretsPolicy)
    book = SqliteTokenKeyBook(state)
    secrets = FileSecrets(home / "secrets", environment, policy=policy, book=book)
    secrets.token_key()  # one that cannot be read is told before anybody asks
    return PeopleOfHome(
        DeltaFeatureStore.in_folder(open_of_home(home, "online", url), home / "offline"),
        SqliteOptOutList(state),
        secrets,
    )
