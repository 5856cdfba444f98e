"""The office that assigns, in the browser: the form, the meeting, paper, inspection, replies."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import localdate

from members import clock
from members.enums import Channel, DutyKind
from proposals.enums import AssignmentState, ProposalState
from proposals.matching import indexing
from proposals.models import Assignment, AssignmentBatch, Feedback, Proposal
from tests import MOST_QUERIES
from tests.proposals.browser import Browser, queries
from tests.proposals.conftest import Life, due, rules, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def assigner(life: Life) -> Browser:
    return Browser(life, "assigner")


@pytest.fixture
def clerk(life: Life) -> Browser:
    return Browser(life, "clerk")


def filed(life: Life, *, wishes: str = "", opinion: str = "") -> Proposal:
    """Filed; its proposer wishes for some units, its reviewers propose others, the first leads."""
    proposal = life.submitted(suggested_units=[life.units[name].pk for name in wishes])
    roles = ["sole"] if len(opinion) == 1 else ["lead", "assist", "assist"]
    units = [
        {"unit": life.units[name].pk, "role": role}
        for name, role in zip(opinion, roles, strict=False)
    ]
    for _round in proposal.committee.rulebooks.get().document["review"]["rounds"]:
        life["reviewer"].does("review", proposal, outcome="file", units=units)
    life["director"].does("file", proposal, category="other")
    return proposal


def form_of(rows: dict[str, str], **more: Any) -> dict[str, Any]:
    """Key of a unit to its role, as the form sends it."""
    sent: dict[str, Any] = {}
    for at, (unit, role) in enumerate(rows.items()):
        sent |= {f"units[{at}]unit": unit, f"units[{at}]role": role}
    return {**sent, **more}


# -- The form ----------------------------------------------------------------------------------


def test_the_form_proposes_units_with_reasons_loads_and_dates(life, assigner):
    """Reviewers and the proposer are heard; the date that is shown is the one that is set."""
    life.assigned(to="A")
    proposal = filed(life, wishes="C", opinion="AB")
    page = assigner.get(f"/proposals/{proposal.pk}/assign/")
    form = page.context["assigning"]
    proposed = {row.unit: row for row in form.candidates}
    assert [proposed[life.units[name]].role for name in "ABC"] == ["lead", "assist", ""]
    assert proposed[life.units["C"]].reasons == ["提案者建议"]
    assert (proposed[life.units["A"]].load.open, proposed[life.units["B"]].load.open) == (1, 0)
    promised = {role["value"]: role["main"].due_at for role in form.roles}
    keys = {name: str(life.units[name].pk) for name in "AB"}
    answer = assigner.post(
        f"/proposals/{proposal.pk}/assign/",
        **form_of({keys["A"]: "lead", keys["B"]: "assist"}, key="1"),
    )
    assert answer.status_code == 302
    assert state(proposal) == ProposalState.ASSIGNED
    assert due(DutyKind.REPLY, proposal=proposal) == localdate(promised["lead"])
    assert due(DutyKind.ASSIST_OPINION, proposal=proposal) == localdate(promised["assist"])


def test_units_that_object_are_heard_in_the_form(life, assigner):
    """A unit said whose it is: that one is proposed in its place."""
    proposal = filed(life)
    life["assigner"].does(
        "pre_assign", proposal, units=[{"unit": life.units["A"].pk, "role": "sole"}]
    )
    asked = proposal.pre_assignments.get()
    life["A liaison"].does(
        "object", asked, reason="不属职责范围", suggested_unit=life.units["B"].pk
    )
    assert [line["row"] for line in assigner.get("/lists/objections/").context["rows"]] == [asked]
    rows = assigner.get(f"/proposals/{proposal.pk}/assign/").context["assigning"].candidates
    assert [(row.unit, row.role) for row in rows] == [
        (life.units["B"], "sole"),
        (life.units["A"], ""),
    ]


def test_letters_are_previewed_before_anything_is_assigned(life, assigner):
    """What each unit would read, with what was typed; the form stays as it is."""
    proposal = filed(life, opinion="AB")
    keys = {name: str(life.units[name].pk) for name in "AB"}
    typed = form_of({keys["A"]: "lead", keys["B"]: "assist"}, note="请于月底前沟通")
    page = assigner.post(f"/proposals/{proposal.pk}/assign/", **typed, **{"add-row": "letters"})
    letters = page.context["assigning"].letters
    assert {letter.unit for letter in letters} == {life.units["A"], life.units["B"]}
    assert page.content.decode().count("请于月底前沟通") == 3  # both letters, and the form
    assert state(proposal) == ProposalState.FILED


def test_a_refused_form_keeps_what_was_typed(life, assigner):
    """Two that lead are refused; roles and note are still there."""
    proposal = filed(life, opinion="AB")
    keys = {name: str(life.units[name].pk) for name in "AC"}
    typed = form_of({keys["A"]: "lead", keys["C"]: "lead"}, note="急")
    page = assigner.post(f"/proposals/{proposal.pk}/assign/", **typed)
    rows = page.context["assigning"].rows
    assert page.status_code == 422
    assert [(row["role"], row["unit"]) for row in rows[:3]] == [
        ("lead", ""),
        ("", ""),
        ("lead", keys["C"]),
    ]
    assert "主办或独办单位只能有一个" in page.content.decode()
    assert not proposal.assignments.exists()


def test_the_form_takes_as_many_queries_for_more_units(life, assigner):
    one, three = filed(life, wishes="A"), filed(life, wishes="ABC", opinion="AB")
    pages = [f"/proposals/{row.pk}/assign/" for row in (one, three)]
    counts = [queries(assigner, page) for page in pages]
    assert counts[0] == counts[1] <= MOST_QUERIES


def test_who_handled_similar_ones_is_told(life, assigner):
    """Of the same matter, an earlier one was unit A's."""
    life.assigned(filed(life), to="A")
    proposal = filed(life)
    indexing.catch_up()
    with clock.at(life.now):
        indexing.recount(at=clock.now())
    while indexing.reweigh():
        indexing.catch_up()
    path = f"/proposals/{proposal.pk}/experience/"
    rows = assigner.get(path).context["rows"]
    assert [row["unit"] for row in rows] == [life.units["A"]]
    assert queries(assigner, path) <= MOST_QUERIES


