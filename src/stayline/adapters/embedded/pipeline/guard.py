"""Runs one program, and ends it with all that it started should the runner be gone.

Started as a script of its own: its standard input is a pipe that nobody writes to, which ends
when the runner does, however that happens.
"""

import os
import select
import signal
import sys

_NOT_STARTED = 127


def _main(command: list[str]) -> None:
    news, announce = os.pipe()
    os.set_blocking(announce, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(announce)
    child = os.fork()
    nothing = os.open(os.devnull, os.O_RDWR)
    if child == 0:
        _become(command, nothing)
    for stream in (1, 2):  # the pipe of the log ends with the program
        os.dup2(nothing, stream)
    while True:
        ready, _, _ = select.select([0, news], [], [])
        if 0 in ready:
            os.killpg(0, signal.SIGKILL)
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        os.read(news, 1)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:  # end the way the program did
        signal.signal(-code, signal.SIG_DFL) if -code not in (
            signal.SIGKILL,
            signal.SIGSTOP,
        ) else None
        os.kill(os.getpid(), -code)
    os._exit(code)


def _become(command: list[str], nothing: int) -> None:
    for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):  # as Python found them
        signal.signal(number, signal.SIG_DFL)
    os.dup2(nothing, 0)
    try:
        os.execvp(command[0], command)  # noqa: S606  (a pipeline's program, without a shell)
    except OSError as error:
        os.write(2, f"{command[0]} cannot be started: {error.strerror}\n".encode())
    os._exit(_NOT_STARTED)


if __name__ == "__main__":
    _main(sys.argv[1:])
