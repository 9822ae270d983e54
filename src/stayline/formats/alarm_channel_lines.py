"""Where alarms go, as lines such as ``hook=json://...``."""

import re
from collections.abc import Mapping

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_TAKEN = frozenset({"log", "audit"})


def parse_alarm_channels(text: str, where: str) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return addresses by the name of their channel, and what is wrong with other entries.

    A line with ``#`` is a remark; spaces part entries, too. An entry that is none is told by its
    position, since its text may be a secret.

    >>> parse_alarm_channels("# ours\\nhook=json://h spoilt", "alarm-channels")[0]
    {'hook': 'json://h'}
    """
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    urls: dict[str, str] = {}
    problems = []
    for position, entry in enumerate(" ".join(lines).split(), 1):
        name, separator, url = entry.partition("=")
        if not (separator and url and _NAME.fullmatch(name)) or name in _TAKEN or name in urls:
            problems.append(
                f"entry {position} of {where} is not used: expected NAME=URL, with a name of its "
                "own in small letters, digits and hyphens"
            )
        else:
            urls[name] = url
    return urls, tuple(problems)
