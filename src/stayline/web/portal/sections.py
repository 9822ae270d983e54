"""The parts of the portal, in the order of its navigation. A new part starts with a line here."""

from stayline.domain.roles import Operation
from stayline.web.portal.models import MODEL_HANDLERS
from stayline.web.portal.privacy.handlers import PRIVACY_HANDLERS
from stayline.web.portal.section import Section
from stayline.web.portal.team import TEAM_HANDLERS
from stayline.web.portal.watch import WATCH_HANDLERS

SECTIONS: tuple[Section, ...] = (
    Section(
        "My team",
        "/team",
        "The people of your line, and whom to ask first how things are.",
        frozenset({Operation.VIEW_EMPLOYEE}),
        TEAM_HANDLERS,
        also=("/people",),
    ),
    Section(
        "Models",
        "/models",
        "What was trained, how good it is and for whom, who decided on it, and what serves.",
        frozenset({Operation.SEE_MODELS}),
        MODEL_HANDLERS,
    ),
    Section(
        "Watch",
        "/watch",
        "Alarms, drift and quality, jobs, pipelines and what imports found.",
        frozenset({Operation.SEE_MONITORING}),
        WATCH_HANDLERS,
    ),
    Section(
        "Privacy",
        "/privacy",
        "What people asked for, what is kept and for how long, and proof of what happened.",
        frozenset({Operation.READ_REGISTER}),
        PRIVACY_HANDLERS,
    ),
)
"""My team, Models, Watch, Privacy; a part without a page here is in no navigation."""
