"""Members and contacts in the browser: writing, co-signing, handing in, rating, one's record."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members import clock
from members.enums import Merit, ProposingPart
from members.models import FormDraft, Notice
from members.rules import PointRule, Points
from proposals.enums import ClueState, CosignatureState, FeedbackState, ProposalState
from proposals.matching import indexing
from proposals.models import Clue, Cosignature, Proposal
from proposals.selectors.record import Contribution, account, total
from proposals.selectors.versions import GONE, NEW, SAME, ComparedPiece, marked
from tests import MOST_QUERIES
from tests.factories import proposals as make
from tests.proposals.conftest import TEXT, Life, rules, state

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


class Browser:
    """The browser of somebody who is signed in."""

    def __init__(self, life: Life, name: str) -> None:
        self.life = life
        self.client = Client()
        self.client.force_login(life.users[name])

    def get(self, path: str, **headers: str) -> Any:
        with clock.at(self.life.now):
            return self.client.get(path, headers=headers or None)

    def post(self, path: str, **data: Any) -> Any:
        with clock.at(self.life.now):
            return self.client.post(path, data)


@pytest.fixture
def lead(life: Life) -> Browser:
    return Browser(life, "lead")


@pytest.fixture
def invitee(life: Life) -> Browser:
    return Browser(life, "invitee")


def read(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


# -- From the first word to the rating ---------------------------------------------------------


def test_a_member_lives_a_proposal_in_the_browser(life, lead, invitee):
    """Written, co-signed by an invitee on the first page, handed in, answered, and rated."""
    begun = lead.post("/proposals/draft/", **TEXT, publicity_wish="true", then="submit")
    draft = Proposal.objects.get()
    assert begun.url == f"/proposals/{draft.pk}/submit/"
    assert [row.text for row in draft.suggestions.all()] == TEXT["suggestions"]

    lead.post(f"/proposals/{draft.pk}/invite/", members=[life.members["invitee"].pk])
    invitation = Cosignature.objects.get()
    told = Notice.objects.get(recipient=life.users["invitee"])
    assert told.link == f"/api/v1/cosignatures/{invitation.pk}/"
    home = read(invitee.get("/"))
    assert f'action="/cosignatures/{invitation.pk}/agree/"' in home
    answered = invitee.post(f"/cosignatures/{invitation.pk}/agree/", next="/")
    assert (answered.url, state(invitation)) == ("/", CosignatureState.AGREED)

    handed_in = lead.post(f"/proposals/{draft.pk}/submit/", one_matter="true")
    assert (handed_in.status_code, state(draft)) == (302, ProposalState.SUBMITTED)

    reply = life.replied(life.filed(Proposal.objects.get(pk=draft.pk)))
    form = life.form(reply)
    page = read(lead.get(f"/feedback/{form.pk}/rate/"))
    assert "您的建议已采纳。" in page
    assert page.count('type="radio"') == 6
    rated = lead.post(f"/feedback/{form.pk}/rate/", attitude="satisfied", result="dissatisfied")
    assert (rated.status_code, state(form)) == (422, FeedbackState.SENT)  # poor needs a reason
    lead.post(
        f"/feedback/{form.pk}/rate/",
        attitude="satisfied",
        result="dissatisfied",
        comment="没有回答第二条建议",
    )
    assert state(form) == FeedbackState.RATED
    assert "重新办理（第 2 轮" in read(lead.get(f"/feedback/{form.pk}/"))


def test_whoever_saves_and_hands_in_comes_to_the_form_of_that_text(life, lead):
    """Also when the editor was opened from a list, and people go on with its next row."""
    draft, _other = life.drafted(), life.drafted()
    place = "list=drafts&in=&at=1"
    answer = lead.post(
        f"/proposals/{draft.pk}/edit/?{place}", **TEXT, analysis="新", then="submit", after="next"
    )
    assert answer.url == f"/proposals/{draft.pk}/submit/?{place}"
    assert Proposal.objects.get(pk=draft.pk).analysis == "新"
    assert lead.get(answer.url).status_code == 200


def test_the_first_page_says_like_the_proposals_own_whom_it_waits_for(life, lead):
    """Every round of review is done, so it waits for the decision."""
    proposal = life.examined(life.submitted())
    words = lead.get(f"/proposals/{proposal.pk}/").context["waiting_on"]
    assert "立案" in words
    assert words in read(lead.get("/"))


def test_a_refusal_keeps_the_text_and_says_what_is_missing(life, lead):
    draft = life.drafted(situation="", suggestions=[])
    refused = lead.post(f"/proposals/{draft.pk}/submit/", one_matter="true")
    assert (refused.status_code, state(draft)) == (422, ProposalState.DRAFT)
    assert "请填写情况与问题" in read(refused)
    assert f"/proposals/{draft.pk}/edit/#id-situation" in read(refused)

    long = "很长的案由" * 50
    answer = lead.post(f"/proposals/{draft.pk}/edit/", title=long, situation="新写的一段")
    assert answer.status_code == 422
    assert "新写的一段" in read(answer)
    assert Proposal.objects.get(pk=draft.pk).situation == ""


def test_edit_begins_with_the_text_and_can_clear_what_was_chosen(life, lead):
    unit = life.units["A"]
    draft = life.drafted(suggested_units=[unit.pk], publicity_wish=False, publicity_reason="内部")
    page = read(lead.get(f"/proposals/{draft.pk}/edit/"))
    assert TEXT["situation"] in page
    assert f'name="suggested_units" value="{unit.pk}" checked>' in page

    lead.post(f"/proposals/{draft.pk}/edit/", **TEXT, suggested_units="", publicity_wish="true")
    after = Proposal.objects.get(pk=draft.pk)
    assert (after.suggested_units.count(), after.publicity_wish) == (0, True)


def test_the_editor_says_what_is_missing_and_what_is_alike(life, lead):
    """While typing, and without scripts by a button that saves nothing."""
    first = life.filed()
    indexing.catch_up()
    typed = {**TEXT, "suggestions": ["", "  "], "analysis": "第 1 处最为突出。"}

    panel = read(lead.post("/proposals/similar-to/", **typed))
    assert "请至少提出一条具体建议" in panel
    assert f'href="/proposals/{first.pk}/"' in panel

    page = lead.post("/proposals/draft/", **{**typed, "add-row": "look"})
    assert page.status_code == 200
    assert f'href="/proposals/{first.pk}/"' in read(page)
    assert TEXT["situation"] in read(page)
    assert Proposal.objects.count() == 1


def test_what_is_very_like_another_is_asked_why_it_is_not_the_same(life, lead):
    life["cosigner"].does("submit", first := life.drafted("cosigner"), one_matter=True)
    life.examined(first)
    life["director"].does("file", first, category="other")
    indexing.catch_up()
    draft = life.drafted()

    asked = lead.post(f"/proposals/{draft.pk}/submit/", one_matter="true")
    assert asked.status_code == 422
    assert [one["proposal"] for one in asked.context["similar"]] == [first]
    assert 'name="distinct_because"' in read(asked)

    lead.post(f"/proposals/{draft.pk}/submit/", one_matter="true", distinct_because="另一条街")
    assert state(draft) == ProposalState.SUBMITTED


def test_the_same_text_twice_leads_to_the_first(life, lead):
    first = life.submitted(analysis="同一段")
    again = life.drafted(analysis="同一段")
    refused = lead.post(f"/proposals/{again.pk}/submit/", one_matter="true", distinct_because="无")
    assert (refused.status_code, state(again)) == (422, ProposalState.DRAFT)
    assert f'href="/proposals/{first.pk}/"' in read(refused)


# -- Who sees what -----------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["", "edit/", "print/", "submit/", "?tab=versions"])
def test_drafts_of_others_do_not_exist(life, place):
    draft = life.drafted()
    assert Browser(life, "member").get(f"/proposals/{draft.pk}/{place}").status_code == 404
    assert Browser(life, "lead").get(f"/proposals/{draft.pk}/").status_code == 200


def test_files_are_added_downloaded_and_removed(life, lead):
    draft = life.drafted()
    lead.post(f"/proposals/{draft.pk}/attach/", file=SimpleUploadedFile("调研.pdf", PDF))
    file = draft.attachments.get()
    assert f'href="/attachments/{file.pk}/content/"' in read(lead.get(f"/proposals/{draft.pk}/"))
    got = lead.get(f"/attachments/{file.pk}/content/")
    assert b"".join(got.streaming_content) == PDF
    assert Browser(life, "member").get(f"/attachments/{file.pk}/content/").status_code == 404

    lead.post(f"/proposals/{draft.pk}/detach/", attachment=file.pk)
    file.refresh_from_db()
    assert file.removed_at == life.now


def test_the_sheet_shows_contacts_only_to_those_who_may_see_them(life, lead):
    life.members["lead"].phone = "13900000001"
    life.members["lead"].save()
    filed = life.filed()
    sheets = {
        name: read(Browser(life, name).get(f"/proposals/{filed.pk}/print/"))
        for name in ("lead", "clerk", "member")
    }
    assert {name: "13900000001" in page for name, page in sheets.items()} == {
        "lead": True,
        "clerk": True,
        "member": False,
    }


def test_only_members_not_yet_asked_can_be_invited(life, lead):
    draft = life.drafted()
    life.invited(draft)
    page = lead.get(f"/proposals/{draft.pk}/invite/")
    (field,) = page.context["form"].fields
    offered = {choice.value for choice in field.choices}
    assert offered == {str(life.members[name].pk) for name in ("cosigner", "member")}


# -- What stays the same however much there is ----------------------------------------------------


def queries(browser: Browser, path: str) -> int:
    browser.get(path)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert browser.get(path).status_code == 200
    return len(caught)


@pytest.mark.parametrize(
    "path", ["/", "/lists/invitations/", "/lists/to-rate/", "/lists/drafts/", "/me/record/"]
)
def test_pages_ask_no_more_for_three_than_for_one(life, path):
    def one_more() -> None:
        life.drafted()
        life.submitted()
        back = life.submitted()
        life["clerk"].does("return_for_revision", back, reason="请写具体")
        life.replied(life.filed())
        other = life.drafted("cosigner")
        life["cosigner"].does("invite", other, members=[life.members["lead"].pk])

    lead = Browser(life, "lead")
    one_more()
    alone = queries(lead, path)
    one_more()
    one_more()
    assert (queries(lead, path), alone <= MOST_QUERIES) == (alone, True)


@pytest.mark.parametrize("place", ["", "edit/", "submit/", "print/", "?tab=versions"])
def test_the_page_of_a_draft_asks_no_more_for_three_than_for_one(life, lead, place):
    draft = life.drafted(suggestions=["一"])
    path = f"/proposals/{draft.pk}/{place}"
    alone = queries(lead, path)
    for name in ("cosigner", "invitee"):
        life.invited(draft, name)
    life["lead"].does("edit", draft, suggestions=["一", "二", "三"])
    for number in range(3):
        file = SimpleUploadedFile(f"{number}.pdf", PDF)
        life["lead"].does("attach", draft, form=True, file=file)
    assert (queries(lead, path), alone <= MOST_QUERIES) == (alone, True)


# -- The first page ---------------------------------------------------------------------------


def test_the_first_page_tells_drafts_reasons_and_what_was_not_sent(life, lead):
    draft = life.drafted()
    back = life.submitted()
    life["clerk"].does("return_for_revision", back, reason="请写明是哪条街")
    FormDraft.objects.create(
        user=life.users["lead"],
        path=f"/proposals/{draft.pk}/edit/",
        fields={"title": ["关于"]},
        saved_at=life.now,
    )
    page = read(lead.get("/"))
    assert "退回理由：请写明是哪条街" in page
    assert "尚未存入草稿" in page
    assert "大会提案" in page or "征集提案中" in page


def test_who_has_nothing_is_told_what_comes_next(life):
    page = read(Browser(life, "member").get("/"))
    assert "还没有提交的提案" in page


def test_proposers_are_told_when_the_answer_is_due_but_not_by_whom(life, lead):
    task = life.at_work()["A"]
    page = read(lead.get("/"))
    assert "等待答复" in page
    assert str(task.unit) not in page


# -- Versions ---------------------------------------------------------------------------------


def test_marked_tells_what_changed_to_the_character():
    old, new = marked("停车位三百个，缺口很大。", "停车位五百个，缺口很大。")
    assert old == [
        ComparedPiece(SAME, "停车位"),
        ComparedPiece(GONE, "三"),
        ComparedPiece(SAME, "百个，缺口很大。"),
    ]
    assert new == [
        ComparedPiece(SAME, "停车位"),
        ComparedPiece(NEW, "五"),
        ComparedPiece(SAME, "百个，缺口很大。"),
    ]


@pytest.mark.parametrize(("old", "new"), [("", "新写"), ("删去", ""), ("一样", "一样"), ("", "")])
def test_marked_loses_nothing(old, new):
    before, after = marked(old, new)
    assert ("".join(p.text for p in before), "".join(p.text for p in after)) == (old, new)


def test_versions_stand_side_by_side(life, lead):
    proposal = life.submitted(situation="路灯很暗。")
    life["clerk"].does("return_for_revision", proposal, reason="请写具体")
    life["lead"].does("edit", proposal, situation="路灯很少。")
    life["lead"].does("resubmit", proposal, one_matter=True)
    page = read(lead.get(f"/proposals/{proposal.pk}/?tab=versions"))
    assert "<del>暗</del>" in page
    assert "<ins>少</ins>" in page


# -- The record ---------------------------------------------------------------------------------


def contribution(part: ProposingPart, *merits: Merit) -> Contribution:
    return Contribution(Proposal(), part, merits)


LEAD, COSIGNER = ProposingPart.LEAD, ProposingPart.COSIGNER
FILED, KEY = Merit.FILED, Merit.KEY


def test_points_follow_the_scheme():
    scheme = Points(
        rules=(
            PointRule(merit=FILED, part=LEAD, points=15, most=20),
            PointRule(merit=FILED, part=COSIGNER, points=3),
            PointRule(merit=KEY, part=LEAD, points=10),
        ),
        most=40,
    )
    deeds = [
        contribution(LEAD, FILED, KEY),
        contribution(LEAD, FILED, KEY),
        contribution(COSIGNER, FILED),
    ]
    lines = account(scheme, deeds)
    assert [(line.points, line.most) for line in lines] == [(20, 20), (3, 0), (20, 0)]
    assert total(scheme, lines) == 40


def test_the_higher_part_alone_counts_where_the_scheme_says_so():
    scheme = Points(
        rules=(
            PointRule(merit=FILED, part=LEAD, points=15, most=15),
            PointRule(merit=FILED, part=COSIGNER, points=3),
        ),
        highest_part=True,
    )
    lines = account(
        scheme, [contribution(LEAD, FILED), contribution(COSIGNER, FILED), contribution(COSIGNER)]
    )
    assert [(line.number, line.points) for line in lines] == [(1, 15), (1, 0)]


def test_the_record_counts_what_one_did_and_nobody_else(life, lead):
    life.signed(draft := life.drafted())
    life["lead"].does("submit", draft, one_matter=True)
    life.replied(life.filed(draft))
    life.submitted()
    row = lead.get("/me/record/").context["records"][0]["rows"][0]
    assert [row[name] for name in ("initiated", "cosigned", "filed", "adopted")] == [2, 0, 1, 1]
    assert row["points"] == 15
    signer = Browser(life, "cosigner").get("/me/record/").context["records"][0]["rows"][0]
    assert (signer["initiated"], signer["cosigned"], signer["points"]) == (0, 1, 3)
    assert Browser(life, "member").get("/me/record/").context["records"][0]["rows"] == []
    assert Browser(life, "clerk").get("/me/record/").context["records"] == []
    assert "履职档案（提案）" in read(lead.get("/me/record/?format=print"))


def test_a_limit_on_points_is_told_where_it_cuts_them_off():
    scheme = {"rules": [{"merit": "submitted", "points": 5, "most": 8}], "most": 7}
    life = Life(rules(points=scheme))
    for _at in range(2):
        life.submitted()

    text = read(Browser(life, "lead").get("/me/record/"))

    assert "2 件，每件 5 分，计 8 分（以 8 分为限）" in text
    assert "合计 7 分（以 7 分为限）" in text


def test_a_place_without_a_scheme_shows_no_points():
    life = Life(rules(points={"rules": []}))
    life.submitted()
    record = Browser(life, "lead").get("/me/record/").context["records"][0]
    assert (record["total"], record["rows"][0]["points"]) == (None, None)


# -- Clues ----------------------------------------------------------------------------------------


def test_a_clue_is_published_written_on_and_closed(life, lead):
    clerk = Browser(life, "clerk")
    clerk.post("/clues/publish/", topic="加装电梯", text="推进很慢。", source="市民来信")
    clue = Clue.objects.get()
    assert "加装电梯" in read(lead.get("/lists/clues/"))
    assert "发布提案线索" not in read(lead.get("/lists/clues/"))

    page = read(lead.get(f"/proposals/draft/?clue={clue.pk}"))
    assert "提案线索《加装电梯》（市民来信）：推进很慢。" in page
    lead.post("/proposals/draft/", **TEXT, clue=clue.pk, publicity_wish="true")
    draft = Proposal.objects.get()
    assert draft.clue == clue
    assert f'href="/clues/{clue.pk}/"' in read(lead.get(f"/proposals/{draft.pk}/"))
    assert draft.title not in read(clerk.get(f"/clues/{clue.pk}/"))  # a draft is its writer's

    clerk.post(f"/clues/{clue.pk}/close/", reason="已有人提出")
    assert state(clue) == ClueState.CLOSED
    assert "加装电梯" not in read(lead.get("/lists/clues/"))
    refused = lead.post("/proposals/draft/", **TEXT, clue=clue.pk)
    assert (refused.status_code, Proposal.objects.count()) == (422, 1)


def test_clues_are_the_committees_own(life):
    elsewhere = make.ClueFactory()
    assert Browser(life, "lead").get(f"/clues/{elsewhere.pk}/").status_code == 404
    assert Browser(life, "A handler").get("/lists/clues/").status_code == 404
    long = Browser(life, "clerk").post("/clues/publish/", topic="长", text="长" * 501, source="信")
    assert (long.status_code, Clue.objects.count()) == (422, 1)


# -- The contact of a body ------------------------------------------------------------------------


def test_a_contact_writes_for_their_body_alone(life):
    contact = Browser(life, "contact")
    field = contact.get("/proposals/draft/").context["parts"]["body"]
    assert [choice.value for choice in field.choices] == [str(life.body.pk)]
    contact.post("/proposals/draft/", **TEXT, body=life.body.pk, publicity_wish="true")
    assert Proposal.objects.get().body == life.body
    assert contact.get("/").status_code == 200
