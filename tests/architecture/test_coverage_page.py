"""docs/coverage.md tells the truth: every step stands there, and what it names exists."""

import re
from collections import defaultdict
from pathlib import Path

from members.pages.worklist import WORKLISTS
from proposals.machine import who
from proposals.machine.subjects import ALL_SUBJECTS

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    row.split(" | ")
    for row in (ROOT / "docs" / "coverage.md").read_text().splitlines()
    if row.startswith("|") and "---" not in row
]
KINDS = {model._meta.model_name: model for model in ALL_SUBJECTS}


def named_steps() -> dict[str, set[str]]:
    """Kind of subject to the steps that the page names for it."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in ROWS:
        kind = ""
        for word, step in re.findall(r"(\w+)(?= `)|`(\w+)`", row[2]):
            kind = word if word in KINDS else kind
            if step:
                found[kind].add(step)
    return found


def test_every_step_that_a_person_takes_is_on_the_page_and_no_other_is():
    steps = {kind: model.all_steps().values() for kind, model in KINDS.items()}
    named = named_steps()
    missing = {
        (kind, step.name)
        for kind, machine in steps.items()
        for step in machine
        if step.who is not who.system and step.name not in named[str(kind)]
    }
    invented = {
        (kind, step)
        for kind, names in named.items()
        for step in names - {one.name for one in steps.get(kind, ())}
    }

    assert (missing, invented) == (set(), set())


def test_every_list_that_the_page_names_exists():
    named = {slug for row in ROWS for slug in re.findall(r"`/lists/([\w-]+)/`", row[3])}

    assert named - set(WORKLISTS) == set()


def test_every_test_that_the_page_names_exists():
    named = {path for row in ROWS for path in re.findall(r"tests/[\w/]+\.py", row[4])}

    assert {path for path in named if not (ROOT / path).exists()} == set()
