import json

import pytest

from stayline.domain.audit_chain import CHAIN_START, CheckpointList
from stayline.errors import SettingRefused
from stores import HOUR, NOON, Backend

LINK = "ab" * 32


def test_there_are_no_checkpoints_at_first(backend: Backend) -> None:
    assert backend.checkpoints().kept() == CheckpointList(())
    assert backend.checkpoints().read(b"") == CheckpointList(())


def test_each_names_the_one_before_and_comes_back_equal(backend: Backend) -> None:
    first = backend.checkpoints().sign(3, LINK, NOON)
    second = backend.checkpoints().sign(5, LINK, NOON + HOUR)
    assert (first.position, first.link, first.at, first.before) == (3, LINK, NOON, CHAIN_START)
    assert second.before == first.digest
    assert second.key == first.key
    assert backend.checkpoints().kept() == CheckpointList((first, second))


def test_a_printed_line_is_read_again(backend: Backend) -> None:
    one = backend.checkpoints().sign(3, LINK, NOON)
    line = backend.checkpoints().written(one)
    assert backend.checkpoints().read(f"{line}\n".encode()) == CheckpointList((one,))


def test_the_public_key_stays_and_checks_a_copy(backend: Backend) -> None:
    key = backend.checkpoints().public_key()
    one = backend.checkpoints().sign(3, LINK, NOON)
    line = backend.checkpoints().written(one).encode() + b"\n"
    assert backend.checkpoints().public_key() == key
    assert backend.checkpoints().read(line, key).checkpoints == (one,)
    assert backend.checkpoints().kept(key).checkpoints == (one,)


@pytest.mark.parametrize("key", [b"", b"no key", b"\xff", b"-----BEGIN PUBLIC KEY-----\n"])
def test_what_is_no_key_is_refused(backend: Backend, key: bytes) -> None:
    with pytest.raises(SettingRefused, match="public key"):
        backend.checkpoints().read(b"", key)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("position", 4),
        ("link", "cd" * 32),
        ("at", "2026-03-01T12:00:01Z"),
        ("before", "cd" * 32),
        ("signature", "cd" * 64),
        ("signature", "no hex"),
        ("signature", ""),
    ],
)
def test_a_changed_checkpoint_is_told(backend: Backend, name: str, value: object) -> None:
    one = json.loads(backend.checkpoints().written(backend.checkpoints().sign(3, LINK, NOON)))
    changed = json.dumps(one | {name: value}).encode() + b"\n"
    found = backend.checkpoints().read(changed)
    assert found.checkpoints == ()
    assert "line 1" in found.problems[0]


def test_a_removed_one_in_the_middle_is_told(backend: Backend) -> None:
    made = [backend.checkpoints().sign(number, LINK, NOON) for number in range(3)]
    lines = [backend.checkpoints().written(one) + "\n" for one in made]
    found = backend.checkpoints().read((lines[0] + lines[2]).encode())
    assert found.checkpoints == (made[0],)
    assert found.problems == (
        "the checkpoint in line 2 does not follow the one before: one was removed, added or moved",
    )


@pytest.mark.parametrize(
    "line", [b"{}", b"", b"\xff\xfe", b"[1]", b'{"position": -1}', b"\x00" * 9]
)
def test_a_line_that_is_no_checkpoint_is_told(backend: Backend, line: bytes) -> None:
    one = backend.checkpoints().sign(3, LINK, NOON)
    text = backend.checkpoints().written(one).encode() + b"\n" + line + b"\n"
    found = backend.checkpoints().read(text)
    assert found.checkpoints == (one,)
    assert found.problems == ("line 2 of the checkpoints is no checkpoint",)


def test_a_torn_last_line_was_never_told_of(backend: Backend) -> None:
    one = backend.checkpoints().sign(3, LINK, NOON)
    line = backend.checkpoints().written(one).encode()
    assert backend.checkpoints().read(line + b"\n" + line[:40]) == CheckpointList((one,))
