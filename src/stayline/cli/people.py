"""People named on the command line by their HR ids, as tokens."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stayline.bootstrap import Ports
    from stayline.domain.pseudonyms import EmployeeToken


def token_of(ports: "Ports", hr_id: str) -> "EmployeeToken":
    """Return the token of an HR id; raises `RequestRefused` for what can be none."""
    from stayline.domain.pseudonyms import pseudonym
    from stayline.domain.request_rows import checked_id

    return pseudonym(ports.secrets.token_key(), checked_id(hr_id))


def tokens_of(ports: "Ports", hr_id: str) -> "tuple[EmployeeToken, ...]":
    """Return every token of an HR id, the one that stands first: the log keeps older ones.

    Those of earlier keys, too, of somebody whom the directory no longer knows: an erased person.
    """
    from stayline.domain.pseudonyms import pseudonym
    from stayline.domain.request_rows import checked_id

    known = ports.directory.known_as(token_of(ports, hr_id))
    earlier = ports.secrets.earlier_token_keys().values()
    return tuple(dict.fromkeys((*known, *(pseudonym(key, checked_id(hr_id)) for key in earlier))))


def hr_ids_of(person: str | None, file: Path | None) -> list[str]:
    """Return the one HR id, or those of a file, one a line; raises `FileUnreadable`."""
    from stayline.cli.named_files import read_file

    if file is None:
        return [person] if person else []
    lines = read_file(file).decode("utf-8-sig", "replace").splitlines()
    return [line.strip() for line in lines if line.strip()]
