"""The index of the database in use does what every index must do."""

import pytest

from proposals.matching.index import Index, current_index
from tests.proposals.matching.index_suite import IndexSuite


class TestCurrentIndex(IndexSuite):
    @pytest.fixture
    def index(self, db: None) -> Index:
        return current_index()
