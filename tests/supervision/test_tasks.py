"""Work in the background, on a real worker and twice over."""

from datetime import UTC, datetime, timedelta

import pytest

from config.processes import Child
from members import clock
from proposals.door import perform
from proposals.models import Cosignature, Event, Proposal
from supervision import tasks
from supervision.models import Duty
from tests.factories.members import MemberFactory, SessionFactory
from tests.services import until

DAY = datetime(2023, 3, 1, 9, tzinfo=UTC)


def invited(at: datetime) -> Cosignature:
    """An invitation to co-sign a draft, sent at ``at``."""
    session = SessionFactory()
    lead, other = MemberFactory.create_batch(2, committee=session.committee)
    proposal = perform(
        Proposal(committee=session.committee),
        "draft",
        lead.user,
        {"title": "关于增设公共厕所的建议"},
        at=at,
    ).subject
    perform(proposal, "invite", lead.user, {"members": [other.pk]}, at=at)
    return Cosignature.objects.get()


@pytest.mark.django_db
def test_an_invitation_lapses_after_its_hour_and_only_once() -> None:
    signature = invited(DAY)
    due_at = Duty.objects.get(kind="cosign").due_at

    with clock.at(due_at):
        assert tasks.lapse_invitations() == 0
    with clock.at(due_at + timedelta(seconds=1)):
        assert tasks.lapse_invitations() == 1
        assert tasks.lapse_invitations() == 0

    signature = Cosignature.objects.get(pk=signature.pk)
    assert signature.state == "lapsed"
    assert Event.objects.get(action="lapse").actor is None
    assert Duty.objects.get(kind="cosign").closing == "cancelled"


@pytest.mark.django_db(transaction=True)
def test_a_worker_lapses_what_the_broker_rang_for(celery_worker: Child) -> None:
    signature = invited(clock.now() - timedelta(days=3))

    tasks.lapse_invitations.delay()

    until(lambda: Cosignature.objects.get(pk=signature.pk).state == "lapsed")
