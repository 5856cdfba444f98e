"""Merging: several at once, what comes along, who is told, and what undoing it gives back."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from members.models import Notice, User
from proposals.models import Event, Proposal, ReplyPoint
from supervision.models import Duty
from tests.proposals import invariants
from tests.proposals.conftest import Life, rules, state, told
from tests.proposals.mergers import CONSENT, host_of, silenced

pytestmark = pytest.mark.django_db


def inbox(user: User) -> list[tuple[str, str]]:
    """Titles and links of what somebody was told, oldest first."""
    rows = Notice.objects.filter(recipient=user).order_by("id")
    return list(rows.values_list("title", "link"))


def problems(answer: Any) -> dict[str, str]:
    """Place in the input to what is wrong there."""
    return {error["attr"]: error["detail"] for error in answer.json()["errors"]}


# -- Several at once --------------------------------------------------------------------------


def test_a_host_takes_in_several_each_by_a_step_of_its_own(life):
    host = host_of(life)
    first, second = life.submitted(), life.examined(life.submitted())

    receipt = life["clerk"].does("take_in", host, members=[first.pk, second.pk], note="同一事项")

    assert [(row["subject_id"], row["action"]) for row in receipt["consequences"]] == [
        (first.pk, "merge"),
        (second.pk, "merge"),
    ]
    assert {state(first), state(second), state(host)} == {"merged", "filed"}
    event = Event.objects.get(subject_kind="proposal", subject_id=second.pk, action="merge")
    assert (event.actor, event.input) == (
        life.users["clerk"],
        {"into": host.pk, "note": "同一事项"},
    )
    assert invariants.broken(life.now) == []


def test_a_single_one_that_cannot_be_merged_keeps_all_from_it_and_is_named(life):
    host, other = host_of(life), life.filed()
    elsewhere, busy, fine = life.submitted(), life.filed(), life.submitted()
    life["clerk"].does("merge", elsewhere, into=other.pk)
    life.assigned(busy)
    before = Event.objects.count()

    answer = life["clerk"].tries(
        "take_in", host, members=[fine.pk, elsewhere.pk, busy.pk, other.pk]
    )

    for row in (other, elsewhere, busy):
        row.refresh_from_db(fields=["receipt_no", "case_no"])
    assert answer.status_code == 409
    assert problems(answer) == {
        "members.1": f"提案 {elsewhere.receipt_no} 已并入{other.case_no}《{other.title}》，"
        "如须改并，请先解除并案",
        "members.2": f"提案 {busy.receipt_no} 当前为“已交办”，只有尚未交办的提案可以并入",
        "members.3": f"已有提案（{elsewhere.receipt_no}）并入提案 {other.receipt_no}，"
        "请先解除并案，或以它为主件",
    }
    assert state(fine) == "submitted"
    assert Event.objects.count() == before


def test_what_is_not_there_and_the_host_itself_are_refused_by_place(life):
    host, draft, fine = host_of(life), life.drafted(), life.submitted()
    stranger = Life().submitted()
    wrong = [fine.pk, host.pk, draft.pk, stranger.pk, 10**9]

    answer = life["clerk"].tries("take_in", host, members=wrong)

    host.refresh_from_db(fields=["receipt_no"])
    assert answer.status_code == 400
    assert problems(answer) == {
        "members.1": f"提案 {host.receipt_no} 就是主件，不能并入自身，请从名单中去掉",
        **{f"members.{place}": f"没有编号为 {wrong[place]} 的提案，请核对" for place in (2, 3, 4)},
    }
    assert state(fine) == "submitted"


@pytest.mark.parametrize(
    ("members", "place"),
    [([], "members"), ([7, 8, 7], "members.2"), ([*range(1, 52)], "members"), (["x"], "members.0")],
)
def test_the_list_has_one_to_fifty_proposals_and_each_once(life, members, place):
    answer = life["clerk"].tries("take_in", host_of(life), members=members)

    assert answer.status_code == 400
    assert set(problems(answer)) == {place}


def test_a_host_whose_reply_is_out_takes_nothing_in(life):
    host, late = host_of(life), life.submitted()
    life.replied(host)

    by_one = life["clerk"].tries("merge", late, into=host.pk)
    at_once = life["clerk"].tries("take_in", host, members=[late.pk])

    assert (by_one.status_code, at_once.status_code) == (409, 409)
    assert state(late) == "submitted"


def test_one_of_two_units_has_replied_then_nothing_is_merged_any_more(life):
    host, late = host_of(life), life.submitted()
    units = [{"unit": life.units[name].pk, "role": "separate"} for name in "AB"]
    life["assigner"].does("assign", host, units=units)
    for name in "AB":
        task = host.assignments.get(unit=life.units[name])
        life[f"{name} liaison"].does("acknowledge", task)
    life.delivered(life.written(host.assignments.get(unit=life.units["A"])))
    assert state(host) == "handling"

    at_once = life["clerk"].tries("take_in", host, members=[late.pk])
    by_one = life["clerk"].tries("merge", late, into=host.pk)

    assert told(at_once) == (409, "condition_unmet", "本件的答复已送达，不能再并入其他提案")
    assert told(by_one)[2].endswith("的答复已送达，不能再并入其他提案")


def test_consent_is_asked_for_once_where_the_rulebook_wants_it(db):
    life = Life(rules(review={"merge_needs_consent": True}))
    host, member = host_of(life), life.submitted()

    answer = life["clerk"].tries("take_in", host, members=[member.pk])

    assert told(answer)[:2] == (400, "consent_way")
    life["clerk"].does("take_in", host, members=[member.pk], **CONSENT)
    event = Event.objects.get(subject_kind="proposal", subject_id=member.pk, action="merge")
    assert event.input["consent_way"] == "phone"


# -- Who is told ------------------------------------------------------------------------------


def test_everybody_on_both_sides_is_told_once_whatever_they_proposed(life):
    host = host_of(life)
    first, second = life.submitted(), life.submitted(title="关于建停车楼的建议")
    third = life.submitted("contact", body=life.body.pk)
    life.signed(first)
    life.invited(second)
    silenced()

    life["clerk"].does("take_in", host, members=[first.pk, second.pk, third.pk], note="并办")

    host.refresh_from_db()
    told_of = (f"《{first.title}》等 3 件并入《{host.title}》", f"/api/v1/proposals/{host.pk}/")
    for name in ("lead", "cosigner", "contact", "member"):
        assert inbox(life.users[name]) == [told_of], name
    assert Notice.objects.count() == 4
    text = Notice.objects.latest("id").text
    for proposal in (first, second, third):
        proposal.refresh_from_db()
        assert f"并入：{proposal.receipt_no}《{proposal.title}》" in text
    assert text.startswith(f"主件：{host.case_no}《{host.title}》\n")
    assert text.endswith("并入件尚未答复的联名邀请同时失效。\n并办")


def test_the_units_of_the_host_are_told_that_more_is_to_be_answered(life):
    host = host_of(life)
    life.assigned(host)
    silenced()

    life["clerk"].does("merge", life.submitted(), into=host.pk)

    assert len(inbox(life.users["A liaison"])) == 1
    assert inbox(life.users["B liaison"]) == []


def test_both_sides_hear_of_a_single_merger_and_of_its_end(life):
    host, member = host_of(life), life.submitted(title="关于建停车楼的建议")
    silenced()

    life["clerk"].does("merge", member, into=host.pk)
    life["clerk"].does("unmerge", member, reason="事项不同")

    for name in ("lead", "member"):
        assert inbox(life.users[name]) == [
            (f"《{member.title}》并入《{host.title}》", f"/api/v1/proposals/{host.pk}/"),
            (f"《{member.title}》与《{host.title}》解除并案", f"/api/v1/proposals/{host.pk}/"),
        ], name
    assert Notice.objects.latest("id").text.endswith("，当前为“待审查”\n事项不同")


def test_long_titles_leave_room_for_both_in_the_heading(life):
    host = life.filed(life.submitted("member", title=f"关于{'很' * 40}长的建议"))
    member = life.submitted(title=f"关于{'更' * 40}长的建议")
    Proposal.objects.update(title="长" * 200)

    life["clerk"].does("merge", member, into=host.pk)

    assert len(inbox(life.users["lead"])[-1][0]) < 200


# -- What comes along -------------------------------------------------------------------------


def test_a_member_shows_its_host_and_the_host_what_it_has_taken_in(life):
    host, member = host_of(life), life.submitted()
    life["clerk"].does("merge", member, into=host.pk)

    seen = life["lead"].sees(member)["host"]
    (row,) = life["lead"].sees(host)["merged_from"]

    host.refresh_from_db()
    assert (seen["id"], seen["case_no"], seen["title"]) == (host.pk, host.case_no, host.title)
    assert life["lead"].asks(seen["link"].removeprefix("/api/v1/")).json()["id"] == host.pk
    assert (row["id"], row["link"]) == (member.pk, f"/api/v1/proposals/{member.pk}/")
    assert life["lead"].sees(host)["host"] is None


def test_a_member_is_hidden_beside_its_host_from_those_who_do_not_see_it(life):
    host, member = host_of(life), life.submitted()
    life["clerk"].does("merge", member, into=host.pk)

    assert life["cosigner"].sees(host)["merged_from"] == []
    assert life["cosigner"].asks(f"proposals/{member.pk}/").status_code == 404


def test_a_unit_that_is_asked_about_the_host_reads_what_was_merged(life):
    host, member = host_of(life), life.submitted()
    life["clerk"].does("merge", member, into=host.pk)
    units = [{"unit": life.units["A"].pk, "role": "sole"}]

    life["assigner"].does("pre_assign", host, units=units)

    assert life["A liaison"].sees(member)["host"]["id"] == host.pk


@pytest.mark.parametrize(
    ("by", "action", "data"),
    [
        ("lead", "attach", {"file": None}),
        ("lead", "invite", {"members": []}),
        ("lead", "edit", {"title": "改"}),
        ("lead", "request_withdrawal", {"reason": "已解决"}),
        ("clerk", "edit_by_office", {"title": "改"}),
        ("clerk", "merge", {"into": 1}),
    ],
)
def test_who_comes_to_a_member_is_sent_to_its_host(life, by, action, data):
    host, member = host_of(life), life.submitted()
    life["clerk"].does("merge", member, into=host.pk)
    if "file" in data:
        data = {"file": SimpleUploadedFile("a.txt", "文".encode()), "form": True}

    answer = life[by].tries(action, member, **data)

    host.refresh_from_db()
    status, code, sentence = told(answer)
    assert (status, code) == (409, "wrong_state")
    assert sentence.startswith(f"本件已并入{host.case_no}《{host.title}》，不能“")
    assert answer.json()["proposal"] == {
        "id": host.pk,
        "receipt_no": host.receipt_no,
        "case_no": host.case_no,
        "title": host.title,
        "link": f"/api/v1/proposals/{host.pk}/",
    }


def test_a_late_answer_to_an_invitation_is_sent_to_the_host(life):
    host, member = host_of(life), life.submitted()
    invitation = life.invited(member)
    life["clerk"].does("merge", member, into=host.pk)

    answer = life["invitee"].tries("agree", invitation)

    assert told(answer)[:2] == (409, "wrong_state")
    assert answer.json()["proposal"]["id"] == host.pk


def test_what_came_in_after_the_signature_is_answered_before_the_reply_goes_out(life):
    host = host_of(life)
    reply = life.written(life.at_work(host)["A"])
    life["A handler"].does("send_to_check", reply)
    life["A liaison"].does("pass_check", reply)
    assert life["A signatory"].does("sign", reply)["target"] == "signed"
    member = life.submitted()
    life["clerk"].does("merge", member, into=host.pk)

    answer = life["A liaison"].tries("deliver", reply, document_number="局函〔2024〕1号")

    member.refresh_from_db()
    assert told(answer) == (
        400,
        "points",
        f"须逐条答复建议，尚未答复第 1（并入件 {member.receipt_no}）、"
        f"2（并入件 {member.receipt_no}） 条",
    )
    life["A liaison"].does("send_back", reply, reason="补充并入件的答复")
    life["A handler"].does("edit", reply, **life.letter(host))
    life.delivered(reply)
    assert ReplyPoint.objects.filter(reply=reply, suggestion__proposal=member).count() == 2


# -- Undone -----------------------------------------------------------------------------------


def test_a_half_done_review_goes_on_where_it_stood(db):
    rounds = [{"name": name, "roles": ["committee_reviewer"]} for name in ("初审", "终审")]
    life = Life(rules(review={"rounds": rounds}))
    host, member = host_of(life), life.submitted()
    life["reviewer"].does("review", member, outcome="file", opinion="第一轮", category="other")
    before = life["clerk"].sees(member)
    life["clerk"].does("take_in", host, members=[member.pk])

    life["clerk"].does("unmerge", member, reason="事项不同")

    after = life["clerk"].sees(member)
    changed = {name for name in before if before[name] != after[name]} - {"actions"}
    assert changed == {"version"}
    assert (after["state"], after["rounds_done"]) == ("reviewing", 1)
    (opinion,) = life["clerk"].reads(f"proposals/{member.pk}/opinions/")
    assert (opinion["round"], opinion["opinion"]) == (1, "第一轮")
    life["reviewer"].does("review", member, outcome="file", category="other")
    life["director"].does("file", member, category="other")
    assert invariants.broken(life.now) == []


def test_numbers_and_text_are_as_before_and_drafts_of_the_reply_are_freed(life):
    host, member, stays = host_of(life), life.filed(), life.submitted()
    life["clerk"].does("take_in", host, members=[member.pk, stays.pk])
    reply = life.written(life.at_work(host)["A"])
    before = life["lead"].sees(member)

    life["clerk"].does("unmerge", member, reason="事项不同")

    after = life["lead"].sees(member)
    for name in ("receipt_no", "case_no", "suggestions", "title", "filed_at"):
        assert after[name] == before[name], name
    assert after["state"] == "filed"
    answered = set(reply.points.values_list("suggestion__proposal", flat=True))
    assert answered == {host.pk, stays.pk}
    assert invariants.broken(life.now) == []


def test_who_had_been_asked_is_asked_again(life):
    host = host_of(life)
    signing, asked = life.submitted(), life.filed()
    life.invited(signing)
    units = [{"unit": life.units[name].pk, "role": "separate"} for name in "AB"]
    life["assigner"].does("pre_assign", asked, units=units)
    life["A liaison"].does("accept", asked.pre_assignments.get(unit=life.units["A"]), note="可")
    life["clerk"].does("take_in", host, members=[signing.pk, asked.pk])
    assert not Duty.objects.open().exists()

    for member in (signing, asked):
        life["clerk"].does("unmerge", member, reason="事项不同")

    assert state(asked) == "pre_assigned"
    assert list(asked.pre_assignments.values_list("unit", "state")) == [
        (life.units["A"].pk, "accepted"),
        (life.units["B"].pk, "settled"),
        (life.units["B"].pk, "asked"),
    ]
    life["invitee"].does("agree", signing.cosignatures.get(state="invited"))
    assert Duty.objects.open().get().kind == "pre_assignment"
    assert invariants.broken(life.now) == []
