"""Import an HR extract: good rows part ways into the stores, bad rows into a reject file."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import polars as pl

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.import_report import ImportReport
from stayline.domain.pseudonyms import key_fingerprint
from stayline.domain.register.rights import Erasure
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.errors import ExtractUnreadable, SettingRefused, StoreDamaged
from stayline.formats.extract import extract_batches
from stayline.formats.reject_file import RejectFile, reject_path
from stayline.formats.schema_toml import schema_digest
from stayline.modelling.erased_rows import without_erased
from stayline.modelling.parting import part_rows
from stayline.modelling.repeated_rows import RepeatedRows, SiftedRows
from stayline.modelling.tokens import TokenBook, aliases_of
from stayline.modelling.validation import HR_ID, ROW, check_header, validate_rows
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.directory import Directory
from stayline.ports.feature_store import FEATURES, OUTCOMES, TOKEN, FeatureStore
from stayline.ports.governance_register import GovernanceRegister
from stayline.ports.import_ledger import ImportLedger, ImportRecord
from stayline.ports.protected_attributes import ProtectedAttributes
from stayline.ports.secrets import Secrets

ROWS_A_BATCH = 200_000
FIRST_ROW = 2
"""The header is row 1, as a spreadsheet shows it."""
_BYTES_A_READ = 1 << 20


def import_workforce(
    path: Path,
    *,
    schema: WorkforceSchema,
    as_of: datetime | None,
    actor: str,
    rejects: Path,
    features: FeatureStore,
    protected: ProtectedAttributes,
    directory: Directory,
    imports: ImportLedger,
    register: GovernanceRegister,
    audit: AuditLog,
    secrets: Secrets,
    clock: Clock,
    progress: Callable[[int, int | None], None] = lambda done, total: None,
    rows_a_batch: int = ROWS_A_BATCH,
) -> ImportReport:
    """Return what landed, and where the reasons for the rest are.

    Features, protected attributes and names go to their own stores under a token. The same file
    under the same schema changes nothing, unless ``as_of`` is another day; an import that was cut
    short is completed by running it again. ``as_of`` dates the rows of a cross-section (default:
    today); a panel dates its own. Rows of people who were erased are left out and counted, until
    their tombstone is lifted. Raises `ExtractUnreadable`, `SchemaMismatch`, `SettingRefused`,
    `RotationUnderWay`, and `StoreDamaged` for another token key than that of earlier imports.
    """
    now = clock.now()
    event_time = _event_time(schema, as_of, now)
    file_digest, lines = _digest(path)
    digests = file_digest, schema_digest(schema)
    record = imports.find(*digests, None if as_of is None else event_time)
    reject_file_at = reject_path(rejects, *digests)
    if record is not None and record.completed_at is not None:
        return _imported_before(record, reject_file_at)
    batches = _batches(path, rows_a_batch)
    first = next(batches)
    ignored = check_header(first.columns, schema)
    with secrets.steady_tokens():
        key = _known_key(secrets, imports)
        if record is None:
            fingerprint = key_fingerprint(key)
            record = ImportRecord(*digests, event_time, now, key_fingerprint=fingerprint)
        features.define(schema)
        imports.start(record)
        tokens, tally = TokenBook(key), _Tally()
        earlier = secrets.earlier_token_keys()
        with RejectFile(reject_file_at) as reject_file:
            for read, sifted in _judged(chain([first], batches), schema, record.event_time, now):
                everyone = tokens.replace_ids(part_rows(sifted.rows, schema))
                aliases = aliases_of(everyone.directory, earlier)
                parted, left_out = without_erased(everyone, _erased_people(register, aliases))
                tally.erased += left_out
                if earlier:  # before anything of a person who may have opted out under an old token
                    directory.link(aliases_of(parted.directory, earlier))
                new = features.put(FEATURES, parted.features, written_at=now)
                if parted.outcomes is not None:
                    features.put(OUTCOMES, parted.outcomes, written_at=now)
                protected.put(parted.protected)
                directory.put(parted.directory)
                reject_file.write(sifted.rows.rejects)
                tally.add(read, sifted, unchanged=parted.features.height - new)
                progress(tally.rows, None if lines is None else max(tally.rows, lines))
            kept_reject_file = reject_file.finish()
        audit.append(_event(actor, file_digest, clock.now(), schema, tally))
        imports.complete(record, at=clock.now(), rows=tally.rows, rejected=tally.rejected)
    return ImportReport(
        file_digest=file_digest,
        rows=tally.rows,
        landed=tally.rows - tally.repeated - tally.rejected - tally.empty - tally.erased,
        unchanged=tally.unchanged,
        repeated=tally.repeated,
        rejected=tally.rejected,
        empty=tally.empty,
        people=len(tally.people),
        reject_file=None if kept_reject_file is None else str(kept_reject_file),
        ignored_columns=ignored,
        event_time=record.event_time,
        already_imported=False,
        erased=tally.erased,
    )


def _erased_people(register: GovernanceRegister, aliases: pl.DataFrame) -> set[str]:
    """Return the tokens of people whose rows may not come back, by whatever token they were known.

    ``aliases`` are what the people of an extract were called under earlier keys.
    """
    tombstones = [entry.record for entry in register.entries(Erasure)]
    erased = {one.subject for one in tombstones if one.lifted_at is None}
    if not erased or aliases.is_empty():
        return erased
    under_earlier = aliases.filter(pl.col("alias").is_in(sorted(erased)))
    return erased | set(under_earlier.get_column(TOKEN))


@dataclass(slots=True)
class _Tally:
    """What has been counted so far."""

    rows: int = 0
    repeated: int = 0
    rejected: int = 0
    empty: int = 0
    erased: int = 0
    unchanged: int = 0
    people: set[str] = field(default_factory=set)

    def add(self, read: int, sifted: SiftedRows, *, unchanged: int) -> None:
        """Count one batch."""
        self.rows += read
        self.repeated += sifted.repeated
        self.rejected += sifted.rows.rejects[ROW].n_unique()
        self.empty += sifted.rows.empty
        self.unchanged += unchanged
        self.people.update(sifted.rows.keys[HR_ID].unique())


def _judged(
    batches: Iterable[pl.DataFrame],
    schema: WorkforceSchema,
    default_event_time: datetime | None,
    latest: datetime,
) -> Iterator[tuple[int, SiftedRows]]:
    """Return, batch by batch, how many rows were read and which of them are good."""
    repeated_rows, first_row = RepeatedRows(schema.record_identifier), FIRST_ROW
    for raw in batches:
        checked = validate_rows(
            raw,
            schema,
            first_row=first_row,
            default_event_time=default_event_time,
            latest=latest,
        )
        yield raw.height, repeated_rows.sift(checked)
        first_row += raw.height


def _digest(path: Path) -> tuple[str, int | None]:
    """Return the file's SHA-256 in hexadecimal, and about how many rows it has if it is text."""
    digest, lines, head = hashlib.sha256(), 0, b""
    try:
        with path.open("rb") as file:
            while block := file.read(_BYTES_A_READ):
                head = head or block[:4]
                digest.update(block)
                lines += block.count(b"\n")
    except OSError as error:
        raise ExtractUnreadable(str(path), f"{error.strerror}.") from error
    return digest.hexdigest(), None if head == b"PAR1" else lines


