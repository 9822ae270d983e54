from dataclasses import dataclass
from pathlib import Path

import pytest

from stayline.errors import SettingRefused
from stayline.formats.governance_toml import read_policy


@dataclass(frozen=True)
class Limits:
    days: int = 180
    places: tuple[str, ...] = ("EU",)


def test_no_file_and_no_section_mean_the_defaults(tmp_path: Path) -> None:
    assert read_policy(tmp_path, "retention", Limits) == Limits()
    (tmp_path / "governance.toml").write_text("[other]\n")
    assert read_policy(tmp_path, "retention", Limits) == Limits()


def test_a_section_sets_what_it_names_and_leaves_the_rest(tmp_path: Path) -> None:
    (tmp_path / "governance.toml").write_text('[a.b]\nplaces = ["IN", "US-CO"]\n')
    assert read_policy(tmp_path, "a.b", Limits) == Limits(180, ("IN", "US-CO"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[retention]\nday = 3\n", "day"),
        ("[retention]\ndays = 'x'\n", "int"),
        ("retention = 3\n", "table"),
        ("[retention\n", "TOML"),
    ],
)
def test_what_is_not_known_or_of_the_wrong_type_is_refused(
    tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "governance.toml").write_text(text)
    with pytest.raises(SettingRefused, match=told):
        read_policy(tmp_path, "retention", Limits)
