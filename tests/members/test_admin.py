"""The back office: for platform administrators; rules in force are only read."""

import json
from datetime import timedelta

import pytest
from django.contrib import admin
from django.test import Client

from members.enums import Role
from members.models import OutgoingState, Rulebook
from members.presets import preset
from tests.factories.members import (
    BodyFactory,
    CommitteeFactory,
    DeliveryFactory,
    MemberFactory,
    PostFactory,
    RulebookFactory,
    SessionFactory,
    StandInFactory,
    UnitFactory,
    UserFactory,
    WebhookCallFactory,
)
from tests.members.conftest import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

URL = "/admin/members/rulebook/"
LATER = TODAY + timedelta(days=30)
OWN = [
    model._meta.model_name for model in admin.site._registry if model._meta.app_label == "members"
]


@pytest.fixture
def platform() -> Client:
    """Signed in as a platform administrator."""
    user = UserFactory(is_staff=True)
    PostFactory(user=user, role=Role.PLATFORM_ADMINISTRATOR, committee=None)
    client = Client()
    client.force_login(user)
    return client


def place() -> None:
    """One row of each kind."""
    session = SessionFactory()
    body = BodyFactory(committee=session.committee)
    UnitFactory(committee=session.committee)
    DeliveryFactory()
    StandInFactory()
    WebhookCallFactory()
    RulebookFactory(committee=CommitteeFactory(rulebook=False))
    MemberFactory(committee=session.committee, sector=body)


@pytest.mark.parametrize("model", OWN)
def test_list_asks_the_same_for_one_place_and_for_three(
    platform: Client, model: str, django_assert_max_num_queries
) -> None:
    place()
    with django_assert_max_num_queries(9):
        platform.get(f"/admin/members/{model}/")
    place(), place()

    with django_assert_max_num_queries(9):
        assert platform.get(f"/admin/members/{model}/").status_code == 200


def test_staff_without_the_post_sees_nothing() -> None:
    client = Client()
    client.force_login(
        PostFactory(user=UserFactory(is_staff=True), role=Role.COMMITTEE_ADMINISTRATOR).user
    )

    assert client.get(URL).status_code == 403


def test_new_rulebook_starts_from_a_preset(platform: Client) -> None:
    page = platform.get(f"{URL}add/?preset=city")

    assert page.context["adminform"].form.initial["document"] == preset("city")
    assert "?preset=county" in page.content.decode()


def test_document_is_checked_and_kept_with_its_author(platform: Client) -> None:
    committee = CommitteeFactory()
    form = {
        "committee": committee.pk,
        "effective_from": LATER,
        "note": "",
        "document": '{"name": "草案"}',
    }

    refused = platform.post(f"{URL}add/", form)
    past = platform.post(
        f"{URL}add/",
        form | {"effective_from": "2021-01-01", "document": json.dumps(preset("city"))},
    )
    accepted = platform.post(f"{URL}add/", form | {"document": json.dumps(preset("city"))})

    assert "handling: 缺少此项" in refused.content.decode()
    assert "生效日期不能早于今天" in past.content.decode()
    assert accepted.status_code == 302
    assert Rulebook.objects.get(effective_from=LATER).author.is_staff


def test_rules_in_force_are_shown_as_text_and_not_changed(platform: Client) -> None:
    rulebook = RulebookFactory()
    coming = RulebookFactory(committee=rulebook.committee, effective_from=LATER)

    page = platform.get(f"{URL}{rulebook.pk}/change/").content.decode()
    answer = platform.post(f"{URL}{rulebook.pk}/change/", {"note": "x"})
    deletion = platform.post(f"{URL}{rulebook.pk}/delete/", {"post": "yes"})

    assert "区县政协提案工作规则" in page
    assert "<textarea" not in page
    assert (answer.status_code, deletion.status_code) == (403, 403)
    assert "<textarea" in platform.get(f"{URL}{coming.pk}/change/").content.decode()


def test_dead_letters_are_sent_again(platform: Client) -> None:
    dead = [DeliveryFactory(state=OutgoingState.DEAD), WebhookCallFactory(state="dead")]
    sent = DeliveryFactory(state=OutgoingState.SENT)

    for row in (*dead, sent):
        platform.post(
            f"/admin/members/{row._meta.model_name}/",
            {"action": "resend_dead", "_selected_action": [row.pk]},
        )

    for row in (*dead, sent):
        row.refresh_from_db()
    assert [row.state for row in (*dead, sent)] == ["waiting", "waiting", "sent"]


@pytest.mark.parametrize("model", ["delivery", "webhookcall", "webhook", "standin"])
def test_what_went_out_is_not_written_by_hand(platform: Client, model: str) -> None:
    call, _, _ = WebhookCallFactory(), DeliveryFactory(), StandInFactory()

    added = platform.get(f"/admin/members/{model}/add/").status_code
    page = platform.get(f"/admin/members/webhook/{call.webhook.pk}/change/").content.decode()

    assert added == 403
    assert call.webhook.secrets.get().value not in page
