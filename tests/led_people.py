"""Some of IBM's people under two managers, whose every name is an attack on the page."""

from datetime import datetime

import polars as pl

from real_data import ibm_extract
from stayline.bootstrap import Ports
from stayline.domain.pseudonyms import EmployeeToken, pseudonym

HR_IDS = [str(number) for number in ibm_extract()["EmployeeNumber"].head(9)]
ANA, BO, CAI, DEE, ELI, FAY = HR_IDS[:6]
"""Ana leads Cai, Dee and Eli; Bo leads Fay and those behind."""
HOSTILE = "\"'><script>alert(1)</script>\u202e javascript:alert(2) {{7*7}}"


def lead(ports: Ports, at: datetime, *, name: str = HOSTILE) -> None:
    """Let people report to the two, from now on."""
    boss = dict.fromkeys(HR_IDS[2:5], ANA) | dict.fromkeys(HR_IDS[5:], BO)
    ports.directory.put(
        pl.DataFrame(
            {
                "token": [token_of(ports, one) for one in boss],
                "event_time": [at] * len(boss),
                "hr_id": list(boss),
                "display_name": [f"{name} {one}" for one in boss],
                "manager": [token_of(ports, one) for one in boss.values()],
            },
            schema_overrides={"event_time": pl.Datetime("us", "UTC")},
        )
    )


def token_of(ports: Ports, hr_id: str) -> EmployeeToken:
    """Return by what the portal's addresses know a person."""
    return pseudonym(ports.secrets.token_key(), hr_id)
