"""The editor of rules: what it draws is what the rules say, and what it is sent is kept whole."""

from datetime import time, timedelta
from importlib import import_module
from operator import attrgetter

import jsonschema
import pytest
from django.apps import apps
from django.http import QueryDict

from members import clock
from members.enums import Role
from members.models import Rulebook
from members.pages.forms import Field
from members.pages.rulebooks.fields import drawn_part, part_of
from members.presets import NAMES, preset
from members.rule_changes import changes
from members.rules import Rules, json_schema
from tests.factories.members import CommitteeFactory, PostFactory, RulebookFactory

pytestmark = pytest.mark.django_db


def send(field: Field, sent: QueryDict) -> None:
    """What a browser sends of a field as it is drawn."""
    for row in field.rows:
        for part in row:
            send(part, sent)
    if field.kind == "group":
        for part in field.blank:
            send(part, sent)
    elif field.kind == "several":
        sent.setlist(field.name, ["", *field.values])  # a hidden input says that it was there
    elif field.kind == "checkbox":
        if field.value:
            sent[field.name] = "true"
    elif field.kind != "rows":
        sent[field.name] = str(field.value)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_drawn_and_sent_back_says_the_same(name):
    document = preset(name)
    for part in Rules.model_fields:
        sent = QueryDict(mutable=True)
        send(drawn_part(part, document.get(part), {}), sent)

        again = Rules.read({**document, part: part_of(part, sent)})

        assert getattr(again, part) == getattr(Rules.read(document), part), part


@pytest.fixture
def administrator():
    committee = CommitteeFactory(rulebook="county")
    return PostFactory(role=Role.COMMITTEE_ADMINISTRATOR, committee=committee).user


