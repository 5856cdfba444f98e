"""Many texts compared at once, in memory: for a session's scan, and for measuring."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from proposals.matching.likeness import PARTS, Profile, Vector

BLOCK = 500
"""Rows that are multiplied at once, so that memory does not grow with the square."""

Scores = NDArray[np.float32]


def profile_matrix(profiles: Sequence[Profile]) -> Any:
    """A row for each profile; the product of two rows is the likeness of the two."""
    return sparse.hstack(
        [
            vector_matrix([profile.vectors[at] for profile in profiles]) * np.sqrt(part.share)
            for at, part in enumerate(PARTS)
        ],
        format="csr",
        dtype=np.float32,
    )


def vector_matrix(vectors: Sequence[Vector]) -> Any:
    """A row for each vector, a column for each term that occurs."""
    ends = np.cumsum([0, *(len(vector) for vector in vectors)])
    keys = np.concatenate([np.empty(0, np.uint32), *(vector.keys for vector in vectors)])
    weights = np.concatenate([np.empty(0, np.float32), *(vector.weights for vector in vectors)])
    terms, columns = np.unique(keys, return_inverse=True)
    return sparse.csr_matrix((weights, columns, ends), shape=(len(vectors), max(len(terms), 1)))


def products(rows: Any, columns: Any) -> Iterator[tuple[int, Scores]]:
    """Every row of one matrix times every row of the other: first row's number, dense block."""
    across = columns.T.tocsr()
    for first in range(0, rows.shape[0], BLOCK):
        yield first, (rows[first : first + BLOCK] @ across).toarray()
