"""The value behind a reference: of a variable, of a file, or of AWS, which is loaded only then."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from stayline.errors import SecretUnavailable, SettingRefused
from stayline.formats.secret_references import (
    InFile,
    InSecretsManager,
    InVariable,
    parse_reference,
)

if TYPE_CHECKING:
    from stayline.adapters.aws.secrets import SecretsManager

LARGEST = 1 << 20


class SecretValues:
    """Reads secrets by reference; none is ever part of a message."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._aws: SecretsManager | None = None

    def read(self, setting: str, reference: str) -> bytes:
        """Return the value; raises `SettingRefused` and `SecretUnavailable`."""
        place = parse_reference(setting, reference)
        if isinstance(place, InVariable):
            value = self._environment.get(place.name)
            if value is None:
                raise SecretUnavailable(f"env:{place.name}", "the variable is not set")
            return value.encode("utf-8", "surrogateescape")
        if isinstance(place, InFile):
            return _of_file(place)
        return self._of_aws(place)

    def _of_aws(self, place: InSecretsManager) -> bytes:
        if self._aws is None:
            from stayline.adapters.aws.secrets import SecretsManager

            self._aws = SecretsManager()
        return self._aws.read(place)


def _of_file(place: InFile) -> bytes:
    """Read a file whose very descriptor was checked, so that nothing can be put in its place."""
    told = f"file:{place.path}"
    try:
        descriptor = os.open(place.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if Path(place.path).is_symlink():  # the words for what NOFOLLOW refused
            expected = "the file itself: whoever may change the link could give another secret"
            raise SettingRefused(told, "a symbolic link", expected) from None
        raise SecretUnavailable(told, f"{error.strerror}") from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise SettingRefused(told, "no regular file", "a file that holds the secret")
    with os.fdopen(descriptor, "rb") as file:
        if mode & 0o077:
            expected = "mode 0600 (run `chmod 600` on it)"
            raise SettingRefused(told, "open to its group or to others", expected)
        return file.read(LARGEST)
