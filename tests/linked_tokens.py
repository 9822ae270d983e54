"""Which tokens are one person's, as a test says, beside what an opt-out list keeps in DynamoDB."""

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.table import Item, Table, Write
from stayline.domain.pseudonyms import EmployeeToken

Tokens = tuple[EmployeeToken, ...]


class LinkedTokens:
    """Keeps all tokens of a person under each of them; who is not linked has one."""

    def __init__(self, clients: Clients) -> None:
        self._table: Table[Tokens] = Table(
            clients, clients.resources.state_table, Tokens, "linked tokens"
        )

    def link(self, *tokens: EmployeeToken) -> None:
        self._table.put_all(Item("linked", one, tokens) for one in tokens)

    def as_known(self, token: EmployeeToken) -> tuple[Tokens, Write]:
        """Return every token of the person, and a write that changes nothing and holds if that is
        so still."""
        found = self._table.get("linked", token)
        if found is None:
            return (token,), Write("linked", token, if_new=True)
        return found, Write("linked", token, Item("linked", token, found), if_value=found)
