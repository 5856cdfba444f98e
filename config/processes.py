"""Keeps the processes of one machine running: started in order, restarted when they die.

A machine may be slow: what is starting is waited for as long as it lives, and every ten seconds
it is said what is waited for.

A process that dies comes back after 1, 2, 4 … at most 30 seconds; after a minute of work its
count starts anew. None outlives the supervisor, however that ends.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event

Say = Callable[[str], object]
"""Tells the operator something, in a line."""

LONGEST_PAUSE = 30.0  # seconds before a restart
STEADY_AFTER = 60.0  # seconds of work after which earlier deaths are forgotten
PATIENCE = 10.0  # seconds that a process has to end by itself
TOLD_EVERY = 10.0  # seconds between two lines about what is waited for
PR_SET_PDEATHSIG = 1  # Linux prctl(2)


class NotStarted(RuntimeError):
    """A process ended before it could be relied on."""


@dataclass
class Child:
    """One process: what it is called, how it is started, and when it can be relied on."""

    name: str
    argv: list[str]
    is_ready: Callable[[], bool] | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    deaths: int = field(default=0, init=False)
    started_at: float = field(default=0.0, init=False)
    start_again_at: float | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it in a group of its own, so that Ctrl-C reaches only the supervisor."""
        self.start_again_at = None
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 -- our own command lines
            self.argv, start_new_session=True, preexec_fn=_die_with_parent
        )

    def look_after(self) -> str | None:
        """Restart it when it is due; return what there is to say, if anything."""
        now = time.monotonic()
        if self.start_again_at is not None:
            if now >= self.start_again_at:
                self.start()
            return None
        if self.process is None or self.process.poll() is None:
            return None
        self._end_group(self.process.pid)
        self.deaths = 1 if now - self.started_at > STEADY_AFTER else self.deaths + 1
        pause = min(2.0 ** (self.deaths - 1), LONGEST_PAUSE)
        self.start_again_at = now + pause
        code = self.process.returncode
        return f"{self.name} ended with code {code}; it starts again in {pause:.0f} s."

    def wait_until_ready(self, stop: Event, say: Say) -> None:
        """Return once it can be relied on, or when told to stop; raise NotStarted when it ends."""
        told = time.monotonic()
        while self.is_ready is not None and not stop.is_set() and not self.is_ready():
            if self.process is not None and self.process.poll() is not None:
                code = self.process.returncode
                raise NotStarted(f"{self.name} ended with code {code} while it was starting.")
            if time.monotonic() - told > TOLD_EVERY:
                told = time.monotonic()
                seconds = told - self.started_at
                say(f"Waiting for {self.name} to answer, for {seconds:.0f} s; it is starting.")
            stop.wait(0.05)

    def ask_to_end(self) -> None:
        """Send SIGTERM to the process, which ends its own children."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def see_it_end(self) -> None:
        """Wait for the end until patience runs out; kill whatever is left of its group."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)
        self._end_group(self.process.pid)
        self.process.wait()

    @staticmethod
    def _end_group(group: int) -> None:
        """Kill its own children too: those of a killed process would go on without it."""
        with suppress(ProcessLookupError, PermissionError):  # macOS refuses where all have ended
            os.killpg(group, signal.SIGKILL)


class Supervisor:
    """Runs children until SIGINT, SIGTERM or SIGHUP; later ones rely on earlier ones."""

    def __init__(self, children: list[Child], say: Say) -> None:
        self.children = children
        self.say = say
        self.stopping = Event()

    def run(self, on_ready: Callable[[], None]) -> None:
        """Start all in order, call ``on_ready``, keep them running, end all in reverse."""
        ends = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
        if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
            ends.remove(signal.SIGHUP)  # nohup asked for it
        for signum in ends:
            signal.signal(signum, lambda *_: self.stopping.set())
        try:
            for child in self.children:
                if not self.stopping.is_set():
                    child.start()
                    child.wait_until_ready(self.stopping, self.say)
            if not self.stopping.is_set():
                on_ready()
            while not self.stopping.wait(0.2):
                for child in self.children:
                    if news := child.look_after():
                        self.say(news)
        finally:
            self._end()

    def _end(self) -> None:
        first, *others = self.children  # the others may need the first until they have ended
        for group in (others, [first]):
            for child in group:
                child.ask_to_end()
            for child in group:
                child.see_it_end()


def _die_with_parent() -> None:
    """Have Linux end this process when the supervisor is killed and cannot do it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
