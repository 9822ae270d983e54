"""The people of `signed_in_home` with scores of two months, put on the board by hand.

Person 2 leads 21 to 29 (20 has left); 22 opted out, 23 was never scored, 24's risk was low a month
before. Ids are those of `import_runs.panel`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from stayline.bootstrap import Ports
from stayline.domain.alert_policy import Bands
from stayline.domain.pseudonyms import EmployeeToken, pseudonym
from stayline.domain.risk_score import ModelIdentity
from stayline.domain.scores_alike import Alike
from stayline.ports.score_board import BoardEntry

MODEL = ModelIdentity(1, "sha256:of-a-test")
RISKS: Mapping[str, float] = {
    "20": 0.99, "21": 0.05, "22": 0.95, "24": 0.65, "25": 0.9, "26": 0.35, "27": 0.3,
    "28": 0.02, "29": 0.7, "30": 0.98, "101": 0.97,
}  # fmt: skip
BEFORE: Mapping[str, float] = {"24": 0.05, "29": 0.72, "27": 0.9}
TENTHS = (
    Alike(200, 0.05, 0.06, 0.03, 0.09),
    Alike(200, 0.35, 0.33, 0.27, 0.4),
    Alike(200, 0.7, 0.68, 0.6, 0.75),
    Alike(200, 0.9, 0.88, 0.82, 0.93),
)
_BANDS = Bands(medium=0.2, high=0.6)


def token_of(ports: Ports, hr_id: str) -> EmployeeToken:
    return pseudonym(ports.secrets.token_key(), hr_id)


def put_scores(ports: Ports, now: datetime) -> None:
    """Keep last month's scores, then those of this month; let one person opt out."""
    for risks, at in ((BEFORE, now - timedelta(days=30)), (RISKS, now - timedelta(hours=9))):
        entries = [
            BoardEntry(token_of(ports, one), risk, _BANDS.band_of(risk), (), MODEL, at, None, 0.16)
            for one, risk in risks.items()
        ]
        assert ports.scores.put(entries)
    ports.opt_outs.opt_out(token_of(ports, "22"), at=now)
