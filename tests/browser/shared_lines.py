"""What the processes of one run of the suite know together, so that none looks twice."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


class SharedLines:
    """A set of lines under a name; every process of pytest-xdist reads and adds to it."""

    def __init__(self, name: str) -> None:
        self._file = Path(os.environ["DATA_DIR"], f"seen-{name}.txt")
        self._read = 0
        self._lines: set[str] = set()

    def lines(self) -> set[str]:
        """Everything that was added so far, by whomever."""
        if self._file.exists():
            with self._file.open(encoding="utf-8") as file:
                file.seek(self._read)
                self._lines.update(file.read().splitlines())
                self._read = file.tell()
        return self._lines

    def add(self, lines: Iterable[str]) -> bool:
        """Add lines; tell whether one of them was new."""
        new = set(lines) - self.lines()
        if new:
            with self._file.open("a", encoding="utf-8") as file:
                file.write("".join(f"{line}\n" for line in sorted(new)))
        return bool(new)
