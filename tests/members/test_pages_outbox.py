"""The outbox, webhooks and their calls in the browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AbstractBaseUser
from django.test import Client

from members import clock
from members.enums import OutgoingState, Role
from members.models import Delivery, Notice, User, Webhook, WebhookCall
from tests.factories.members import CommitteeFactory, PostFactory

pytestmark = pytest.mark.django_db

AT = datetime(2024, 3, 4, 1, 0, tzinfo=UTC)


def signed_in(user: AbstractBaseUser) -> Client:
    client = Client()
    client.force_login(user)
    return client


def message(to: User, state: str) -> Delivery:
    notice = Notice.objects.create(recipient=to, title="密", text="只给本人看", created_at=AT)
    return Delivery.objects.create(
        notice=notice,
        recipient=to,
        means="email",
        state=state,
        attempts=16,
        created_at=AT,
        due_at=AT,
        next_try_at=AT,
        last_error="550 没有此人",
    )


@pytest.fixture
def administrator() -> User:
    return PostFactory(role=Role.COMMITTEE_ADMINISTRATOR).user


@pytest.fixture
def clerk(administrator: User) -> User:
    committee = administrator.posts.get().committee
    return PostFactory(role=Role.COMMITTEE_CLERK, committee=committee).user


def test_what_failed_is_seen_and_sent_again(administrator, clerk):
    """Who, why, how often; not what it says. Once more, and it waits again."""
    dead = message(clerk, OutgoingState.DEAD)
    client = signed_in(administrator)
    assert [line["row"] for line in client.get("/lists/outbox/").context["rows"]] == [dead]
    page = client.get(f"/outbox/{dead.pk}/").content.decode()
    assert "550 没有此人" in page
    assert "只给本人看" not in page
    client.post(f"/outbox/{dead.pk}/resend/")
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == (OutgoingState.WAITING, 0)


def test_all_that_failed_is_sent_again_as_far_as_the_filters_go(administrator, clerk):
    dead, sent = message(clerk, OutgoingState.DEAD), message(clerk, OutgoingState.SENT)
    signed_in(administrator).post("/outbox/resend/", {"in": "state=dead"})
    states = {row.pk: row.state for row in Delivery.objects.all()}
    assert states == {dead.pk: OutgoingState.WAITING, sent.pk: OutgoingState.SENT}


def test_the_outbox_of_another_committee_is_not_there(administrator):
    stranger = PostFactory(role=Role.COMMITTEE_CLERK, committee=CommitteeFactory()).user
    dead = message(stranger, OutgoingState.DEAD)
    client = signed_in(administrator)
    assert client.get(f"/outbox/{dead.pk}/").status_code == 404
    assert client.post(f"/outbox/{dead.pk}/resend/").status_code == 404
    assert signed_in(stranger).get("/lists/outbox/").status_code == 404


def test_a_call_of_a_webhook_is_read_and_replayed(administrator):
    hook = Webhook.objects.create(
        committee=administrator.posts.get().committee, url="https://oa.example/x", made_at=AT
    )
    call = WebhookCall.objects.create(
        webhook=hook,
        event=1,
        kind="proposal.file",
        body='{"a": 1}',
        state=OutgoingState.DEAD,
        created_at=AT,
        due_at=AT,
        next_try_at=AT,
        status_code=500,
        answer="boom",
    )
    client = signed_in(administrator)
    assert "boom" in client.get(f"/webhook-calls/{call.pk}/").content.decode()
    client.post(f"/webhook-calls/{call.pk}/replay/")
    call.refresh_from_db()
    assert call.state == OutgoingState.WAITING


def test_a_webhook_is_made_and_its_secret_rotated_on_the_pages(administrator):
    """Each secret is shown once; the old one signs beside the new one as long as was chosen."""
    client = signed_in(administrator)
    form = {"url": "https://oa.example/x", "kinds": ["proposal.file", "reply"]}

    refused = client.post("/webhooks/new/", form | {"url": "ftp://oa.example/"})
    made = client.post("/webhooks/new/", form | {"is_active": "true"})
    hook = Webhook.objects.get()
    page = f"/webhooks/{hook.pk}/"
    client.post(page, form | {"kinds": "", "is_active": "true"})
    unsaid = client.post(f"{page}rotate-secret/", {"days": "9"})
    rotated = client.post(f"{page}rotate-secret/", {"days": "7"})

    assert refused.status_code == 422
    assert "https://oa.example/x" not in refused.content.decode()
    shown = [re.search(r"whsec_[^<]+", told.content.decode()) for told in (made, rotated)]
    new, old = hook.secrets.all()
    assert [found and found[0] for found in shown] == [old.value, new.value]
    assert made["Cache-Control"] == rotated["Cache-Control"] == "no-store"
    assert unsaid.status_code == 302
    assert timedelta(0) < clock.now() + timedelta(days=7) - old.ends_at < timedelta(minutes=1)
    assert "whsec_" not in client.get(page).content.decode()
    hook.refresh_from_db()
    assert (hook.kinds, hook.is_active, hook.made_by) == ([], True, administrator)
    listed = client.get("/lists/webhooks/").content.decode()
    assert "https://oa.example/x" in listed
    stranger = signed_in(PostFactory(role=Role.COMMITTEE_ADMINISTRATOR).user)
    assert stranger.post(f"{page}rotate-secret/", {"days": "0"}).status_code == 404
    assert stranger.get(page).status_code == 404
