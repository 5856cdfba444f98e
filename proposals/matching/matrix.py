"""Many profiles compared at once, in memory: for a session's scan and for measuring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from proposals.matching.likeness import PARTS, Profile

BLOCK = 500
"""Rows that are multiplied at once, so that memory does not grow with the square."""


def matrices(profiles: Sequence[Profile]) -> tuple[sparse.csr_matrix, ...]:
    """One matrix for each part of the profiles; a row is a text, a column a term."""
    found = []
    for part in range(len(PARTS)):
        vectors = [profile.vectors[part] for profile in profiles]
        ends = np.cumsum([0, *(len(vector) for vector in vectors)])
        keys = np.concatenate([np.empty(0, np.uint32), *(vector.keys for vector in vectors)])
        weights = np.concatenate([np.empty(0, np.float32), *(v.weights for v in vectors)])
        terms, columns = np.unique(keys, return_inverse=True)
        shape = (len(vectors), max(len(terms), 1))
        found.append(sparse.csr_matrix((weights, columns, ends), shape=shape))
    return tuple(found)


def scores(
    parts: Sequence[sparse.csr_matrix], block: int = BLOCK
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """The likeness of every text to every other: the first row's number, and dense rows."""
    whole = sparse.hstack(
        [matrix * np.sqrt(part.share) for matrix, part in zip(parts, PARTS, strict=True)],
        format="csr",
        dtype=np.float32,
    )
    across = whole.T.tocsc()
    for first in range(0, whole.shape[0], block):
        yield first, (whole[first : first + block] @ across).toarray()
