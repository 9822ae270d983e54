"""No table of the state database that names people is forgotten when tokens change."""

from importlib import import_module
from pathlib import Path

from stayline.adapters import embedded
from stayline.adapters.embedded.renaming import RENAMED
from stayline.adapters.embedded.tables import STATE

NAMES_OF_PEOPLE = {"token", "subject", "employee", "employee_token", "person_token", "manager"}
NOT_RENAMED = {
    "audit_events.subject": "append-only: aliases lead from its tokens to people",
    "opt_outs.token": "stands under every token of a person",
    "role_grants.subject": "is what the identity provider calls somebody who signs in",
    "token_aliases.token": "is what leads from old tokens to new ones",
    "waivers.subject": "names a gate's subject, nobody",
}


def test_every_column_that_names_people_is_renamed_or_has_its_reason():
    for path in Path(embedded.__file__).parent.glob("*tables.py"):  # each adds its own to STATE
        import_module(f"{embedded.__name__}.{path.stem}")
    found = {str(c) for table in STATE.sorted_tables for c in table.c if c.name in NAMES_OF_PEOPLE}
    assert found - {str(column) for column in RENAMED} == set(NOT_RENAMED)
