"""Reads systemd's units as far as deploy/ uses them, for tests that have no systemd."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.commands import ROOT

UNITS = ROOT / "deploy" / "systemd"


@dataclass(frozen=True)
class Unit:
    """A unit by its name, an instance such as tian-web@8000.service included."""

    name: str

    @property
    def instance(self) -> str:
        """What stands for %i."""
        return self.name.partition("@")[2].rpartition(".")[0]

    @property
    def file(self) -> Path:
        """Where it is declared."""
        prefix, at, rest = self.name.partition("@")
        return UNITS / (f"{prefix}@.{rest.rpartition('.')[2]}" if at else self.name)

    def get(self, key: str) -> list[str]:
        """Every value of a key, its own before those of tian-.service.d."""
        files = [self.file]
        if self.name.endswith(".service"):
            files.append(UNITS / "tian-.service.d" / "tian.conf")
        lines = [line for file in files for line in file.read_text().splitlines()]
        found = [line.removeprefix(f"{key}=") for line in lines if line.startswith(f"{key}=")]
        return [value.replace("%i", self.instance) for value in found]

    @property
    def commands(self) -> list[list[str]]:
        """What it runs, in order."""
        return [shlex.split(line) for line in self.get("ExecStart")]


def of_the_target() -> list[Unit]:
    """What tian.target starts."""
    wanted = " ".join(Unit("tian.target").get("Wants")).split()
    return [Unit(name) for name in wanted]


def assignments(text: str) -> dict[str, str]:
    """The variables of a file for EnvironmentFile=."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)
