"""How good the order of the hits is, on labelled proposals and queries graded by hand.

With ``-s`` a run prints the figure of each query and its first ten hits, the worst first.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from members.reader import Reader
from members.visibility import visible
from proposals.enums import ProposalState
from proposals.matching import indexing
from proposals.matching.query import parse
from proposals.matching.search import find
from proposals.models import Proposal
from tests.factories import proposals as make
from tests.proposals.conftest import IN_SESSION, Life

DATA = Path(__file__).resolve().parents[3] / "bench" / "data"


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def labels(life: Life) -> dict[int, str]:
    """The labelled proposals, indexed: key to label."""
    found = {}
    for row in rows("proposals.jsonl"):
        proposal = make.ProposalFactory(
            committee=life.committee,
            lead=life.members["lead"],
            state=ProposalState.FILED,
            title=row["title"],
            situation=row["body"],
            suggestions=[],
        )
        found[proposal.pk] = row["id"]
        indexing.order(proposal.pk)
    indexing.catch_up()
    indexing.recount(at=IN_SESSION)
    return found


def ndcg(found: list[str], grades: dict[str, int], at: int = 10) -> float:
    """How near the order is to the best one, 1 being as good; of the first ten hits."""

    def gained(values: list[int]) -> float:
        return sum((2**v - 1) / math.log2(place + 2) for place, v in enumerate(values[:at]))

    best = gained(sorted(grades.values(), reverse=True))
    return gained([grades.get(label, 0) for label in found]) / best


def first_ten(query: str, reader: Reader, labels: dict[int, str]) -> list[str]:
    hits = find(visible(reader, Proposal.objects.all()), parse(query), reader).hits
    return [labels[hit.key] for hit in hits[:10]]


def test_the_best_proposals_come_first(life, labels):
    reader = Reader(life["clerk"].user, IN_SESSION)
    figures = []
    for row in rows("queries.jsonl"):
        found = first_ten(row["query"], reader, labels)
        figures.append((ndcg(found, row["grades"]), row["query"], found))
    mean = sum(figure for figure, _query, _found in figures) / len(figures)

    for figure, query, found in sorted(figures):
        print(f"{figure:.3f} {query} {' '.join(found)}")
    print(f"{mean:.3f} of {len(figures)} queries")
    assert mean >= 0.84