def _event_time(schema: WorkforceSchema, as_of: datetime | None, now: datetime) -> datetime | None:
    """Return the date of rows that carry none, at midnight UTC; None when every row has its own."""
    if as_of is None:
        if schema.is_panel:
            return None
        return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if schema.is_panel:
        raise SettingRefused(
            "as_of", f"{as_of:%Y-%m-%d}", f"none, since column {schema.event_time!r} dates each row"
        )
    if as_of > now:
        raise SettingRefused("as_of", f"{as_of:%Y-%m-%d}", "today or an earlier day")
    return as_of.astimezone(UTC)


def _known_key(secrets: Secrets, imports: ImportLedger) -> bytes:
    """Return the token key, if it is the one under which people were imported so far."""
    known = {record.key_fingerprint for record in imports.records()} - {None}
    is_lost = bool(known) and not secrets.has_token_key()
    if is_lost or (known and key_fingerprint(secrets.token_key()) not in known):
        raise StoreDamaged(
            "The token key",
            "there is none, or not the key under which people were imported. "
            "Nobody would be found again; restore the key from a backup.",
        )
    return secrets.token_key()


def _batches(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    """Return the extract's batches, of which there is at least one."""
    batches = extract_batches(path, rows)
    first = next(batches, None)
    if first is None or first.is_empty():
        raise ExtractUnreadable(str(path), "it holds no rows.")
    return chain([first], batches)


def _imported_before(record: ImportRecord, rejects: Path) -> ImportReport:
    return ImportReport(
        file_digest=record.file_digest,
        rows=record.rows,
        landed=0,
        unchanged=0,
        repeated=0,
        rejected=record.rejected,
        empty=0,
        people=0,
        reject_file=str(rejects) if record.rejected and rejects.exists() else None,
        ignored_columns=(),
        event_time=record.event_time,
        already_imported=True,
    )


def _event(
    actor: str, file_digest: str, at: datetime, schema: WorkforceSchema, tally: _Tally
) -> AuditEvent:
    return AuditEvent(
        AuditEventKind.WORKFORCE_IMPORTED,
        actor=actor,
        subject=file_digest,
        at=at,
        details={
            "schema": schema.name,
            "rows": tally.rows,
            "repeated": tally.repeated,
            "rejected": tally.rejected,
            "people": len(tally.people),
        },
    )
