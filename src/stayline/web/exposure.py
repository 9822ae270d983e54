"""May the API listen at an address in the clear?"""

import socket
from ipaddress import ip_address

from stayline.errors import SettingRefused
from stayline.settings import Settings
from stayline.web.forwarding import Forwarding


def check_exposure(settings: Settings) -> None:
    """Raise `SettingRefused` where other machines could reach the API without TLS.

    Loopback is fine. So is any address with a certificate, or with a declared proxy in front, which
    then is the one that ends TLS.
    """
    Forwarding(settings.trusted_proxy)
    if settings.tls_cert or settings.trusted_proxy:
        return
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        is_here = all(ip_address(str(one[4][0]).partition("%")[0]).is_loopback for one in found)
    except (OSError, ValueError):
        return  # an address that is none is refused where it is opened
    if not is_here:
        expected = (
            "an address of this machine alone, such as 127.0.0.1, while there is no TLS. Set "
            "tls_cert and tls_key (--tls-cert, --tls-key), or name the proxy that ends TLS in "
            "trusted_proxy"
        )
        raise SettingRefused("host", settings.host, expected)
