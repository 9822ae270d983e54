"""TLS from a certificate and its key; what does not fit is refused in words before it serves."""

import ssl
from pathlib import Path

from stayline.errors import SettingRefused
from stayline.settings import Settings


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Return what speaks TLS 1.2 or newer, None where no certificate is set.

    The files are read anew by each worker as it starts. Raises `SettingRefused` for a file that is
    missing or cannot be read, a key that others can read or that needs a passphrase, and for two
    that do not belong together.
    """
    if not settings.tls_cert and not settings.tls_key:
        return None
    if not settings.tls_cert or not settings.tls_key:
        missing = "tls_key" if settings.tls_cert else "tls_cert"
        raise SettingRefused(missing, "", "a file, since a certificate and its key go together")
    _readable("tls_cert", settings.tls_cert)
    if _readable("tls_key", settings.tls_key).stat().st_mode & 0o077:
        expected = "a file that only its owner can read (run `chmod 600` on it)"
        raise SettingRefused("tls_key", settings.tls_key, expected)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key, password=lambda: b"")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            expected = "the key of the certificate in tls_cert; it is the key of another one"
            raise SettingRefused("tls_key", settings.tls_key, expected) from None
        expected = f"a chain of certificates in PEM, and tls_key its key in PEM ({error.reason})"
        raise SettingRefused("tls_cert", settings.tls_cert, expected) from None
    return context


def _readable(setting: str, name: str) -> Path:
    path = Path(name)
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        expected = f"a file that can be read ({error.strerror})"
        raise SettingRefused(setting, name, expected) from None
