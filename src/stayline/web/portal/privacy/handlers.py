"""Every page of this part."""

from stayline.web.portal.privacy.compliance import COMPLIANCE_HANDLERS
from stayline.web.portal.privacy.holds import HOLD_HANDLERS
from stayline.web.portal.privacy.opt_outs import OPT_OUT_HANDLERS
from stayline.web.portal.privacy.overview import privacy_overview
from stayline.web.portal.privacy.registers import REGISTER_HANDLERS
from stayline.web.portal.privacy.requests import REQUEST_HANDLERS
from stayline.web.portal.privacy.retention import RETENTION_HANDLERS
from stayline.web.portal.privacy.trail import TRAIL_HANDLERS

PRIVACY_HANDLERS = (
    privacy_overview,
    *REQUEST_HANDLERS,
    *OPT_OUT_HANDLERS,
    *HOLD_HANDLERS,
    *RETENTION_HANDLERS,
    *TRAIL_HANDLERS,
    *COMPLIANCE_HANDLERS,
    *REGISTER_HANDLERS,
)
