"""A committee that is being played keeps its own time: no sweep by the clock touches it."""

import pytest

from demo import proposing
from demo.scenario import load
from demo.year import Year
from members.enums import Channel, ProposerKind
from members.models import Committee, Notice
from proposals.enums import CosignatureState, ScanState
from proposals.matching import scan
from proposals.models import Cosignature, Event, Scan
from supervision.models import Duty, Reminder
from tests.demo.beat import sweep

SWEPT = (Cosignature, Duty, Event, Notice, Reminder, Scan)


def rows() -> dict[str, list[object]]:
    """All rows that a sweep might change."""
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in SWEPT}


def invited(year: Year) -> None:
    """A joint proposal of the year whose co-signers have been asked, years ago, and no more."""
    case = next(
        c
        for c in year.cases
        if c.plan.kind == ProposerKind.JOINT and c.plan.channel != Channel.PAPER
    )
    proposing.choose_proposer(case)
    case.until(case.plan.received_at)
    proposing.draft(case, case.text)
    others = [member for member in year.people.members if member != case.lead]
    proposing.invite(case, others[:2])


class BrokenOff(Exception):
    """A play that does not come to its end."""


def play_a_little(year: Year) -> None:
    """Real sweeps between the steps of a play change nothing; then it breaks off."""
    with year.own_clock():
        invited(year)
        asked_at = year.cases[0].plan.received_at
        scan.ask(year.people.session, year.people.members[0].user, asked_at)
        before = rows()
        sweep()
        assert rows() == before
        raise BrokenOff


@pytest.mark.django_db
def test_a_sweep_leaves_a_committee_alone_while_it_is_played() -> None:
    year = Year.prepare(load("lingwu-2022"), 1, "lingwu")

    with pytest.raises(BrokenOff):
        play_a_little(year)

    assert not Committee.objects.get().has_own_clock
    sweep()
    assert set(Cosignature.objects.values_list("state", flat=True)) == {CosignatureState.LAPSED}
    assert Scan.objects.get().state == ScanState.DONE
