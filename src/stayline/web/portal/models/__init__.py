"""The part of the portal about models: what was trained, who decided on it, what serves."""

from stayline.web.portal.models.comparison import comparison_page
from stayline.web.portal.models.deciding import approve, reject
from stayline.web.portal.models.deployments import deployments_page, roll_back
from stayline.web.portal.models.lists import list_page
from stayline.web.portal.models.version import version_page
from stayline.web.portal.models.waivers import file_a_waiver, waivers_page

MODEL_HANDLERS = (
    list_page,
    version_page,
    comparison_page,
    approve,
    reject,
    deployments_page,
    roll_back,
    waivers_page,
    file_a_waiver,
)
