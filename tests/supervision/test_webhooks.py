"""The ledger's events reach the webhooks of their committee: with the act, or not at all."""

import json
from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.db import transaction

from members.models import Member, WebhookCall
from members.models.webhook import KINDS
from members.services import webhook as webhooks
from proposals.door import perform
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.models import Event, Proposal
from supervision.api.webhooks import WEBHOOKS, payload_of
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
        "type": "proposal.draft",
        "timestamp": "2023-03-01T09:00:00Z",
        "data": {
            "id": event.pk,
            "call_id": str(event.call_id),
            "subject_kind": "proposal",
            "subject_id": event.subject_id,
            "version": 1,
            "committee": member.committee.pk,
            "proposal": event.proposal_id,
            "case_no": "",
            "action": "draft",
            "source": "",
            "target": "draft",
            "channel": "web",
        },
    }


def test_call_comes_and_goes_with_the_act(member: Member) -> None:
    WebhookFactory(committee=member.committee)

    with transaction.atomic():
        draft(member)
        transaction.set_rollback(True)

    assert not WebhookCall.objects.exists()


def test_calls_of_before_are_made_again_in_the_standard_shape(member: Member) -> None:
    WebhookFactory(committee=member.committee)
    event = draft(member)
    call = WebhookCall.objects.get()
    standard = json.loads(call.body)
    before = {
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
    WebhookCall.objects.update(body=json.dumps(before))

    import_module("supervision.migrations.0006_standard_webhooks").rewrite(apps, None)

    call.refresh_from_db()
    assert json.loads(call.body) == standard


def test_every_step_can_be_asked_for_and_is_described() -> None:
    steps = {f"{model.kind}.{name}" for model in ALL_SUBJECTS for name in model.all_steps()}

    assert {kind for kind in KINDS if "." in kind} == steps
    assert {webhook.name for webhook in WEBHOOKS} == steps


def test_call_has_the_described_shape(member: Member) -> None:
    WebhookFactory(committee=member.committee)
    draft(member)
    sent = json.loads(WebhookCall.objects.get().body)

    described = payload_of(Proposal)(data=sent)

    assert described.is_valid(), described.errors
    assert sent.keys() == described.fields.keys()
    assert sent["data"].keys() == described.fields["data"].fields.keys()
