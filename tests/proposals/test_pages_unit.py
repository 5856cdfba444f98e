"""The pages of undertaking units: from the mail to the letter, through a browser's requests."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as product_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members import clock
from members.enums import Channel
from members.models import Delivery, Notice, Post, User
from members.services.delivery import compose
from proposals.enums import AssignmentState, ReplyState
from proposals.mail_actions import Fault, address, opened
from proposals.models import Assignment, Commitment, Event, Phrase, Reply
from tests.proposals.conftest import Life, state

pytestmark = pytest.mark.django_db

MOST = 20
"""Queries that a page may take."""


class Visitor:
    """Somebody with a browser."""

    def __init__(self, life: Life, user: User | None) -> None:
        self.life, self.client = life, Client()
        if user is not None:
            self.client.force_login(user, product_settings.AUTHENTICATION_BACKENDS[0])

    def opens(self, path: str, **query: Any) -> Any:
        with clock.at(self.life.now):
            return self.client.get(path, query)

    def sends(self, path: str, **fields: Any) -> Any:
        with clock.at(self.life.now):
            return self.client.post(path, fields)


@pytest.fixture
def browse(life: Life) -> Any:
    def visitor(name: str = "") -> Visitor:
        return Visitor(life, life.users[name] if name else None)

    return visitor


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def letter(reply: dict[str, Any]) -> dict[str, Any]:
    """A reply as the form of the editor sends it."""
    sent = {name: value for name, value in reply.items() if name != "points"}
    for at, point in enumerate(reply["points"]):
        sent |= {f"points[{at}]{name}": value for name, value in point.items()}
    return sent


# -- The page of a proposal ----------------------------------------------------------------------


def test_next_steps_of_the_own_task_stand_beside_the_proposal(life, browse):
    task = life.assigned()["A"]
    page = f"/proposals/{task.proposal_id}/"

    assert f"/assignments/{task.pk}/acknowledge/" in text(browse("A liaison").opens(page))
    assert f"/assignments/{task.pk}/acknowledge/" not in text(browse("A handler").opens(page))
    assert browse("B liaison").opens(page).status_code == 404


def test_unit_signs_and_comes_back_to_the_tab_of_tasks(life, browse):
    task = life.assigned()["A"]

    answer = browse("A liaison").sends(f"/assignments/{task.pk}/acknowledge/", version=task.version)

    assert answer["Location"] == f"/proposals/{task.proposal_id}/?tab=handling"
    assert state(task) == AssignmentState.ACKNOWLEDGED


def test_tabs_tell_contacts_opinions_and_the_way_of_the_reply(life, browse):
    tasks = life.at_work(assist="B")
    reply = life.written(tasks["A"])
    page = f"/proposals/{reply.proposal_id}/"
    handler = browse("A handler")

    assert "会办意见尚未交齐" in text(handler.opens(page, tab="replies"))
    assert str(life.units["B"]) in text(handler.opens(page, tab="opinions"))
    assert text(handler.opens(page, tab="contacts")).count("提案人") == 2

    life["B liaison"].does("give_opinion", tasks["B"], text="同意新建。", signed_by="局长")
    life["A handler"].does("send_to_check", reply)
    life["A liaison"].does("send_back", reply, reason="请补充数据")
    seen = text(handler.opens(page, tab="replies"))
    assert "请补充数据" in seen
    assert str(life.users["A liaison"]) in seen
    assert "同意新建。" in text(handler.opens(page, tab="opinions"))


def test_proposer_reads_neither_opinions_nor_drafts(life, browse):
    tasks = life.at_work(assist="B")
    life.written(tasks["A"], body="还没有定稿。")
    life["B liaison"].does("give_opinion", tasks["B"], text="同意新建。", signed_by="局长")
    page = f"/proposals/{tasks['A'].proposal_id}/"
    lead = browse("lead")

    for tab in ("handling", "contacts", "opinions", "replies"):
        seen = text(lead.opens(page, tab=tab))
        assert "同意新建。" not in seen
        assert "还没有定稿。" not in seen
    assert "同意新建。" not in text(lead.opens(f"/assignments/{tasks['B'].pk}/"))


@pytest.mark.parametrize("tab", ["text", "handling", "contacts", "opinions", "replies", "limits"])
def test_tabs_take_as_many_queries_for_three_units_as_for_one(life, browse, tab):
    counts = []
    for assist in ("B", "BCD"):
        tasks = life.at_work(assist=assist)
        life.written(tasks["A"])
        handler = browse("A handler")
        page, query = f"/proposals/{tasks['A'].proposal_id}/", {"tab": tab, "list": "in-hand"}
        handler.opens(page, **query)
        with CaptureQueriesContext(connection) as queries:
            assert handler.opens(page, **query, at=1).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] <= MOST


# -- Writing a reply -----------------------------------------------------------------------------


def test_editor_shows_each_suggestion_and_leaves_out_what_is_not_answered(life, browse):
    task = life.at_work()["A"]
    first, second = task.proposal.suggestions.all()
    form = f"/assignments/{task.pk}/draft-reply/"
    handler = browse("A handler")

    seen = text(handler.opens(form))
    assert first.text in seen
    assert second.text in seen

    reply = life.letter(task.proposal) | {"commitments[0]text": "年底建成"}
    reply["points"][1] |= {"answer": "", "adoption": ""}
    back = f"/proposals/{task.proposal_id}/?tab=replies"
    assert f'name="next" value="{back}"' in seen
    assert handler.sends(form, **letter(reply), next=back)["Location"] == back
    draft = Reply.objects.get()
    assert [point.suggestion for point in draft.points.all()] == [first]
    assert draft.commitments.get().text == "年底建成"
    edit = f"/replies/{draft.pk}/edit/"
    assert "还没有答复的建议：2" in text(handler.opens(edit))
    assert handler.opens(form)["Location"] == edit  # not a second one


def test_refused_editor_keeps_what_was_typed(life, browse):
    task = life.at_work()["A"]
    reply = life.letter(task.proposal)
    reply["points"][1] |= {"answer": "资金不足", "adoption": "not_adopted"}

    answer = browse("A handler").sends(f"/assignments/{task.pk}/draft-reply/", **letter(reply))

    assert answer.status_code == 422
    seen = text(answer)
    assert "部分采纳或未采纳的，须说明原因" in seen
    assert "资金不足" in seen
    assert not Reply.objects.exists()


def test_editing_begins_with_the_draft_and_replaces_it(life, browse):
    reply = life.written(life.at_work()["A"], leader="副局长")
    form = f"/replies/{reply.pk}/edit/"
    handler = browse("A handler")

    assert 'value="副局长"' in text(handler.opens(form))

    handler.sends(form, **letter(life.letter(reply.proposal) | {"body": "重写。"}))
    reply = Reply.objects.get(pk=reply.pk)
    assert (reply.body, reply.points.count()) == ("重写。", 2)


def test_check_before_sending_names_what_is_missing(life, browse):
    task = life.at_work()["A"]
    points = life.letter(task.proposal)["points"][:1]
    reply = life.written(task, points=points)

    seen = text(browse("A handler").opens(f"/replies/{reply.pk}/send-to-check/"))

    assert "还有 1 条建议没有答复" in seen
    assert "第 2 条" in seen


def test_signing_goes_through_the_list_of_what_waits(life, browse):
    reply = life.written(life.at_work()["A"])
    handler, liaison, signatory = (
        browse(f"A {who}") for who in ("handler", "liaison", "signatory")
    )
    title = reply.proposal.title
    lists = "/lists/to-sign/"
    assert title in text(handler.opens(lists))
    assert title not in text(signatory.opens(lists))

    handler.sends(f"/replies/{reply.pk}/send-to-check/")
    assert title in text(liaison.opens(lists))
    liaison.sends(f"/replies/{reply.pk}/pass-check/")
    assert title in text(signatory.opens(lists))
    signatory.sends(f"/replies/{reply.pk}/sign/")
    liaison.sends(f"/replies/{reply.pk}/deliver/", document_number="局函〔2024〕7号")

    assert state(reply) == ReplyState.DELIVERED
    seen = text(browse("lead").opens(f"/replies/{reply.pk}/print/"))
    assert "局函〔2024〕7号" in seen
    assert "答复稿" not in seen
    assert f"{life.members['lead'].name}委员" in seen


def test_many_tasks_are_signed_for_at_once(life, browse):
    tasks = [life.assigned()["A"] for _number in range(3)]
    liaison = browse("A liaison")
    assert text(liaison.opens("/lists/to-accept/")).count("data-line") == 3

    liaison.sends(
        "/lists/to-accept/bulk/", step="acknowledge", rows=[t.pk for t in tasks], confirmed="1"
    )

    assert {state(task) for task in tasks} == {AssignmentState.ACKNOWLEDGED}


LISTS = (
    *("to-accept", "in-hand", "to-sign", "to-rehandle"),
    *("own-replies", "own-returns", "own-extensions", "own-promises"),
)


@pytest.mark.parametrize("slug", LISTS)
def test_lists_of_units_take_as_many_queries_for_three_rows_as_for_one(life, browse, slug):
    counts = []
    for many in (1, 2):
        for _number in range(many):
            life.assigned()
            life.written(life.at_work()["A"])
            life["A liaison"].does(
                "request_extension",
                life.at_work()["A"],
                new_due_on="2024-03-20",
                reason="勘察",
            )
        handler = browse("A handler")
        handler.opens(f"/lists/{slug}/")
        with CaptureQueriesContext(connection) as queries:
            assert handler.opens(f"/lists/{slug}/").status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] <= MOST


def test_promises_wait_in_their_list_until_they_are_kept(life, browse):
    promise = {"commitments": [{"text": "年底建成", "due_on": "2024-12-31"}]}
    life.delivered(life.written(life.at_work()["A"], **promise))
    (kept,) = Commitment.objects.all()
    liaison = browse("A liaison")
    assert "年底建成" in text(liaison.opens("/lists/own-promises/"))
    assert "年底建成" in text(liaison.opens(f"/commitments/{kept.pk}/"))

    liaison.sends(f"/commitments/{kept.pk}/keep/", evidence="已建成")

    assert "年底建成" not in text(liaison.opens("/lists/own-promises/"))


# -- Phrases -------------------------------------------------------------------------------------


def test_liaison_keeps_phrases_that_the_handler_finds_in_the_editor(life, browse):
    task = life.at_work()["A"]
    liaison = browse("A liaison")

    liaison.sends("/phrases/", title="感谢", text="感谢您的建议。", result_class="A")

    phrase = Phrase.objects.get()
    assert phrase.unit == life.units["A"]
    assert "感谢您的建议。" in text(
        browse("A handler").opens(f"/assignments/{task.pk}/draft-reply/")
    )
    assert "感谢您的建议。" not in text(browse("B liaison").opens("/phrases/"))
    assert browse("A handler").sends("/phrases/", title="另一条", text="文").status_code == 200
    assert browse("B liaison").sends(f"/phrases/{phrase.pk}/delete/").status_code == 404
    assert browse("A handler").sends(f"/phrases/{phrase.pk}/delete/").status_code == 404
    assert Phrase.objects.get() == phrase
    assert "感谢您的建议。" in text(liaison.opens(f"/phrases/{phrase.pk}/"))
    assert "已有同名的常用语" in text(liaison.sends("/phrases/", title="感谢", text="又一条"))

    liaison.sends(f"/phrases/{phrase.pk}/delete/")
    assert not Phrase.objects.exists()


def test_committees_phrases_are_there_for_all_its_units(life, browse):
    browse("clerk").sends("/phrases/", title="开头", text="您的提案收悉。")

    assert "您的提案收悉。" in text(browse("B handler").opens("/phrases/"))
    assert browse("lead").opens("/phrases/").status_code == 404


# -- From the mail -------------------------------------------------------------------------------


@pytest.fixture
def mail(settings: Any) -> None:
    settings.SITE_URL, settings.SENDS_EMAIL = "https://tian.example", True
    settings.REQUIRE_2FA = False


def mailed_to(life: Life, name: str) -> str:
    """The text of the mail about the assignment to that person."""
    user = life.users[name]
    notice = Notice.objects.filter(recipient=user, about__startswith="assignment:").last()
    assert notice is not None
    row = Delivery(notice=notice, recipient=user, means="email", key="x")
    row.carried = Delivery.objects.none  # type: ignore[method-assign]
    with clock.at(life.now):
        return compose(row)[1]


def path_in(message: str) -> str:
    found = re.search(r"https://tian\.example(/mailed/\S+)", message)
    assert found is not None, message
    return found[1]


@pytest.mark.usefixtures("mail")
def test_liaison_signs_from_the_mail_without_a_login(life, browse):
    task = life.assigned()["A"]
    path, stranger = path_in(mailed_to(life, "A liaison")), browse()

    shown = stranger.opens(path)
    assert shown.status_code == 200
    assert task.proposal.title in text(shown)
    assert task.proposal.situation not in text(shown)
    assert state(task) == AssignmentState.ISSUED  # looking changes nothing

    assert "已办理" in text(stranger.sends(path, step="acknowledge"))
    event = Event.objects.get(subject_kind="assignment", action="acknowledge")
    assert (event.actor, event.channel) == (life.users["A liaison"], Channel.WEB)
    assert event.address == "127.0.0.1"

    again = stranger.sends(path, step="acknowledge")
    assert (again.status_code, task.proposal.title in text(again)) == (410, False)
    assert "只能用一次" in text(again)


@pytest.mark.usefixtures("mail")
def test_liaison_gives_back_from_the_mail_with_a_reason(life, browse):
    task = life.assigned()["A"]
    path, stranger = path_in(mailed_to(life, "A liaison")), browse()

    refused = stranger.sends(path, step="request_return", suggested_unit=life.units["B"].pk)
    assert refused.status_code == 422
    assert not task.return_requests.exists()

    stranger.sends(
        path, step="request_return", suggested_unit=life.units["B"].pk, reason="不属于本局职责"
    )
    assert task.return_requests.get().reason == "不属于本局职责"
    assert stranger.opens(path).status_code == 410


@pytest.mark.usefixtures("mail")
def test_address_from_a_mail_dies_when_it_should(life, browse):
    task = life.assigned()["A"]
    path, stranger = path_in(mailed_to(life, "A liaison")), browse()
    sealed = path.split("/")[2]

    broken = stranger.opens(f"/mailed/{sealed[:-1]}{'a' if sealed[-1] != 'a' else 'b'}/")
    assert (broken.status_code, "不完整" in text(broken)) == (404, True)

    begun = life.now
    life.later(days=60)
    late = stranger.sends(path, step="acknowledge")
    assert (late.status_code, "已过期" in text(late)) == (410, True)

    life.now = begun
    posts = Post.objects.filter(user=life.users["A liaison"])
    posts.update(until=(begun - timedelta(days=1)).date())
    former = stranger.sends(path, step="acknowledge")
    assert (former.status_code, "不担任" in text(former)) == (403, True)
    assert state(task) == AssignmentState.ISSUED


def test_address_is_good_for_its_own_task_and_person_only(life):
    tasks = life.assigned(assist="B")
    with clock.at(life.now):
        of_another = address(life.users["B liaison"], tasks["A"], life.now)
        of_handler = address(life.users["A handler"], tasks["A"], life.now)
        sole = address(life.users["A liaison"], tasks["A"], life.now)
        life["assigner"].does("reassign", tasks["A"], unit=life.units["C"].pk, reason="改交")

        assert opened(sole, life.now) == Fault.MOVED_ON
        assert opened(of_another, life.now) == Fault.MOVED_ON
        task = life.assigned()["A"]
        for name, user in (("B liaison", of_another), ("A handler", of_handler)):
            sealed = address(life.users[name], task, life.now)
            assert opened(sealed, life.now) == Fault.NOT_YOURS, user


@pytest.mark.usefixtures("mail")
def test_mails_carry_no_address_where_they_should_not(life, settings):
    life.assigned()
    assert "/mailed/" in mailed_to(life, "A liaison")

    settings.REQUIRE_2FA = True
    assert "/mailed/" not in mailed_to(life, "A liaison")
    settings.REQUIRE_2FA = False
    task = Assignment.objects.get()
    life["A liaison"].does("acknowledge", task)
    assert "/mailed/" not in mailed_to(life, "A liaison")


def test_guessing_addresses_is_slowed_down(browse):
    stranger = browse()

    path = reverse("mailed", args=["x"])
    answers = [stranger.sends(path, step="acknowledge").status_code for _try in range(31)]

    assert (answers[0], answers[-1]) == (404, 429)