# -- The meeting -------------------------------------------------------------------------------


def lines_of(life: Life, *proposals: Proposal, **typed: str) -> dict[str, Any]:
    """A batch as it is sent: unit A leads each, unless ``typed`` says otherwise."""
    sent: dict[str, Any] = {
        "name": "交办会",
        "document_number": "府办〔2024〕3号",
        "proposal": [row.pk for row in proposals],
        "keep": [row.pk for row in proposals],
    }
    for row in proposals:
        sent |= {f"lead-{row.pk}": life.units["A"].name, f"assist-{row.pk}": ""}
        sent |= {f"separate-{row.pk}": ""}
    return sent | typed


def test_chosen_rows_are_assigned_in_one_act_and_each_unit_gets_a_letter(life, assigner):
    """From the list to the batch, to its page, to letters: one a unit, with all its items."""
    one, two, left_out = filed(life, opinion="AB"), filed(life, wishes="C"), filed(life)
    chosen = {"step": "assign", "rows": [one.pk, two.pk, left_out.pk]}
    form = assigner.get(assigner.post("/lists/filed/bulk/", **chosen)["Location"])
    names = {line.proposal: (line.lead, line.assist) for line in form.context["meeting"].lines}
    assert names[one] == (life.units["A"].name, life.units["B"].name)
    assert names[two] == (life.units["C"].name, "")
    sent = lines_of(life, one, two, left_out, **{f"assist-{one.pk}": life.units["B"].name})
    sent |= {"keep": [one.pk, two.pk], f"urgent-{two.pk}": "1"}
    answer = assigner.post("/assignment-batches/issue/", **sent)
    batch = AssignmentBatch.objects.get()
    assert answer["Location"] == f"/assignment-batches/{batch.pk}/"
    tasks = Assignment.objects.filter(batch=batch).order_by("proposal_id", "id")
    assert [(task.proposal, task.unit, task.role) for task in tasks] == [
        (one, life.units["A"], "lead"),
        (one, life.units["B"], "assist"),
        (two, life.units["A"], "sole"),
    ]
    assert (state(left_out), Proposal.objects.get(pk=two.pk).urgent) == ("filed", True)
    assert len(assigner.get(answer["Location"]).context["items"]) == 2
    letters = assigner.get(f"/assignment-batches/{batch.pk}/letters/").context["letters"]
    items = {letter.unit: [item["proposal"] for item in letter.items] for letter in letters}
    assert items == {life.units["A"]: [one, two], life.units["B"]: [one]}
    assert {date.kind for date in letters[0].items[0]["dates"]} >= {"acknowledge", "reply"}


