"""``python -m stayline.container PROGRAM``: run one program by the platform's exit rules.

0 means success. Anything else is a failure, whose cause is left in ``output/failure`` and
``output/message``. An error of ours is told in its own words, which never hold personal data; of
any other error only its class and place are told, since its words may quote a row.
"""

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module

from stayline.container.platform import Platform, say
from stayline.errors import StaylineError

PROGRAMS = {"prepare": "prepare", "train": "train", "evaluate": "evaluate", "check-gates": "gates"}
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
        place = traceback.extract_tb(error.__traceback__)[-1]
        say("".join(traceback.format_tb(error.__traceback__)))
        return _failed(
            platform,
            f"{type(error).__name__} in {place.name}, line {place.lineno}. This is a fault of "
            "the program; its words are left out, since they may quote a row.",
        )
    return 0


def _failed(platform: Platform, why: str) -> int:
    say(why)
    platform.report_failure(why)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
