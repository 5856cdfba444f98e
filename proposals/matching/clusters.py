"""Grouping texts by likeness: which pairs are alike enough, and which groups they form."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

from members.enums import Linkage
from proposals.matching.likeness import Profile
from proposals.matching.matrix import Scores, products, profile_matrix, vector_matrix
from proposals.matching.near import with_meaning

WORDS = 60
"""By how many of its heaviest words a text's likely partners are found."""

PARTNERS = 30
"""With how many of those each text is compared in full."""

HINT = 0.05
"""The cosine of words from which on two texts are compared at all."""

APART = 100.0
"""The distance of two texts that are not to be grouped, whatever else is alike."""

AT_ONCE = 4000
"""Pairs that are compared in full at a time."""

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Cluster:
    """Texts of one group, by their place in the input, the centre first.

    ``scores`` has for each its likeness to the others on the average.
    """

    places: tuple[int, ...]
    scores: tuple[float, ...]


def clusters(
    profiles: Sequence[Profile],
    *,
    threshold: float,
    how: Linkage,
    apart: Collection[tuple[int, int]] = (),
    vectors: Scores | None = None,
    floor: float = 0.0,
    progress: Progress = lambda _done: None,
) -> list[Cluster]:
    """Groups of two or more texts, largest first.

    The texts of a group are alike by at least ``threshold``: each to the others on the average,
    or each to each, as ``how`` says; a chain of likenesses makes no group. ``apart`` are pairs
    of places, the smaller first, that do not come together. ``vectors`` of meaning, one row a
    text and zero where there is none, count beside the words. ``progress`` is told how many
    texts have been compared.
    """
    if len(profiles) < 2:
        return []
    rows, columns, scores = _pairs(profiles, vectors, floor, progress)
    alike = scores >= threshold
    kept_apart = set(apart)
    together = np.fromiter(
        ((int(a), int(b)) not in kept_apart for a, b in zip(rows, columns, strict=True)),
        np.bool_,
        len(rows),
    )
    edges = alike & together
    graph = csr_matrix(
        (scores[edges], (rows[edges], columns[edges])), shape=(len(profiles), len(profiles))
    )
    _count, labels = connected_components(graph, directed=False)
    known = csr_matrix((scores, (rows, columns)), shape=graph.shape)
    known = known + known.T
    found = [
        cluster
        for places in _components(labels)
        for cluster in _grouped(places, known, threshold, how, kept_apart)
    ]
    return sorted(found, key=lambda cluster: (-len(cluster.places), -max(cluster.scores)))


def _pairs(
    profiles: Sequence[Profile], vectors: Scores | None, floor: float, progress: Progress
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """The pairs worth comparing, smaller place first, and their scores."""
    words = vector_matrix([profile.words.heaviest(WORDS) for profile in profiles])
    pairs = []
    for first, block in products(words, words):
        block[np.arange(len(block)), np.arange(first, first + len(block))] = 0
        count = min(PARTNERS, block.shape[1])
        best = np.argpartition(-block, count - 1, axis=1)[:, :count]
        line = np.repeat(np.arange(len(block)), count)
        column = best.ravel()
        worth = block[line, column] >= HINT
        one, other = line[worth] + first, column[worth]
        pairs.append(np.stack([np.minimum(one, other), np.maximum(one, other)], axis=1))
        progress(first + len(block))
    unique = np.unique(np.concatenate(pairs), axis=0)
    rows, columns = unique[:, 0], unique[:, 1]
    whole = profile_matrix(profiles)
    scores = np.concatenate(
        [
            np.empty(0),
            *(
                np.asarray(whole[rows[part]].multiply(whole[columns[part]]).sum(axis=1)).ravel()
                for part in _parts(len(rows))
            ),
        ]
    )
    if vectors is not None and len(rows):
        cosines = np.einsum("ij,ij->i", vectors[rows], vectors[columns])
        both = vectors[rows].any(axis=1) & vectors[columns].any(axis=1)
        scores = np.where(both, with_meaning(scores, cosines, floor), scores)
    return rows, columns, scores


def _parts(count: int) -> Iterator[slice]:
    for first in range(0, count, AT_ONCE):
        yield slice(first, first + AT_ONCE)


def _components(labels: NDArray[np.int32]) -> Iterator[NDArray[np.int64]]:
    order = np.argsort(labels, kind="stable")
    ends = np.flatnonzero(np.diff(labels[order])) + 1
    return (part for part in np.split(order, ends) if len(part) > 1)


def _grouped(
    places: NDArray[np.int64],
    known: csr_matrix,
    threshold: float,
    how: Linkage,
    apart: Collection[tuple[int, int]],
) -> Iterator[Cluster]:
    """The groups within one component; a pair that was not compared is not alike at all."""
    scores = known[places][:, places].toarray()
    distances = 1 - scores
    for one, here in enumerate(places):
        for other in range(one + 1, len(places)):
            if (int(here), int(places[other])) in apart:
                distances[one, other] = distances[other, one] = APART
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), method=how.value)
    labels = fcluster(tree, t=1 - threshold, criterion="distance")
    for inside in _components(labels):
        within = scores[np.ix_(inside, inside)]
        mean = within.sum(axis=1) / (len(inside) - 1)
        order = np.argsort(-mean, kind="stable")
        yield Cluster(
            tuple(int(places[inside[place]]) for place in order),
            tuple(round(float(mean[place]), 4) for place in order),
        )