def test_a_refused_batch_names_each_line_and_loses_nothing(life, assigner):
    """One unit does not exist, one proposal has been assigned meanwhile: all stays as typed."""
    one, two = filed(life), filed(life)
    sent = lines_of(life, one, two, **{f"lead-{one.pk}": "没有这个局"})
    page = assigner.post("/assignment-batches/issue/", **sent)
    (line,) = page.context["meeting"].troubled
    assert (page.status_code, line.proposal, line.lead) == (422, one, "没有这个局")
    assert line.troubles == ["没有名为“没有这个局”的承办单位"]
    life.assigned(two, to="B")
    page = assigner.post("/assignment-batches/issue/", **lines_of(life, one, two))
    (line,) = page.context["meeting"].troubled
    assert line.proposal == two
    assert "不能“交办”" in line.troubles[0]
    assert (state(one), AssignmentBatch.objects.count()) == ("filed", 0)
    name = [field.value for field in page.context["meeting"].fields if field.name == "name"]
    assert name == ["交办会"]


def test_a_batch_sent_twice_is_issued_once(life, assigner):
    one = filed(life)
    sent = lines_of(life, one, key="k1")
    first = assigner.post("/assignment-batches/issue/", **sent)
    assert assigner.post("/assignment-batches/issue/", **sent)["Location"] == first["Location"]
    assert AssignmentBatch.objects.count() == 1


def test_the_meeting_takes_as_many_queries_for_more_proposals(life, assigner):
    page = "/assignment-batches/issue/"
    counts = []
    for more in (1, 2):
        for _number in range(more):
            filed(life, wishes="AC", opinion="AB")
        counts.append(queries(assigner, page))
    assert counts[0] == counts[1] <= MOST_QUERIES


def test_others_neither_assign_nor_read_letters(life, assigner, clerk):
    """The clerk is told who assigns; a unit does not know that there are letters of others."""
    one = filed(life)
    assigner.post("/assignment-batches/issue/", **lines_of(life, one))
    batch = AssignmentBatch.objects.get()
    assert clerk.get("/assignment-batches/issue/").status_code == 403
    assert clerk.get(f"/assignment-batches/{batch.pk}/letters/").status_code == 200
    stranger = Browser(life, "D liaison")
    assert stranger.get(f"/assignment-batches/{batch.pk}/letters/").status_code == 404
    assert stranger.get(f"/proposals/{one.pk}/experience/").status_code == 404
    steps = [step.name for step in clerk.get("/lists/filed/").context["steps"]]
    assert steps == []


# -- Paper -------------------------------------------------------------------------------------

TEXT = {
    "title": "关于增设路灯的建议",
    "situation": "夜里很暗。",
    "suggestions": "增设路灯",
    "publicity_wish": "true",
    "one_matter": "true",
}


def test_paper_is_typed_in_and_its_scan_kept(life, clerk):
    scan = SimpleUploadedFile("提案.txt", "签名".encode(), "text/plain")
    sent = {**TEXT, "proposer": life.members["lead"].pk, "scan": scan}
    answer = clerk.post("/proposals/enter/", **sent)
    proposal = Proposal.objects.get()
    assert answer["Location"] == f"/proposals/{proposal.pk}/"
    assert (proposal.state, proposal.lead) == (ProposalState.SUBMITTED, life.members["lead"])
    assert [row.name for row in proposal.attachments.all()] == ["提案.txt"]


def test_a_scan_that_is_refused_is_told_and_the_entry_stands(life, clerk):
    scan = SimpleUploadedFile("提案.exe", b"MZ\x90\x00", "application/octet-stream")
    sent = {**TEXT, "proposer": life.members["lead"].pk, "scan": scan}
    answer = clerk.post("/proposals/enter/", **sent)
    assert Proposal.objects.get().attachments.count() == 0
    told = [str(one) for one in get_messages(answer.wsgi_request)]
    assert any("提案.exe" in text and "没有存入" in text for text in told)


def test_paper_that_is_refused_keeps_its_text(life, clerk):
    page = clerk.post("/proposals/enter/", **TEXT)
    assert page.status_code == 422
    assert "夜里很暗。" in page.content.decode()
    assert 'enctype="multipart/form-data"' in page.content.decode()
    assert not Proposal.objects.exists()


def test_a_rating_on_paper_leaves_the_list_of_forms_that_are_out(life, clerk):
    form = life.form(life.replied())
    listed = clerk.get("/lists/feedback-forms/").context["rows"]
    assert [line["url"] for line in listed] == [f"/feedback/{form.pk}/"]
    life.later(days=1)
    clerk.post(
        f"/feedback/{form.pk}/rate-on-paper/",
        attitude="satisfied",
        result="satisfied",
        signed_at=life.now.strftime("%Y-%m-%dT%H:%M"),
        scan=SimpleUploadedFile("反馈.txt", "满意".encode(), "text/plain"),
    )
    assert Feedback.objects.get(pk=form.pk).channel == Channel.PAPER
    assert not clerk.get("/lists/feedback-forms/").context["rows"]


