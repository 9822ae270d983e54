"""The token key that stands, found by its fingerprint among the secrets of a stack."""

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.stack_secrets import StackSecrets
from stayline.adapters.aws.table import Item, Table
from stayline.domain.pseudonyms import key_fingerprint
from stayline.errors import StoreDamaged, StoreUnavailable
from stayline.formats.token_key_text import key_of, new_key_text
from stayline.ports.token_key_book import TokenKeyBook

FIRST = "token-key"
_NEXT, _ALONE = "token-key-next", " "


class StackTokenKeys:
    """Knows the first key, ``token-key``, and those of rotations, ``token-key-<fingerprint>``.

    Which of them stands the book says; it is asked each time, and that is what makes every process
    change keys in the same instant. A key once read is kept for as long as the process runs, since
    its fingerprint names it: Secrets Manager is asked once a key and process.
    """

    def __init__(self, clients: Clients, secrets: StackSecrets, book: TokenKeyBook) -> None:
        self._secrets = secrets
        self._book = book
        self._notes = Table(clients, clients.resources.state_table, str, "the next token key")
        self._known: dict[str, bytes] = {}
        self._names: dict[str, str] = {}
        self._first: str | None = None

    def current(self) -> bytes:
        """Return the key that stands; the first call in a new stack makes one."""
        fingerprint = self._book.current() or self._first
        if fingerprint is None:
            self._first = self._keep(FIRST, self._secrets.made(FIRST, new_key_text))
            fingerprint = self._first
        return self.needed(fingerprint)

    def needed(self, fingerprint: str) -> bytes:
        """Return a key by its fingerprint; raises `StoreDamaged` when it is not at hand."""
        key = self.find(fingerprint)
        if key is None:
            problem = (
                f"the one with fingerprint {fingerprint} is nowhere. Restore it from a backup as "
                f"{self._secrets.place(_later(fingerprint))}."
            )
            raise StoreDamaged("The token key", problem)
        return key

    def is_there(self) -> bool:
        """Return whether the key that stands is at hand; makes none."""
        try:
            fingerprint = self._book.current()
        except (StoreDamaged, StoreUnavailable):  # told as what it is: of the book, not of the key
            fingerprint = None
        if fingerprint is not None:
            return self.find(fingerprint) is not None
        return self._read(FIRST) is not None

    def find(self, fingerprint: str) -> bytes | None:
        """Return a key by its fingerprint, None when it is not at hand."""
        for name in (_later(fingerprint), FIRST):
            if fingerprint not in self._known:
                self._read(name)
        return self._known.get(fingerprint)

    def place(self, fingerprint: str) -> str | None:
        """Return where a key is, None when it is not at hand."""
        if self.find(fingerprint) is None:
            return None
        return self._secrets.place(self._names[fingerprint])

    def next(self) -> bytes:
        """Return the key to change to; one made for a rotation that never began is taken up.

        Its fingerprint is noted first, so that one made just before a kill is found or not there.
        """
        noted = self._notes.get(_NEXT, _ALONE)
        if noted is not None and noted not in {key.fingerprint for key in self._book.history()}:
            key = self.find(noted)
            if key is not None:
                return key
        text = new_key_text()
        fingerprint = key_fingerprint(key_of(text, _NEXT))
        self._notes.put(Item(_NEXT, _ALONE, fingerprint))
        self._secrets.create(_later(fingerprint), text)
        self._keep(_later(fingerprint), text)
        return self._known[fingerprint]

    def remove(self, fingerprint: str) -> None:
        """Remove a key for good: no recovery window is left in which somebody could restore it."""
        if self.find(fingerprint) is not None:
            self._secrets.remove(self._names.pop(fingerprint))
            del self._known[fingerprint]

    def _read(self, name: str) -> str | None:
        text = self._secrets.read(name)
        return None if text is None else self._keep(name, text)

    def _keep(self, name: str, text: bytes) -> str:
        key = key_of(text, self._secrets.place(name))
        fingerprint = key_fingerprint(key)
        self._known[fingerprint], self._names[fingerprint] = key, name
        return fingerprint


def _later(fingerprint: str) -> str:
    return f"{FIRST}-{fingerprint}"
