"""Watch: alarms, figures over time, jobs, pipelines and what imports found."""

from stayline.web.portal.watch.alarms import acknowledge, alarm_page, alarms_page
from stayline.web.portal.watch.data import import_page, imports_page
from stayline.web.portal.watch.executions import execution_page, executions_page, log_page
from stayline.web.portal.watch.figures import figure_page, figures_page
from stayline.web.portal.watch.jobs import job_page, jobs_page
from stayline.web.portal.watch.overview import overview_page
from stayline.web.portal.watch.serving import serving_page

WATCH_HANDLERS = (
    *(overview_page, alarms_page, alarm_page, acknowledge, figures_page, figure_page),
    *(serving_page, jobs_page, job_page, executions_page, execution_page, log_page),
    *(imports_page, import_page),
)