@pytest.fixture
def signed_in(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def prepared(signed_in):
    """Rules that are to come, as a copy of those in force."""
    in_force = Rulebook.objects.get()
    day = clock.today() + timedelta(days=30)
    answer = signed_in.post(f"/rulebooks/{in_force.pk}/prepare/", {"effective_from": f"{day}"})
    return Rulebook.objects.get(pk=answer.url.rstrip("/").rpartition("/")[2])


def test_rules_are_prepared_part_by_part_and_say_what_they_change(signed_in, prepared):
    url = f"/rulebooks/{prepared.pk}/parts/cosigning/"

    answer = signed_in.post(url, {"cosigning.max_invitees": "7", "cosigning.remark_max": "100"})

    page = signed_in.get(answer.url)
    found = [(c.section, c.before, c.after) for c in page.context["changes"]]
    assert found == [("cosigning", str(Rules.read(preset("county")).cosigning.max_invitees), "7")]
    assert Rulebook.objects.earliest().document == preset("county")


def test_a_wrong_place_is_named_and_nothing_is_lost(signed_in, prepared):
    url = f"/rulebooks/{prepared.pk}/parts/cosigning/"

    answer = signed_in.post(url, {"cosigning.max_invitees": "0", "cosigning.remark_max": "88"})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id-cosigning-max_invitees"' in text
    assert 'value="88"' in text
    prepared.refresh_from_db()
    assert prepared.document == Rules.stored(preset("county"))


@pytest.mark.parametrize(
    ("part", "name", "default", "wrong", "told"),
    [
        ("handling", "handling.returns.max_times", 2, "两次", "须为整数"),
        ("similarity", "similarity.merge", 0.18, "高", "须为数字"),
        ("reminders", "reminders.window_from", time(8, 30), "25:00", "须为时刻，如 08:30"),
    ],
)
def test_what_is_emptied_gets_its_default_and_what_is_wrong_its_remedy(
    signed_in, prepared, part, name, default, wrong, told
):
    url = f"/rulebooks/{prepared.pk}/parts/{part}/"
    sent = QueryDict(mutable=True)
    send(drawn_part(part, prepared.document.get(part), {}), sent)

    refused = signed_in.post(url, dict(sent.lists()) | {name: wrong})
    saved = signed_in.post(url, dict(sent.lists()) | {name: ""})

    assert (refused.status_code, saved.status_code) == (422, 302)
    assert told in refused.content.decode()
    prepared.refresh_from_db()
    assert attrgetter(name)(Rules.read(prepared.document)) == default


def test_what_the_forms_send_is_stored_as_the_schema_says(signed_in, prepared):
    for part in Rules.model_fields:
        sent = QueryDict(mutable=True)
        send(drawn_part(part, prepared.document.get(part), {}), sent)
        signed_in.post(f"/rulebooks/{prepared.pk}/parts/{part}/", dict(sent.lists()))

    prepared.refresh_from_db()
    jsonschema.validate(prepared.document, json_schema())
    assert changes(Rules.read(preset("county")), Rules.read(prepared.document)) == []


def test_rulebooks_that_were_stored_as_text_get_their_values():
    document = preset("county")
    as_text = document | {"cosigning": {"max_invitees": "7"}, "publication": {"enabled": "true"}}
    rulebook = RulebookFactory(document=as_text)

    import_module("members.migrations.0015_rulebook_values").store_values(apps, None)

    rulebook.refresh_from_db()
    jsonschema.validate(rulebook.document, json_schema())
    assert rulebook.document["cosigning"] == {"max_invitees": 7}
    assert rulebook.document["publication"] == {"enabled": True}


def test_a_row_that_is_added_is_part_of_the_rules(signed_in, prepared):
    sent = QueryDict(mutable=True)
    drawn = drawn_part("review", prepared.document["review"], {})
    send(drawn, sent)
    number = len(prepared.document["review"]["categories"])
    sent[f"review.categories[{number}]code"] = "sea"
    sent[f"review.categories[{number}]name"] = "海洋"
    sent["review.categories[0]drop"] = "1"

    signed_in.post(f"/rulebooks/{prepared.pk}/parts/review/", dict(sent.lists()))

    prepared.refresh_from_db()
    before = [row["code"] for row in preset("county")["review"]["categories"]]
    after = [row["code"] for row in prepared.document["review"]["categories"]]
    assert after == [*before[1:], "sea"]


def test_rules_in_force_are_read_and_not_changed(signed_in):
    in_force = Rulebook.objects.get()

    assert signed_in.get(f"/rulebooks/{in_force.pk}/").status_code == 200
    assert signed_in.get(f"/rulebooks/{in_force.pk}/parts/review/").status_code == 404


def test_no_limit_is_said_in_words(signed_in, prepared):
    url = f"/rulebooks/{prepared.pk}/parts/cosigning/"

    answer = signed_in.post(url, {"cosigning.max_invitees": "50", "cosigning.remark_max": "0"})

    page = signed_in.get(answer.url)
    found = [(c.where[-1], c.before, c.after) for c in page.context["changes"]]
    assert found == [("联名附言字数上限", "100", "不限")]
    assert "0 为不限" in signed_in.get(url).content.decode()
    assert "<dt>联名附言字数上限</dt><dd>不限</dd>" in page.content.decode()


def test_who_does_not_administer_reads_only_what_is_in_force(client, administrator, prepared):
    clerk = PostFactory(role=Role.COMMITTEE_CLERK, committee=prepared.committee).user
    client.force_login(clerk)

    assert client.get(f"/rulebooks/{prepared.pk}/").status_code == 404
    assert client.post(f"/rulebooks/{prepared.pk}/parts/review/", {}).status_code == 404


def test_equal_rules_differ_nowhere():
    assert changes(Rules.read(preset("city")), Rules.read(preset("city"))) == []


def test_a_changed_limit_tells_both_dates_of_an_example(signed_in, prepared):
    document = {**prepared.document}
    document["deadlines"] = [
        {**row, "amount": row["amount"] + 1} if row["duty"] == "reply" else row
        for row in document["deadlines"]
    ]
    Rulebook.objects.filter(pk=prepared.pk).update(document=document)

    told = signed_in.get(f"/rulebooks/{prepared.pk}/").context["consequences"]

    assert len(told) == 2
    assert "答复" in told[0]
    assert "期限不变" in told[1]
