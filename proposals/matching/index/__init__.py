"""The index behind one interface: which proposals are near, and which contain words."""

from proposals.matching.index.base import Asked, Index
from proposals.matching.index.choice import current_index

__all__ = ["Asked", "Index", "current_index"]
