"""What a new version is tried on in the shadow: past requests, and people."""

from stayline.domain.pseudonyms import EmployeeToken
from stayline.formats.captured_inputs import captured_inputs
from stayline.modelling.shadow import ShadowRow
from stayline.ports.capture_log import CaptureLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import TOKEN, FeatureStore
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.scoring_control import ScoringControl


def shadow_rows(
    count: int,
    features: FeatureStore,
    opt_outs: OptOutList,
    control: ScoringControl,
    capture: CaptureLog,
    clock: Clock,
) -> list[ShadowRow]:
    """Return the newest captured requests, each once, and where they are fewer, people's features.

    Nobody who has opted out or is outside a pilot is among them; raises `ScoringStopped`. What a
    request did not hold, because the model of then did not read it, comes from the person's
    features.
    """
    if not count:
        return []
    scope = control.scope()
    barred = set(opt_outs.opted_out(at=clock.now()))
    rows, known = list[ShadowRow](), set[tuple[EmployeeToken | None, object]]()
    for record in capture.newest(count):
        values, token = captured_inputs(record) or ({}, None)
        key = token, frozenset(values.items())
        stored = features.get(token) if token is not None and token not in barred else None
        if token is None:
            is_inside = not scope.closed and not scope.contradictions(values)
        else:
            is_inside = stored is not None and scope.includes(stored.values)
        if values and key not in known and is_inside:
            known.add(key)
            rows.append(({**(stored.values if stored else {}), **values}, record.inferred_at))
    barred |= {token for token, _ in known if token is not None}
    for chunk in features.in_chunks(count):
        for token in chunk.get_column(TOKEN):
            if len(rows) == count:
                return rows
            stored = features.get(token) if token not in barred else None
            if stored is not None and scope.includes(stored.values):
                rows.append((stored.values, stored.event_time))
    return rows
