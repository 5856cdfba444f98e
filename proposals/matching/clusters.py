"""Groups texts by likeness: which pairs are alike enough, and which groups they form."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from members.enums import Linkage
from proposals.matching.likeness import Profile
from proposals.matching.matrix import Scores, products, profile_matrix, vector_matrix
from proposals.matching.similar import with_meaning

WORDS = 60
"""By how many of its heaviest words a text's likely partners are found."""

PARTNERS = 30
"""With how many of those each text is compared in full."""

HINT = 0.05
"""The cosine of words from which on two texts are compared at all."""

APART = -1000.0
"""The score of two texts that are not to be grouped, whatever else is alike."""

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
    alike: list[dict[int, float]] = [{} for _profile in profiles]
    for one, other, score in zip(rows.tolist(), columns.tolist(), scores.tolist(), strict=True):
        alike[one][other] = alike[other][one] = score
    for one, other in apart:
        alike[one][other] = alike[other][one] = APART
    groups = _agglomerated([dict(others) for others in alike], threshold, how)
    found = [_ordered(group, alike) for group in groups if len(group) > 1]
    return sorted(found, key=lambda cluster: (-len(cluster.places), -max(cluster.scores)))


def _agglomerated(alike: list[dict[int, float]], threshold: float, how: Linkage) -> list[list[int]]:
    """Join the two groups that are most alike, again and again, down to the threshold.

    ``alike`` has the score of each pair that was compared, both ways round; a pair that was not
    is not alike at all. So the work is that of the pairs, not of the square.
    """
    groups = [[place] for place in range(len(alike))]
    queue = [
        (-score, one, other)
        for one, others in enumerate(alike)
        for other, score in others.items()
        if one < other and score >= threshold
    ]
    heapify(queue)
    while queue:
        less, one, other = heappop(queue)
        if alike[one].get(other) != -less:
            continue  # one of the two has been joined to another since
        ours, theirs = alike[one], alike[other]
        share = len(groups[one]) / (len(groups[one]) + len(groups[other]))
        groups[one] += groups[other]
        groups[other] = []
        joined: dict[int, float] = {}
        for third in (ours.keys() | theirs.keys()) - {one, other}:
            here, there = ours.get(third, 0.0), theirs.get(third, 0.0)
            score = min(here, there)
            if how == Linkage.AVERAGE and score > APART / 2:
                score = share * here + (1 - share) * there
            alike[third].pop(other, None)
            joined[third] = alike[third][one] = score
            if score >= threshold:
                heappush(queue, (-score, min(one, third), max(one, third)))
        alike[one], alike[other] = joined, {}
    return [group for group in groups if group]


def _ordered(group: list[int], alike: Sequence[Mapping[int, float]]) -> Cluster:
    """The group with what is most like the others first."""
    within = set(group)
    mean = {
        place: sum(score for other, score in alike[place].items() if other in within)
        / (len(group) - 1)
        for place in group
    }
    places = sorted(group, key=lambda place: (-mean[place], place))
    return Cluster(tuple(places), tuple(round(mean[place], 4) for place in places))


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
    scores = _likenesses(profile_matrix(profiles), rows, columns)
    if vectors is not None and len(rows):
        cosines = np.einsum("ij,ij->i", vectors[rows], vectors[columns])
        both = vectors[rows].any(axis=1) & vectors[columns].any(axis=1)
        scores = np.where(both, with_meaning(scores, cosines, floor), scores)
    return rows, columns, scores


def _likenesses(
    whole: csr_matrix, rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The products of pairs of rows; ``rows`` ascends, so each is spread out only once."""
    scores = np.zeros(len(rows))
    spread = np.zeros(whole.shape[1], np.float32)
    ends = np.flatnonzero(np.diff(rows, append=-1)) + 1
    first = 0
    for last in ends.tolist():
        row = slice(whole.indptr[rows[first]], whole.indptr[rows[first] + 1])
        spread[whole.indices[row]] = whole.data[row]
        scores[first:last] = whole[columns[first:last]] @ spread
        spread[whole.indices[row]] = 0
        first = last
    return scores
