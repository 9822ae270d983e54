"""A drafted document as JSON."""

import msgspec

from stayline.domain.compliance.drafts import TO_FILL_IN, Draft


def draft_json(draft: Draft) -> bytes:
    """Return the draft as indented JSON; what is open has the status ``TO FILL IN``."""
    form = {
        "subject": draft.subject,
        "title": draft.title,
        "made_at": draft.made_at,
        "covers": draft.covers,
        "to_fill_in": draft.open_items,
        "sections": [
            {
                "provision": section.provision,
                "title": section.title,
                "items": [
                    {"status": TO_FILL_IN if item.is_open else "stated", "text": item.text}
                    for item in section.items
                ],
            }
            for section in draft.sections
        ],
    }
    return msgspec.json.format(msgspec.json.encode(form)) + b"\n"
