"""The ledger's events reach the webhooks of their committee: with the act, or not at all."""

import json
from datetime import UTC, datetime

import pytest
from django.db import transaction

from members.models import Member, WebhookCall
from members.models.webhook import KINDS
from members.services import webhook as webhooks
from proposals.door import perform
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.models import Event, Proposal
from tests.factories.members import MemberFactory, SessionFactory, WebhookFactory

pytestmark = pytest.mark.django_db

DAY = datetime(2023, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def member() -> Member:
    webhooks._without.clear()
    return MemberFactory(committee=SessionFactory().committee)


def draft(member: Member) -> Event:
    proposal = Proposal(committee=member.committee)
    return perform(proposal, "draft", member.user, {"title": "关于增设公共厕所的建议"}, at=DAY)


def test_call_tells_of_the_event(member: Member) -> None:
    webhook = WebhookFactory(committee=member.committee)
    WebhookFactory()

    event = draft(member)

    call = WebhookCall.objects.get()
    assert (call.webhook, call.event, call.kind) == (webhook, event.pk, "proposal.draft")
    assert json.loads(call.body) == {
        "id": event.pk,
        "call_id": str(event.call_id),
        "kind": "proposal",
        "subject": event.subject_id,
        "action": "draft",
        "from": "",
        "to": "draft",
        "at": DAY.isoformat(),
        "committee": member.committee.pk,
        "proposal": {"id": event.proposal_id, "case_no": ""},
    }


def test_call_comes_and_goes_with_the_act(member: Member) -> None:
    WebhookFactory(committee=member.committee)

    with transaction.atomic():
        draft(member)
        transaction.set_rollback(True)

    assert not WebhookCall.objects.exists()


def test_every_step_can_be_asked_for() -> None:
    steps = {
        f"{model._meta.model_name}.{name}" for model in ALL_SUBJECTS for name in model.all_steps()
    }

    assert {kind for kind in KINDS if "." in kind} == steps
