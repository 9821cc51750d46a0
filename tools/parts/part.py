"""What the parts share: ports, readiness, and a life that ends with standard input.

A part is a program that is given an empty folder. It starts a real server there, prints `NAME=value` lines for the
environment of the tests, then `ready`, and stops its server when its standard input closes: also when whoever started
it was killed.
"""

import atexit
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 60  # seconds until a server that does not answer counts as broken


def folder() -> Path:
    return Path(sys.argv[1])


HELD: list[socket.socket] = []  # keeps the ports below ours until this program ends


def free_ports(count: int) -> list[int]:
    """Ports that nobody else can get. A socket that is bound but does not listen holds each; with SO_REUSEADDR on both
    sides, which all servers set, that keeps everybody out but the server that is meant."""
    for _ in range(count):
        held = socket.socket()
        held.bind(("127.0.0.1", 0))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        HELD.append(held)
    return [held.getsockname()[1] for held in HELD[-count:]]


def wait_until(what: str, answers, server: subprocess.Popen) -> None:
    """Asks `answers()` until it is true; gives up when the server ended or patience did."""
    deadline = time.monotonic() + PATIENCE
    last: Exception | str = "no answer"
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit(f"{what} ended with status {server.returncode}")
        try:
            if answers():
                return
        except OSError as error:
            last = error
        time.sleep(0.05)
    raise SystemExit(f"{what} is not ready after {PATIENCE} s: {last}")


def greets(port: int, greeting: bytes) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        return connection.recv(200).startswith(greeting)


@contextlib.contextmanager
def running(command: list, log: Path, how: int = signal.SIGTERM, **options):
    """A server in a process group of its own, so that it and its children end together, whatever happens here."""
    with log.open("ab") as out:
        server = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, **options
        )
    try:
        yield server
    finally:
        if server.poll() is None:
            server.send_signal(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def serve(environment: dict) -> None:
    """Tells the tests' environment, and returns when standard input closes."""
    for name, value in environment.items():
        print(f"{name}={value}")
    print("ready", flush=True)
    sys.stdin.read()


def leave_nobody_behind() -> None:
    """Ends what a server left running: some of them move their children out of their process group."""
    while left := Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        for child in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(int(child), 0)


# Orphans among our servers' processes become our children instead of the system's, so that they are found at the end.
PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
atexit.register(leave_nobody_behind)

# Ctrl-C reaches everything on a terminal, but a part must outlive the tests that use it.
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
