"""A PostgreSQL server of the test's own: on loopback, with nothing on disk but a folder in tmp."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE_S = 120
"""For a start or a stop on a machine that has much else to do."""
USER = "stayline"
HASTY = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}
"""Settings for tests of which none takes the power away."""
_EMPTY = """
DO $$ DECLARE used text; BEGIN
    SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') INTO used FROM pg_tables
    WHERE schemaname IN ('state', 'directory', 'protected', 'online')
        AND tablename <> 'alembic_version'
        AND pg_relation_size(format('%I.%I', schemaname, tablename)::regclass) > 0;
    IF used IS NOT NULL THEN EXECUTE 'TRUNCATE ' || used || ' RESTART IDENTITY'; END IF;
END $$
"""
_STOPS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


def programs() -> Path | None:
    """Return where the newest server's programs are, None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@dataclass
class PostgresServer:
    """A server on a folder, stopped and started again on the same port."""

    folder: Path
    port: int
    given: Mapping[str, str] = field(default_factory=dict)
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address of the database that is always there."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it, and return once it takes connections."""
        listening = ["-c", f"port={self.port}", "-c", "listen_addresses=127.0.0.1"]
        quiet = ["-c", "unix_socket_directories=", "-c", "max_connections=200"]
        given = [word for item in self.given.items() for word in ("-c", "=".join(item))]
        command = [str(_bin("postgres")), "-D", str(self.folder), *listening, *quiet, *given]
        with (self.folder.parent / "log").open("ab") as log:
            self._process = subprocess.Popen(_unprivileged(command), stdout=log, stderr=log)
        until = time.monotonic() + PATIENCE_S
        asked = [str(_bin("pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(asked, check=False).returncode:
            log = (self.folder.parent / "log").read_text("utf-8", "replace")
            assert self._process.poll() is None, log
            assert time.monotonic() < until, log
            time.sleep(0.05)

    def stop(self, how: str = "fast") -> None:
        """Stop it: ``fast`` ends sessions in good order, ``immediate`` is as if it were killed."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(_STOPS[how])
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)  # which ends the server's own processes, too
                process.wait(PATIENCE_S)
                raise

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let it take what it is sent and answer nothing, as on a machine whose disk hangs."""
        assert self._process is not None
        stopped = [self._process.pid]
        os.kill(stopped[0], signal.SIGSTOP)  # first, so that no more come
        children = Path(f"/proc/{stopped[0]}/task/{stopped[0]}/children").read_text()
        stopped += map(int, children.split())
        try:
            for process in stopped[1:]:
                os.kill(process, signal.SIGSTOP)
            yield
        finally:
            for process in stopped:
                os.kill(process, signal.SIGCONT)

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Execute a statement as the server's owner, outside of a transaction."""
        import psycopg

        place = {"host": "127.0.0.1", "port": self.port, "user": USER, "dbname": database}
        with psycopg.connect(**place, autocommit=True) as connection:
            done = connection.execute(statement)
            return done.fetchall() if done.description else []

    def empty(self, database: str) -> None:
        """Have no table of ours hold a row, nor its files any byte of one."""
        self.execute(_EMPTY, database)

    def files_of(self, database: str) -> bytes:
        """Return what is in the files of a database's tables and indexes."""
        self.execute("CHECKPOINT")
        ((number,),) = self.execute(
            "SELECT oid FROM pg_database WHERE datname = current_database()", database
        )
        files = sorted((self.folder / "base" / str(number)).iterdir())
        return b"".join(path.read_bytes() for path in files)


@contextmanager
def running_postgres(**given: str) -> Iterator[PostgresServer]:
    """Give a new server with these settings, which is stopped at the end and leaves nothing."""
    with tempfile.TemporaryDirectory(prefix="stayline-pg-") as place:
        folder = Path(place) / "data"
        folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            for path in (place, folder):
                shutil.chown(path, "postgres", "postgres")
        trusting = ["--auth=trust", f"--username={USER}", "--encoding=UTF8", "--locale=C.UTF-8"]
        made = _unprivileged([str(_bin("initdb")), "-D", str(folder), "--no-sync", *trusting])
        subprocess.run(made, check=True, capture_output=True)
        server = PostgresServer(folder, _free_port(), given)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _bin(program: str) -> Path:
    place = programs()
    assert place is not None, "there is no PostgreSQL server on this machine"
    return place / program


def _unprivileged(command: list[str]) -> list[str]:
    """Run as the server's own user where tests run as root, which it refuses."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
