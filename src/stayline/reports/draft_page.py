"""A drafted document as a page for people, with what is open marked so."""

from stayline.domain.compliance.drafts import TO_FILL_IN, Draft
from stayline.reports.pages import rendered


def draft_page(draft: Draft) -> str:
    """Return the draft as one HTML page that loads nothing; equal drafts give equal bytes."""
    sections = [
        (f"part-{number}", section.title) for number, section in enumerate(draft.sections, 1)
    ]
    return rendered("draft.html.j2", sections=sections, draft=draft, mark=TO_FILL_IN)
