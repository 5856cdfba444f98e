"""What similar proposals and search are tried on: a life whose index can be brought up to date."""

import pytest

from members import clock
from proposals.matching import indexing


@pytest.fixture
def indexed(life):
    """Do what the worker does within seconds: carry out orders, count words, weigh anew."""

    def catch_up() -> None:
        indexing.catch_up()
        indexing.recount(at=clock.now())
        while indexing.reweigh():
            indexing.catch_up()

    return catch_up
