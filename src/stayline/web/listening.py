"""The address that requests come in at."""

import socket

from stayline.errors import SettingRefused
from stayline.settings import Settings

_MOST_WAITING = 2048


def listener(settings: Settings) -> socket.socket:
    """Return a listening socket; raises `SettingRefused` when the address cannot be used."""
    host, port = settings.host, settings.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise SettingRefused("host", host, "an address of this machine") from None
    family, kind, protocol, _, address = found[0]
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(_MOST_WAITING)
    except OSError as error:
        listening.close()
        expected = (
            f"a port that can be opened on {host} ({error.strerror}); choose another "
            "with --port, or 0 for any free one"
        )
        raise SettingRefused("port", str(port), expected) from None
    return listening


def url_of(listening: socket.socket) -> str:
    """Return the address as a URL."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
