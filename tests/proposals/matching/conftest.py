"""What similar proposals and search are tried on: a life whose index can be brought up to date."""

import pytest

from members import clock
from proposals.matching import upkeep


@pytest.fixture
def indexed(life):
    """Do what the worker does within seconds: carry out orders, count words, weigh anew."""

    def catch_up() -> None:
        upkeep.catch_up()
        upkeep.recount(at=clock.now())
        while upkeep.reweigh():
            upkeep.catch_up()

    return catch_up