# -- Inspection, many at once, afterwards --------------------------------------------------------


def test_the_inspection_reads_each_answer_beside_its_suggestion_and_goes_on(db):
    """Passing leads to the next reply in the list; what was merged in comes after its own."""
    life = Life(rules(handling={"inspection": True}))
    replies = []
    guest = life.submitted()
    for number in range(2):
        task = life.at_work()["A"]
        if not number:
            guest.refresh_from_db()
            life["clerk"].does("merge", guest, into=task.proposal_id)
        reply = life.written(task)
        life["A handler"].does("send_to_check", reply)
        life["A liaison"].does("pass_check", reply)
        life["A signatory"].does("sign", reply)
        replies.append(reply)
    inspector = Browser(life, "inspector")
    line = inspector.get("/lists/inspections/").context["rows"][0]
    page = inspector.get(f"{line['url']}?{line['query']}")
    points = page.context["points"]
    assert [(number, row.text, point.answer) for number, row, point in points] == [
        ("1", "新建停车场", "采纳"),
        ("2", "开放单位车位", "采纳"),
        (f"1（并入件 {guest.receipt_no}）", "新建停车场", "采纳"),
        (f"2（并入件 {guest.receipt_no}）", "开放单位车位", "采纳"),
    ]
    assert {form.step.name for form in page.context["forms"]} == {
        "pass_inspection",
        "send_back_from_inspection",
    }
    following = page.context["list_position"].next
    answer = inspector.post(
        f"/replies/{replies[0].pk}/pass-inspection/", result_class="B", note="", next=following
    )
    assert answer["Location"] == following
    assert (state(replies[0]), replies[1].pk) == ("signed", int(following.split("/")[2]))
    assert queries(inspector, f"/inspections/{replies[1].pk}/") <= MOST_QUERIES
    assert Browser(life, "B liaison").get(f"/inspections/{replies[1].pk}/").status_code == 404


def test_a_step_on_many_says_beforehand_how_many_it_tells(life, clerk):
    """Two proposals of one member, and one of a body: two people, each once."""
    proposals = [life.replied().proposal, life.replied().proposal]
    page = clerk.post(
        "/lists/to-conclude/bulk/", step="conclude", rows=[row.pk for row in proposals]
    )
    told = page.context["recipients"]
    assert [(str(label), number) for label, number in told["parts"]] == [
        ("提案者", 1),
        ("承办单位", 1),
    ]
    assert told["count"] == 2


def test_what_is_to_be_followed_up_this_year_is_listed_until_it_is(life, clerk):
    """Class B is looked at again; the form begins with this year and the present class."""
    reply = life.delivered(life.written(life.at_work()["A"], result_class="B"))
    life.rated(reply, "satisfied")
    proposal = Proposal.objects.get(pk=reply.proposal_id)
    assert proposal.state == ProposalState.CONCLUDED
    assert [line["row"] for line in clerk.get("/lists/to-follow-up/").context["rows"]] == [proposal]
    form = clerk.get(f"/proposals/{proposal.pk}/follow-up/").context["form"]
    begun = {field.name: field.value for field in form.fields}
    assert (begun["year"], begun["result_class"]) == ("2024", "B")
    clerk.post(f"/proposals/{proposal.pk}/follow-up/", **begun | {"evidence": "已建成"})
    assert not clerk.get("/lists/to-follow-up/").context["rows"]


def test_what_can_be_made_public_is_listed_and_taken_down_again(life, clerk):
    proposal = filed(life)
    assert [line["row"] for line in clerk.get("/lists/to-publish/").context["rows"]] == [proposal]
    clerk.post(f"/proposals/{proposal.pk}/publish/", scope="full")
    assert not clerk.get("/lists/to-publish/").context["rows"]
    assert [line["row"] for line in clerk.get("/lists/published/").context["rows"]] == [proposal]
    clerk.post(f"/proposals/{proposal.pk}/unpublish/", reason="提案者要求")
    assert not clerk.get("/lists/published/").context["rows"]


def test_a_task_taken_back_leaves_no_letter(life, assigner):
    """The letters of a proposal are those of the units that have it now."""
    tasks = life.assigned(filed(life), to="A")
    proposal = tasks["A"].proposal
    life["assigner"].does("reassign", tasks["A"], unit=life.units["B"].pk, reason="职责调整")
    letters = assigner.get(f"/proposals/{proposal.pk}/letters/").context["letters"]
    assert [letter.unit for letter in letters] == [life.units["B"]]
    assert state(tasks["A"]) == AssignmentState.REASSIGNED
