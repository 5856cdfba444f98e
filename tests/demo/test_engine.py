"""Scripts run in the order of time, however many processes share them."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from demo.engine import Script, run, run_in_processes, silently

DAYS = {"a": (1, 1, 4), "b": (2, 4, 5), "c": (4,), "d": ()}
"""On which days of a month each script acts."""


@pytest.fixture
def note(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Write a line to a file that processes share."""
    with (tmp_path / "lines").open("a", buffering=1) as lines:
        yield lambda line: print(line, file=lines)


def script(name: str, note: Callable[[str], None]) -> Script:
    for day in DAYS[name]:
        yield datetime(2022, 1, day, 9, tzinfo=UTC)
        note(f"{day} {name}")


def test_a_day_begins_once_before_any_act_of_it(note, tmp_path):
    shares = [[script("a", note), script("d", note)], [script("b", note)], [script("c", note)]]

    run_in_processes(shares, silently, lambda day: note(f"{day.day} begins"))

    lines = (tmp_path / "lines").read_text().splitlines()
    assert [line for line in lines if "begins" in line] == [f"{day} begins" for day in (1, 2, 4, 5)]
    assert [int(line[0]) for line in lines] == sorted(int(line[0]) for line in lines)
    assert [line for line in sorted(lines) if "begins" not in line] == [
        "1 a",
        "1 a",
        "2 b",
        "4 a",
        "4 b",
        "4 c",
        "5 b",
    ]


def test_one_process_tells_of_the_same_days(note):
    told: list[date] = []

    run([script(name, note) for name in DAYS], day_begins=told.append)

    assert [day.day for day in told] == [1, 2, 4, 5]


def test_a_share_that_breaks_off_breaks_off_the_play(note):
    def broken() -> Script:
        yield datetime(2022, 1, 1, 9, tzinfo=UTC)
        raise ValueError

    with pytest.raises(RuntimeError, match="broke off"):
        run_in_processes([[script("a", note)], [broken()]], silently, lambda day: None)
