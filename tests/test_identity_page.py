"""What docs/identity.md says of roles is what the table says."""

import re
from pathlib import Path

from stayline.domain.roles import PERMITTED, PUBLIC, Operation, Role

PAGE = Path(__file__).parents[1] / "docs" / "identity.md"


def test_the_page_lists_what_each_role_may():
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    told = {role: set(re.findall(r"`(\w+)`", operations)) for role, operations in rows}
    assert told == {
        role.value: {
            operation.value
            for operation in Operation
            if role in PERMITTED[operation] and operation not in PUBLIC
        }
        for role in Role
    }
