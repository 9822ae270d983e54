"""A small Ceph of one's own: monitor, one disk in memory and object gateway, on this machine alone.

It takes Debian's packages `ceph-mon`, `ceph-osd`, `ceph-common` and `radosgw`, and asks nobody for
keys but users of the object gateway, of whom there is ``testing``.
"""

import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

PATIENCE_S = 120.0
_SETTINGS = """\
[global]
fsid = {fsid}
mon host = v1:127.0.0.1:{mon}
mon initial members = a
auth cluster required = none
auth service required = none
auth client required = none
osd objectstore = memstore
memstore device bytes = 2147483648
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon max pg per osd = 500
osd crush chooseleaf type = 0
public addr = 127.0.0.1
cluster addr = 127.0.0.1
run dir = {folder}
admin socket = {folder}/$name.asok
pid file = {folder}/$name.pid
log file = {folder}/$name.log
mon data = {folder}/mon
osd data = {folder}/osd
rgw frontends = beast endpoint=127.0.0.1:{gateway}
ms bind ipv6 = false
"""


@contextmanager
def ceph_server(folder: Path) -> Iterator[str]:
    """Give the address of its object gateway; all of it goes with the block."""
    mon, gateway = _free_ports(2)
    settings = folder / "ceph.conf"
    fsid = str(uuid.uuid4())
    settings.write_text(_SETTINGS.format(fsid=fsid, folder=folder, mon=mon, gateway=gateway))

    def done(*words: str) -> None:
        command = [*words, "-c", str(settings)]
        subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE_S)

    for name in ("mon", "osd"):
        (folder / name).mkdir()
    table, keys = str(folder / "monmap"), str(folder / "keyring")
    there = f"[v1:127.0.0.1:{mon}]"
    done("monmaptool", "--create", "--addv", "a", there, "--fsid", fsid, table)
    done("ceph-authtool", "--create-keyring", keys, "--gen-key", "-n", "mon.", "--cap", "mon", "*")
    done("ceph-mon", "--mkfs", "-i", "a", "--monmap", table, "--keyring", keys)
    with ExitStack() as running:
        running.enter_context(_program("ceph-mon", "-i", "a", "-f", "-c", str(settings)))
        done("ceph", "osd", "create")
        done("ceph-osd", "-i", "0", "--mkfs")
        running.enter_context(_program("ceph-osd", "-i", "0", "-f", "-c", str(settings)))
        done("ceph", "osd", "crush", "add", "osd.0", "1.0", "root=default", "host=here")
        user = ("--uid=tests", "--display-name=tests", "--access-key=testing", "--secret=testing")
        done("radosgw-admin", "-n", "client.rgw", "user", "create", *user)
        running.enter_context(_program("radosgw", "-n", "client.rgw", "-f", "-c", str(settings)))
        address = f"http://127.0.0.1:{gateway}"
        _wait_for(address)
        yield address


@contextmanager
def _program(*words: str) -> Iterator[None]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, **quiet) as process:
        try:
            yield
        finally:
            process.kill()


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _wait_for(address: str) -> None:
    ends_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends_at:
        with suppress(URLError, OSError), urlopen(address, timeout=5):  # noqa: S310  (loopback)
            return
        time.sleep(0.2)
    raise TimeoutError("Ceph's object gateway did not start")
