"""The index behind one interface: which proposals are near, and which contain words."""

from proposals.matching.index.base import Index
from proposals.matching.index.current import current_index
from proposals.matching.index.query_tree import (
    AllOf,
    AnyOf,
    Expression,
    Where,
    Word,
    all_of,
    any_of,
)
