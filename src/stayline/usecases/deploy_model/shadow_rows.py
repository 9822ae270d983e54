"""What a new version is tried on in the shadow: past requests, and people."""

from stayline.domain.pseudonyms import EmployeeToken
from stayline.formats.captured_inputs import captured_inputs
from stayline.modelling.shadow import ShadowRow
from stayline.ports.capture_log import CaptureLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import TOKEN, FeatureStore
from stayline.ports.opt_out_list import OptOutList


def shadow_rows(
    count: int, features: FeatureStore, opt_outs: OptOutList, capture: CaptureLog, clock: Clock
) -> list[ShadowRow]:
    """Return the newest captured requests, each once, and where they are fewer, people's features.

    Nobody who has opted out is among them. What a request did not hold, because the model of then
    did not read it, comes from the person's features.
    """
    if not count:
        return []
    barred = set(opt_outs.opted_out(at=clock.now()))
    rows, known = list[ShadowRow](), set[tuple[EmployeeToken | None, object]]()
    for record in capture.newest(count):
        values, token = captured_inputs(record) or ({}, None)
        key = token, frozenset(values.items())
        stored = features.get(token) if token is not None and token not in barred else None
        if values and key not in known and (token is None or stored is not None):
            known.add(key)
            rows.append(({**(stored.values if stored else {}), **values}, record.inferred_at))
    barred |= {token for token, _ in known if token is not None}
    for chunk in features.in_chunks(count):
        for token in chunk.get_column(TOKEN):
            if len(rows) == count:
                return rows
            stored = features.get(token) if token not in barred else None
            if stored is not None:
                rows.append((stored.values, stored.event_time))
    return rows
