"""``python -m stayline.container PROGRAM``: run one program by the platform's exit rules.

0 means success. Anything else is a failure, whose cause is left in ``output/failure`` and
``output/message``. An error of ours is told in its own words, which never hold personal data, and
one of the system by its number; of any other error only its class and place are told, since its
words may quote a row.
"""

import errno
import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module

from stayline.container.platform import Platform, say
from stayline.errors import StaylineError

PROGRAMS = {
    "prepare": "prepare",
    "train": "train",
    "evaluate": "evaluate",
    "check-gates": "gates",
    "transform": "transform",
    "monitor": "monitor",
    "serve": "serve",
}
_IN_WORDS = re.compile(r"\(os error (\d+)\)")
USAGE = f"usage: python -m stayline.container {{{','.join(PROGRAMS)}}}"


def main(arguments: Sequence[str]) -> int:
    """Run the named program and return its exit code: 0, 1 for a failure, 2 for a wrong call."""
    if len(arguments) != 1 or arguments[0] not in PROGRAMS:
        say(USAGE)
        return 2
    platform = Platform.here(os.environ)
    program: Callable[[Platform], None] = import_module(
        f"stayline.container.{PROGRAMS[arguments[0]]}"
    ).run
    try:
        program(platform)
    except StaylineError as error:
        return _failed(platform, str(error))
    except Exception as error:
        say("".join(traceback.format_tb(error.__traceback__)))
        return _failed(platform, _refused_by_system(error) or _fault(error))
    return 0


def _refused_by_system(error: Exception) -> str:
    """Tell an error of the system by its number, without its words, which may hold a path.

    Polars tells the number of what its Rust core met in its text alone. Empty for other errors.
    """
    in_words = _IN_WORDS.search(str(error))
    number = error.errno if isinstance(error, OSError) else None
    number = number or (int(in_words[1]) if in_words else 0)
    if number not in errno.errorcode:
        return ""
    told = f"{os.strerror(number)} ({errno.errorcode[number]})"
    if number in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full: {told}. Free some space."
    return f"the system refused to read or write: {told}."


def _fault(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"{type(error).__name__} in {place.name}, line {place.lineno}. This is a fault of the "
        "program; its words are left out, since they may quote a row."
    )


def _failed(platform: Platform, why: str) -> int:
    say(why)
    platform.report_failure(why)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
