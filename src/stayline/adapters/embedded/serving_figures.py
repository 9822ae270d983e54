"""The server's counts, read from the files that its worker processes count in."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from stayline.domain.serving_counts import Histogram, ServingCounts
from stayline.errors import StoreUnavailable

if TYPE_CHECKING:
    from prometheus_client.samples import Sample

_STORE = "The folder of metrics"


class FileServingFigures:
    """Reads ``metrics/*.db`` of a server's folder, and keeps the last look beside them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "metrics"
        self._kept = folder / "serving-counts.msgpack"

    def counts(self, at: datetime) -> ServingCounts | None:
        """Return what was counted until now; the name of the run is the server's own."""
        try:
            files = sorted(str(path) for path in self._folder.glob("*.db"))
            run = self._folder / "run-id"
            name = run.read_text("utf-8") if run.exists() else ""
            samples = _samples(files)
        except OSError as error:
            raise StoreUnavailable(_STORE, f"{error.strerror}.") from error
        if not files:
            return None
        is_running = any(_is_alive(file) for file in files)
        return ServingCounts(
            run=name,
            taken_at=at,
            endpoint_name=next((s.labels["EndpointName"] for s in samples), ""),
            is_running=is_running,
            requests=_total(samples, "Invocations_total"),
            nightly=_total(samples, "Invocations_total", Source="nightly"),
            client_errors=_total(samples, "Invocation4XXErrors_total"),
            server_errors=_total(samples, "Invocation5XXErrors_total"),
            model=_histogram(samples, "ModelLatency_bucket"),
            overhead=_histogram(samples, "OverheadLatency_bucket"),
            capture_lag_s=max(
                (s.value for s in samples if s.name == "CaptureLag" and is_running), default=None
            ),
        )

    def last(self) -> ServingCounts | None:
        """Return the counts kept last; a torn file is as good as none."""
        with suppress(FileNotFoundError, msgspec.MsgspecError):
            return msgspec.msgpack.decode(self._kept.read_bytes(), type=ServingCounts)
        return None

    def keep(self, counts: ServingCounts) -> None:
        """Write the counts whole beside the file, then put them in its place."""
        draft = self._kept.with_name(f"{self._kept.name}.{secrets.token_hex(8)}")
        told = msgspec.msgpack.encode(counts)
        try:
            draft.write_bytes(told)
            draft.replace(self._kept)
        except OSError as error:
            raise StoreUnavailable(_STORE, f"{error.strerror}.") from error


def _samples(files: Sequence[str]) -> "list[Sample]":
    from prometheus_client.multiprocess import MultiProcessCollector

    found = MultiProcessCollector.merge(files, accumulate=True)  # type: ignore[no-untyped-call]  # not annotated
    return [sample for metric in found for sample in metric.samples]


def _is_alive(file: str) -> bool:
    pid = Path(file).stem.rpartition("_")[2]
    return pid.isdigit() and Path(f"/proc/{pid}").exists()


def _total(samples: "Sequence[Sample]", name: str, **labels: str) -> int:
    wanted = labels.items()
    return round(sum(s.value for s in samples if s.name == name and wanted <= s.labels.items()))


def _histogram(samples: "Sequence[Sample]", name: str) -> Histogram:
    """Return the counts of all variants together; they share their bounds."""
    counts: dict[float, float] = {}
    for sample in samples:
        if sample.name == name:
            bound = float(sample.labels["le"])
            counts[bound] = counts.get(bound, 0.0) + sample.value
    bounds = sorted(counts)
    return Histogram(tuple(bounds), tuple(counts[bound] for bound in bounds))
