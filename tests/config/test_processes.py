"""Children come back when they die, and none is left behind."""

import os
import signal
import subprocess
import sys
import time
from threading import Event, Timer

import psutil
import pytest

from config.processes import Child, NotStarted, Supervisor
from tests.services import until

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""
SUPERVISE = f"""
from config.processes import Child, Supervisor
Supervisor([Child("sleep", {SLEEP!r})], say=print).run(on_ready=lambda: print("ready", flush=True))
"""


@pytest.fixture
def child():
    child = Child("sleep", SLEEP)
    yield child
    child.ask_to_end()
    child.see_it_end()


def kill(child):
    child.process.kill()
    child.process.wait()


def test_a_living_child_needs_nothing(child):
    child.start()

    assert child.look_after() is None


def test_a_dead_child_comes_back_after_a_pause(child, monkeypatch):
    child.start()
    first = child.process.pid
    kill(child)

    assert child.look_after() == "sleep ended with code -9; it starts again in 1 s."
    assert child.look_after() is None
    assert child.process.pid == first

    child.start_again_at = time.monotonic()
    child.look_after()
    assert child.process.pid != first
    assert child.process.poll() is None


def test_pauses_double_up_to_half_a_minute(child):
    pauses = []
    for _ in range(7):
        child.start()
        kill(child)
        child.look_after()
        pauses.append(round(child.start_again_at - time.monotonic()))

    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_a_minute_of_work_forgets_earlier_deaths(child):
    child.deaths = 5
    child.start()
    child.started_at -= 61
    kill(child)
    child.look_after()

    assert child.deaths == 1


def test_a_child_is_waited_for_as_long_as_it_lives_and_this_is_said(child, monkeypatch):
    monkeypatch.setattr("config.processes.TOLD_EVERY", 0.2)
    said = []
    child.is_ready = lambda: len(said) == 3
    child.start()

    child.wait_until_ready(Event(), said.append)

    assert [line.partition(", for ")[0] for line in said] == ["Waiting for sleep to answer"] * 3


def test_a_child_that_ends_while_it_starts_is_an_error(child):
    child.argv = [sys.executable, "-c", "raise SystemExit(3)"]
    child.is_ready = lambda: False
    child.start()

    with pytest.raises(NotStarted, match="sleep ended with code 3 while it was starting"):
        child.wait_until_ready(Event(), print)


def test_whoever_stops_a_start_starts_nothing_more(child, monkeypatch):
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    child.is_ready = lambda: False
    later = Child("later", SLEEP)
    supervisor = Supervisor([child, later], say=print)
    Timer(0.3, supervisor.stopping.set).start()

    supervisor.run(on_ready=lambda: pytest.fail("nothing is ready"))

    assert child.process.returncode == -signal.SIGTERM
    assert later.process is None


FATHER = f"""
import subprocess
print(subprocess.Popen({SLEEP!r}).pid, flush=True)
"""


def test_what_a_killed_child_has_started_ends_before_it_starts_again():
    father = Child("father", [sys.executable, "-c", FATHER + "import time; time.sleep(60)"])
    father.start()
    family = psutil.Process(father.process.pid)
    until(family.children)
    [left] = family.children()
    kill(father)

    father.look_after()

    left.wait(timeout=5)


def test_a_child_that_will_not_end_is_killed(monkeypatch):
    monkeypatch.setattr("config.processes.PATIENCE", 0.1)
    child = Child("stubborn", [sys.executable, "-c", STUBBORN])
    child.start()
    time.sleep(0.5)

    child.ask_to_end()
    child.see_it_end()

    assert child.process.returncode == -signal.SIGKILL


def test_a_supervisor_ends_its_children(child, monkeypatch):
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    supervisor = Supervisor([child, Child("other", SLEEP)], say=print)
    Timer(0.3, supervisor.stopping.set).start()

    supervisor.run(on_ready=lambda: None)

    assert [each.process.returncode for each in supervisor.children] == [-signal.SIGTERM] * 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of the death")
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_child_outlives_its_supervisor(signum):
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE], stdout=subprocess.PIPE, text=True, cwd=os.getcwd()
    )
    with supervisor:
        assert supervisor.stdout.readline() == "ready\n"
        [child] = psutil.Process(supervisor.pid).children()
        supervisor.send_signal(signum)

    child.wait(timeout=5)
