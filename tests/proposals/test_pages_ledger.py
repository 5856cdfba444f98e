"""The ledger in the browser: filtered, exported as it is filtered, and proved to be whole."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members import clock
from members.models import Job
from members.services import job
from proposals.models import Event, Proposal
from tests import MOST_QUERIES
from tests.ledger import record_posts, suspended
from tests.proposals.conftest import Life

pytestmark = pytest.mark.django_db


class Browser:
    """The browser of somebody who is signed in."""

    def __init__(self, life: Life, name: str) -> None:
        self.life = life
        self.client = Client()
        self.client.force_login(life.users[name])

    def get(self, path: str, **asked: Any) -> Any:
        with clock.at(self.life.now):
            return self.client.get(path, asked)

    def text(self, path: str, **asked: Any) -> str:
        answer = self.get(path, **asked)
        assert answer.status_code == 200, (path, answer.status_code)
        return str(answer.content.decode())

    def post(self, path: str) -> Any:
        with clock.at(self.life.now):
            return self.client.post(path)

    def listed(self, **asked: Any) -> list[int]:
        """The keys of the events that the list shows."""
        answer = self.get("/lists/ledger/", **asked)
        assert answer.context["listing"].is_valid, answer.context["listing"].filterset.errors
        return [row.pk for row in answer.context["listing"].page.object_list]


@pytest.fixture
def auditor(life: Life) -> Browser:
    return Browser(life, "auditor")


def keys(**wanted: Any) -> list[int]:
    """Events, the newest first; drafts are nobody's but their proposers'."""
    drafts = {"subject_kind": "proposal", "target": "draft"}
    return list(
        Event.objects.filter(**wanted)
        .exclude(**drafts)
        .order_by("-id")
        .values_list("pk", flat=True)
    )


def test_what_no_longer_exists_is_told_in_the_words_of_its_event(
    life: Life, auditor: Browser
) -> None:
    """Steps and kinds that a later version dropped stay on record and can be read."""
    proposal = life.filed()
    filing = Event.objects.get(action="file")
    with suspended(connection):
        Event.objects.filter(action="submit").update(action="lodge")
        Event.objects.filter(pk=filing.pk).update(subject_kind="petition")

    record = Browser(life, "clerk").text(f"/proposals/{proposal.pk}/?tab=record")
    assert "lodge" in record
    assert "petition" in record
    assert "lodge" in auditor.text("/lists/ledger/")
    event = auditor.text(f"/ledger/{filing.pk}/")
    assert "petition" in event
    assert "/subjects/petition/" not in event


def test_the_ledger_is_narrowed_by_what_happened_who_did_it_and_when(
    life: Life, auditor: Browser
) -> None:
    first, second = life.filed(), life.filed()
    director = life.users["director"]
    director.name = "章主任"
    director.save()

    assert auditor.listed(action="file") == keys(action="file")
    assert auditor.listed(person="章主任") == keys(actor=director)
    assert auditor.listed(subject_kind="proposal", channel="api") == keys(
        subject_kind="proposal", channel="api"
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert auditor.listed(number=second.case_no) == keys(proposal=second)
    assert auditor.listed(number=first.receipt_no) == keys(proposal=first)
    day = life.now.date().isoformat()
    assert auditor.listed(after=day, before=day) == keys()
    assert auditor.listed(after="2024-02-01") == []


def test_an_export_has_exactly_the_lines_of_the_list(life: Life, auditor: Browser) -> None:
    life.filed()
    life.filed()

    answer = auditor.get("/lists/ledger/", action="file", format="xlsx")

    sheet = ZipFile(BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 1 + len(keys(action="file"))
    assert all(f"<v>{key}</v>" in sheet for key in keys(action="file"))


def test_an_event_is_shown_with_its_input_and_its_place_in_the_chain(
    life: Life, auditor: Browser
) -> None:
    proposal = life.submitted()
    life["clerk"].does("return_for_revision", proposal, reason="请写明地点")
    event = Event.objects.get(action="return_for_revision")

    page = auditor.text(f"/ledger/{event.pk}/")

    assert "请写明地点" in page
    assert event.hash in page
    assert event.previous_hash in page
    assert (page.count("与内容一致"), page.count("衔接")) == (1, 1)
    assert str(life.users["clerk"]) in page


def test_event_leads_to_no_neighbour_that_the_reader_does_not_see(
    life: Life, auditor: Browser
) -> None:
    own = Event.objects.filter(subject_kind="proposal", subject_id=life.filed().pk)
    drafted, submitted = own.order_by("sequence")[:2]

    page = auditor.text(f"/ledger/{submitted.pk}/")

    assert auditor.get(f"/ledger/{drafted.pk}/").status_code == 404
    assert f'href="/ledger/{drafted.pk}/"' not in page
    assert "同一对象的后一条" in page
    assert "衔接" in page
    assert "不衔接" not in page


def test_the_list_asks_the_same_for_few_and_for_many(life: Life, auditor: Browser) -> None:
    life.submitted()
    auditor.text("/lists/ledger/")
    counts = []
    for _more in range(2):
        with CaptureQueriesContext(connection) as captured:
            auditor.text("/lists/ledger/")
        counts.append(len(captured))
        life.filed()

    assert counts[0] == counts[1] <= MOST_QUERIES


def test_what_was_changed_in_the_database_is_found_in_one_proposal_and_in_all(
    life: Life, auditor: Browser
) -> None:
    whole, broken = life.filed(), life.filed()
    record_posts(life.now)
    broken.refresh_from_db()
    page = auditor.text("/ledger/verify/", number=broken.receipt_no)
    assert "完整" in page
    with suspended(connection):
        Event.objects.filter(proposal=broken, action="submit").update(input={"one_matter": False})

    page = auditor.text(f"/ledger/verify/{broken.pk}/")
    asked = auditor.post("/ledger/verify/all/")
    order = Job.objects.get(kind="verify_ledger")
    job.run(order.pk, lambda: life.now)

    assert "内容已被改动" in page
    assert "完整" in auditor.text(f"/ledger/verify/{whole.pk}/")
    assert asked.headers["Location"] == f"/jobs/{order.pk}/"
    order.refresh_from_db()
    assert (order.result["checked"], order.result["count"]) == (Event.objects.count(), 1)
    assert "1 处问题" in auditor.text("/")
    event = Event.objects.get(proposal=broken, action="submit")
    assert "与内容不符" in auditor.text(f"/ledger/{event.pk}/")


def test_a_proposal_whose_own_events_are_gone_does_not_hold(life: Life, auditor: Browser) -> None:
    proposal, other = life.submitted(), life.submitted()
    with suspended(connection):
        own = Event.objects.filter(subject_kind="proposal", subject_id=proposal.pk)
        own.update(proposal=other)

    assert "现状与其最后一条事件不符" in auditor.text(f"/ledger/verify/{proposal.pk}/")


@pytest.mark.parametrize("name", ["lead", "contact", "clerk", "A liaison", "supervisor"])
def test_the_ledger_is_not_for_others(life: Life, name: str) -> None:
    proposal = life.filed()
    somebody = Browser(life, name)

    for path in ("/lists/ledger/", "/ledger/verify/", f"/ledger/verify/{proposal.pk}/"):
        assert somebody.get(path).status_code == 404
    if name != "clerk":  # who reads the record anyway
        assert somebody.get(f"/ledger/{keys()[0]}/").status_code == 404
    assert somebody.post("/ledger/verify/all/").status_code == 404


def test_events_of_another_committee_are_not_there(life: Life, auditor: Browser) -> None:
    elsewhere = Life()
    proposal = elsewhere.filed()

    assert not set(auditor.listed()) & set(keys(proposal=proposal))
    assert auditor.get(f"/ledger/{keys(proposal=proposal)[0]}/").status_code == 404
    assert auditor.get(f"/ledger/verify/{proposal.pk}/").status_code == 404


def test_an_auditor_reads_everything_and_is_offered_no_step(life: Life, auditor: Browser) -> None:
    task = life.at_work()["A"]

    page = auditor.get(f"/proposals/{task.proposal_id}/")

    assert page.status_code == 200
    assert page.context["actions"] == []
    assert Proposal.objects.count() == 1
