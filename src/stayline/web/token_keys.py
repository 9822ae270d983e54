"""The token key that stands, asked for with every request and looked up four times a second."""

from time import monotonic

from stayline.ports.secrets import Secrets

FRESH_S = 0.25
"""How old what a server goes by may be. After a switch everyone is found under both keys for two
seconds, and opt-outs stand under all of a person's tokens for as long as there are any."""


class TokenKeyNow:
    """Looks a key up again once it is a quarter of a second old; safe to ask from any thread."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._known = secrets.token_key(), monotonic() + FRESH_S

    def __call__(self) -> bytes:
        """Return the key; raises what `Secrets.token_key` raises."""
        key, fresh_until = self._known
        if monotonic() < fresh_until:
            return key
        key = self._secrets.token_key()
        self._known = key, monotonic() + FRESH_S
        return key
