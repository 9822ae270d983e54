"""One version: evidence, card, groups of people, where it comes from, and what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from markupsafe import Markup

from stayline.domain.callers import Caller
from stayline.domain.column_words import facet_in_words
from stayline.domain.roles import Operation
from stayline.formats.card_figures import GroupText
from stayline.formats.model_card import CardRecord
from stayline.modelling.gating.verdict_words import verdict_words
from stayline.reports import numbers
from stayline.reports.metric_rows import metric_rows
from stayline.usecases.list_models import tally
from stayline.usecases.review_model import MOST_EVENTS, review_model
from stayline.web.gateway import Gateway
from stayline.web.portal import pages
from stayline.web.portal.done import just_done
from stayline.web.portal.interval_picture import interval_picture
from stayline.web.portal.models.asked import STATUSES, version_of
from stayline.web.portal.models.log_words import log_lines
from stayline.web.portal.plain_words import plain_words
from stayline.web.portal.visits import Visit, asks

MOST_REASONS = 12
MOST_GROUPS = 60
DONE = {
    "approved": "The version is approved",
    "rejected": "The version is rejected",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """A decision that was refused: what somebody wanted, wrote, and was told."""

    what: str = ""
    reason: str = ""
    problem: str = ""


@get("/models/{version:str}", sync_to_thread=True, opt=asks(Operation.SEE_MODELS))
def version_page(
    gateway: NamedDependency[Gateway],
    caller: NamedDependency[Caller],
    visit: NamedDependency[Visit],
    version: FromPath[str],
    done: FromQuery[str] = "",
) -> Response[Any]:
    """Show a version, with the forms to decide on it for whoever may."""
    told = DONE.get(just_done(done, gateway=gateway, visit=visit), "")
    return shown(gateway, caller, visit, version_of(version), done=told)


def shown(
    gateway: Gateway,
    caller: Caller,
    visit: Visit,
    version: int,
    *,
    done: str = "",
    attempt: Attempt = Attempt(),
    status: HTTPStatus = HTTPStatus.OK,
) -> Response[Any]:
    """Return the page of a version, after a decision that was refused with what was written."""
    from stayline.reports import card_words  # with numpy, which a gateway otherwise need not load
    from stayline.usecases.account_for_model import account_for_model

    ports = gateway.ports
    review = review_model(
        version,
        by=caller.subject if visit.may(Operation.DECIDE_ON_MODELS) else None,
        registry=ports.registry,
        audit=ports.audit,
        clock=ports.clock,
    )
    card = account_for_model(version, registry=ports.registry).card
    record, groups = card.record, card.record.fairness.groups if card.record.fairness else ()
    serving = ports.registry.serving()
    return pages.page(
        visit,
        "models/version.html.j2",
        status=status,
        review=review,
        objection=plain_words(review.objection) if review.objection else "",
        card=card,
        words=card_words,
        gates=tally(review.gates),
        verdict_words=verdict_words,
        statuses=STATUSES,
        serving=None if serving is None else serving.version,
        metrics=list(metric_rows(record.evaluations)),
        groups=groups[:MOST_GROUPS],
        left_out=max(0, len(groups) - MOST_GROUPS),
        pictures=_pictures(record, groups),
        reasons=list(record.reasons.items())[:MOST_REASONS],
        log=log_lines(review),
        most_events=MOST_EVENTS,
        attempt=attempt,
        done=done,
    )


def _pictures(record: CardRecord, groups: Sequence[GroupText]) -> Mapping[str, Markup]:
    if record.fairness is None or not groups:
        return {}
    limit = record.fairness.largest_recall_difference
    return {
        "recall": interval_picture(
            [(_group(one), one.recall) for one in groups],
            key="recall",
            name="Recall by group",
            written=numbers.percent,
        ),
        "difference": interval_picture(
            [(_group(one), one.differences.get("recall")) for one in groups],
            key="difference",
            name="Difference in recall by group",
            written=numbers.points,
            tick=lambda at: f"{100 * at:+.0f}".replace("-", "\N{MINUS SIGN}").replace("+0", "0"),
            line=0.0,
            limits=(-limit, limit),
        ),
    }


def _group(one: GroupText) -> str:
    return f"{facet_in_words(one.facet)}: {one.group}"
