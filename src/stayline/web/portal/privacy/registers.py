"""Two registers: the law as it was last read, and what the organisation keeps on record."""

from dataclasses import fields
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from stayline.domain.register.words import ELSEWHERE, without_words
from stayline.domain.roles import Operation
from stayline.formats.compliance_policies import read_legal_register
from stayline.reports.compliance_page import LAW_WORDS
from stayline.usecases.keep_records import kind_named, name_of
from stayline.usecases.list_register import list_register
from stayline.web.gateway import Gateway
from stayline.web.portal.privacy.parts import privacy_page
from stayline.web.portal.privacy.words import RECORDS
from stayline.web.portal.visits import Visit, asks

_NEWEST = 50


@get("/privacy/register", sync_to_thread=True, opt=asks(Operation.READ_REGISTER))
def register_page(
    gateway: NamedDependency[Gateway], visit: NamedDependency[Visit]
) -> Response[Any]:
    """Show which laws bind and must be read again, and of which kinds nothing is on record."""
    ports = gateway.ports
    today, law = ports.clock.now().date(), read_legal_register(gateway.settings.home)
    kinds = list_register(register=ports.register)
    sources = [
        (one, LAW_WORDS[one.status_on(today)], law.is_stale(one, today))
        for one in law.sources.values()
    ]
    return privacy_page(
        visit,
        "register.html.j2",
        law=law,
        sources=sources,
        stale=sum(is_stale for _, _, is_stale in sources),
        kinds=[(name_of(one.kind), RECORDS[one.kind], one) for one in kinds],
        missing=sum(one.recorded_at is None for one in kinds),
        today=today,
    )


@get("/privacy/register/{kind:str}", sync_to_thread=True, opt=asks(Operation.READ_REGISTER))
def kind_page(
    gateway: NamedDependency[Gateway],
    visit: NamedDependency[Visit],
    kind: FromPath[str],
) -> Response[Any]:
    """Show the newest entries of a kind; what was said in words only to privacy roles."""
    record_type = kind_named(kind)
    entries = gateway.ports.register.history(record_type, newest=_NEWEST)
    is_privacy = visit.may(Operation.ANSWER_RIGHTS_REQUEST)
    return privacy_page(
        visit,
        "register_kind.html.j2",
        kind=name_of(record_type),
        about=RECORDS[record_type],
        names=[field.name for field in fields(record_type)],
        entries=[
            (one, one.record if is_privacy else without_words(one.record, ELSEWHERE))
            for one in reversed(entries)
        ],
        newest=_NEWEST,
    )


REGISTER_HANDLERS = (register_page, kind_page)
