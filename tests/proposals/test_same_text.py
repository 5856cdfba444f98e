"""The same proposer hands in the same text once a session; the second is sent to the first."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from proposals.models import Proposal
from proposals.rules import text_digest
from tests.proposals.conftest import Life, state, told

SAME = {
    "title": "关于缓解 老城区停车难的建议！",
    "situation": "老城区车位不足,\n居民停车难",
    "suggestions": ["新建停车场；", "开放单位车位。"],
    "analysis": "",
}
"""What only a machine, or a hurried reader, takes for another text than TEXT."""


def submitted(life: Life, by: str = "lead", **text: object) -> Proposal:
    return life.submitted(by, **{"analysis": "", **text})


# -- What counts as the same ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"title": "关于 ＡＢＣ－1 路 的建议。"}, True),
        ({"title": "关于abc1路的建议"}, True),
        ({"suggestions": ["增设路灯维修路灯"]}, True),
        ({"situation": "夜里很暗暗"}, False),
        ({"title": "关于ABC2路的建议"}, False),
        ({"suggestions": ["维修路灯", "增设路灯"]}, False),
        ({"situation": "", "analysis": "夜里很暗"}, False),
    ],
)
def test_spaces_marks_and_width_make_no_difference_and_words_do(change, same):
    text = {"title": "关于ABC-1路的建议", "situation": "夜里，很暗。", "analysis": ""}
    text["suggestions"] = ["增设路灯", "维修路灯"]

    assert (text_digest(**text) == text_digest(**text | change)) is same


# -- Where it stops ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_second_submission_of_the_same_text_is_sent_to_the_first(life):
    first = submitted(life)
    draft = life.drafted(**SAME)

    answer = life["lead"].tries("submit", draft, one_matter=True)

    first.refresh_from_db()
    assert told(answer) == (
        400,
        "same_text",
        f"本次会议已收到同一提案者的相同文本：收件号 {first.receipt_no}《{first.title}》，"
        "请勿重复提交；如需补充，请在该件上办理",
    )
    assert answer.json()["proposal"] == {
        "id": first.pk,
        "receipt_no": first.receipt_no,
        "case_no": "",
        "title": first.title,
        "link": f"/api/v1/proposals/{first.pk}/",
    }
    assert state(draft) == "draft"
    life["lead"].does("edit", draft, situation="另有一事。")
    life["lead"].does("submit", draft, one_matter=True)
    receipts = Proposal.objects.order_by("pk").values_list("receipt_no", flat=True)
    assert [number[-1] for number in receipts] == ["1", "2"]  # the refused one used none


@pytest.mark.django_db
def test_a_revision_to_what_is_there_already_is_stopped(life):
    first, second = submitted(life), life.submitted()
    life["clerk"].does("return_for_revision", second, reason="请补充")
    life["lead"].does("edit", second, **SAME)

    answer = life["lead"].tries("resubmit", second, one_matter=True)

    assert told(answer)[:2] == (400, "same_text")
    assert answer.json()["proposal"]["id"] == first.pk
    life["lead"].does("edit", second, analysis="另有一事。")
    life["lead"].does("resubmit", second, one_matter=True)


@pytest.mark.django_db
def test_a_text_that_comes_back_unchanged_is_its_own(life):
    proposal = submitted(life)
    life["clerk"].does("return_for_revision", proposal, reason="请补充")

    life["lead"].does("resubmit", proposal, one_matter=True)

    assert state(proposal) == "submitted"


@pytest.mark.django_db
def test_the_office_cannot_type_in_what_the_member_has_handed_in(life):
    submitted(life)
    paper = {"one_matter": True, **SAME}

    answer = life["clerk"].tries("enter", Proposal, **paper, proposer=life.members["lead"].pk)

    assert told(answer)[:2] == (400, "same_text")
    life["clerk"].does("enter", Proposal, **paper, proposer=life.members["member"].pk)


@pytest.mark.django_db
def test_a_body_hands_in_the_same_text_once_and_another_body_may(life):
    submitted(life, "contact", body=life.body.pk)
    again = life.drafted("contact", **SAME, body=life.body.pk)

    answer = life["contact"].tries("submit", again, one_matter=True)

    assert told(answer)[:2] == (400, "same_text")
    submitted(life, "other contact", **SAME, body=life.other_body.pk)
    submitted(life, **SAME)


# -- What does not count ----------------------------------------------------------------------


@pytest.mark.django_db
def test_drafts_and_withdrawn_ones_do_not_count(life):
    thrown_away, first = life.drafted(**SAME), submitted(life)
    life["lead"].does("discard", thrown_away)
    life["lead"].does("request_withdrawal", first, reason="改日再提")
    life["director"].does("withdraw", first)

    second = submitted(life, **SAME)

    assert told(life["lead"].tries("submit", life.drafted(**SAME), one_matter=True))[0] == 400
    assert state(second) == "submitted"


@pytest.mark.django_db
def test_what_counts_is_what_the_proposer_handed_in_not_what_the_office_made_of_it(life):
    first, second = submitted(life), life.submitted()
    consent = {"consent_way": "phone", "consent_at": life.now.isoformat()}

    life["clerk"].does("edit_by_office", first, situation="已改写。", **consent)
    life["clerk"].does("edit_by_office", second, **SAME, **consent)  # equal now, and no fault

    answer = life["lead"].tries("submit", life.drafted(**SAME), one_matter=True)
    assert answer.json()["proposal"]["id"] == first.pk


# -- What was there before --------------------------------------------------------------------


@pytest.mark.django_db
def test_texts_handed_in_before_are_remembered_and_of_equal_ones_the_first(life):
    first, other = submitted(life), life.submitted()
    withdrawn = life.submitted()
    life["lead"].does("request_withdrawal", withdrawn, reason="已解决")
    life["director"].does("withdraw", withdrawn)
    second = submitted(life, "member", **SAME)
    digests = dict(Proposal.objects.values_list("pk", "text_digest"))
    Proposal.objects.update(text_digest="")
    Proposal.objects.filter(pk=second.pk).update(lead=life.members["lead"])

    import_module("proposals.migrations.0004_fill_text_digest").fill(apps, None)

    kept = dict(Proposal.objects.values_list("pk", "text_digest"))
    assert kept == {
        first.pk: digests[first.pk],
        other.pk: digests[other.pk],
        withdrawn.pk: "",
        second.pk: "",
    }
