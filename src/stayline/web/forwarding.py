"""Where a request comes from when a proxy stands in between."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from stayline.errors import SettingRefused
from stayline.web.calls import Call

_FORWARDED_FOR = b"x-forwarded-for"


class Forwarding:
    """Believes X-Forwarded-For of one proxy, or of a network of them, and of nobody else."""

    def __init__(self, trusted_proxy: str) -> None:
        """Take an address or a network; empty for none. Raises `SettingRefused`."""
        self._trusted: IPv4Network | IPv6Network | None = None
        if trusted_proxy:
            try:
                self._trusted = ip_network(trusted_proxy, strict=False)
            except ValueError:
                expected = "an address or a network, such as 10.0.0.7 or 10.0.0.0/24"
                raise SettingRefused("trusted_proxy", trusted_proxy, expected) from None

    def client(self, call: Call) -> str:
        """Return the address that a call came from, as far as it can be believed.

        Of the addresses that proxies noted, the last one that is no trusted proxy: whatever stands
        before it may be made up by the caller.
        """
        peer = call.client or ""
        if self._trusted is None or not self.is_proxy(peer):
            return peer
        noted = ",".join(
            value.decode("latin-1") for name, value in call.headers if name == _FORWARDED_FOR
        )
        for part in reversed(noted.split(",")):
            address = part.strip()
            if _address(address) is None:
                break
            if not self.is_proxy(address):
                return address
        return peer

    def is_proxy(self, client: str | None) -> bool:
        """Whether it is the proxy: nothing that comes from there is from somebody at this machine.

        >>> Forwarding("10.0.0.0/24").is_proxy("10.0.0.9"), Forwarding("").is_proxy("10.0.0.9")
        (True, False)
        """
        if self._trusted is None:
            return False
        address = _address(client or "")
        return address is not None and address in self._trusted


@lru_cache(maxsize=1024)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address of a text, None for none; one of IPv4 in IPv6's form is that of IPv4."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
