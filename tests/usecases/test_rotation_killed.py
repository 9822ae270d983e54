"""Kill -9 in the middle of a rotation: opt-outs hold, and the same command completes it."""

import subprocess
import sys
from pathlib import Path

import pytest

from import_runs import Home, home_with_the_key_of, panel
from rotations import rotate
from stayline.domain.pseudonyms import key_fingerprint, pseudonym
from stayline.errors import RotationUnderWay
from stores import NOON

PEOPLE = 60
SCRIPT = Path(__file__).parents[1] / "rotations.py"


def killed_after(home: Path, step: int) -> None:
    """Rotate in a process that is killed as soon as it tells of a step."""
    command = [sys.executable, str(SCRIPT), str(home), "0.3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.strip() == str(step):
                break
        process.kill()


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_a_rotation_killed_at_a_step_serves_everyone_and_is_completed_by_the_next(tmp_path, step):
    extract, other = tmp_path / "panel.csv", tmp_path / "other.csv"
    panel(people=PEOPLE, months=3).write_csv(extract)
    panel(people=3, months=1).write_csv(other)
    home = Home(tmp_path / "home")
    home.take(extract)
    first_key = home.ports.secrets.token_key()
    tokens = [pseudonym(first_key, str(person)) for person in range(PEOPLE)]
    home.ports.opt_outs.opt_out(tokens[1], at=NOON)

    killed_after(home.folder, step)

    after = Home(home.folder, home.clock)
    ports, key = after.ports, after.ports.secrets.token_key()
    now = [pseudonym(key, str(person)) for person in range(PEOPLE)]
    assert (key != first_key) == (step >= 3)
    assert ports.features.known(now) == set(now)
    assert all(ports.directory.find(token).hr_id == str(n) for n, token in enumerate(now))
    assert ports.opt_outs.opted_out_of(now, at=NOON) == {now[1]}
    ports.opt_outs.opt_out(now[2], at=NOON)
    if step > 1:
        with pytest.raises(RotationUnderWay):
            after.take(other)

    rotation = rotate(ports)

    new = [pseudonym(ports.secrets.token_key(), str(person)) for person in range(PEOPLE)]
    assert (rotation.old, rotation.was_resumed) == (key_fingerprint(first_key), step > 1)
    assert set(ports.features.newest()["token"]) == set(new)
    assert set(ports.directory.hr_ids()["token"]) == set(new)
    assert set(after.facts("features")["token"]) == set(new)
    assert ports.opt_outs.opted_out(at=NOON) == {tokens[1], tokens[2], new[1], new[2]}
    assert len(list((home.folder / "secrets").glob("token-key-*"))) == 1
    assert after.problems() == []
    assert after.take(other).landed == 3


def test_a_killed_rotation_is_completed_to_what_a_calm_one_gives(tmp_path):
    extract = tmp_path / "panel.csv"
    panel(people=PEOPLE, months=3).write_csv(extract)
    calm = Home(tmp_path / "calm")
    calm.take(extract)
    other = home_with_the_key_of(calm, tmp_path / "killed")
    other.take(extract)
    before = calm.contents()
    killed_after(other.folder, 4)
    rotate(other.ports)
    values = [name for name in before["features"].columns if name != "token"]
    found = other.contents()["features"].select(values).sort(values)
    assert found.equals(before["features"].select(values).sort(values))
