from pathlib import Path

import polars as pl

from stores import ANA, BO, NOON, EmbeddedBackend, SetClock


def test_an_erased_person_is_in_no_file_of_the_directory_or_the_protected_attributes(
    tmp_path: Path,
) -> None:
    backend = EmbeddedBackend(tmp_path)
    directory, protected = backend.directory(), backend.protected(SetClock())
    names = pl.DataFrame(
        {
            "token": [ANA, BO],
            "event_time": [NOON, NOON],
            "hr_id": ["17", "18"],
            "display_name": ["Unmistakable Person", "Other"],
            "manager": [BO, None],
        }
    )
    directory.put(names)
    religion = pl.DataFrame({"token": [ANA], "event_time": [NOON], "Religion": ["unmistakable"]})
    protected.put(religion)
    directory.erase(ANA)
    protected.erase(ANA)
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    backend.close()
    assert b"unmistakable" not in kept.lower()
    assert ANA.encode() not in kept
    assert BO.encode() in kept
