"""The rules of procedure up to the filing, one test each, lived through the API."""

from datetime import UTC, date, datetime, timedelta

import pytest

from members.models import Session
from proposals.enums import CosignatureState
from proposals.models import Event, Proposal
from tests.proposals.conftest import TEXT, Life, state, told

pytestmark = pytest.mark.django_db


# -- Handing in -------------------------------------------------------------------------------


def test_a_proposal_after_the_window_is_an_intersession_one(life):
    life.now = datetime(2024, 1, 12, 4, 0, tzinfo=UTC)  # noon of Friday in Shanghai

    proposal = life.submitted()

    assert life["lead"].sees(proposal)["period_kind"] == "intersession"
    life.now -= timedelta(seconds=1)
    assert life["lead"].sees(life.submitted())["period_kind"] == "session"


def test_after_the_roll_over_a_proposal_counts_for_the_next_session(life):
    turn = datetime(2024, 12, 5, 16, 0, tzinfo=UTC)
    Session.objects.filter(pk=life.session.pk).update(rollover_at=turn)
    coming = Session.objects.create(
        committee=life.committee,
        term=life.session.term,
        number=99,
        opens_on=date(2025, 1, 10),
        closes_on=date(2025, 1, 14),
        collection_opens_at=datetime(2025, 1, 1, tzinfo=UTC),
        collection_closes_at=datetime(2025, 1, 12, tzinfo=UTC),
    )
    found = []
    for life.now in (turn - timedelta(seconds=1), turn):
        seen = life["lead"].sees(life.submitted())
        found.append((seen["session"], seen["period_kind"]))

    assert found == [(life.session.pk, "intersession"), (coming.pk, "session")]


def test_before_anything_is_collected_nothing_can_be_handed_in(life):
    draft = life.drafted()
    life.now = datetime(2023, 10, 31, 15, 59, tzinfo=UTC)

    answer = life["lead"].tries("submit", draft, one_matter=True)

    assert told(answer) == (400, "invalid", "尚未开始征集提案，2023-11-01 08:00 开始")


def test_only_a_member_of_the_present_term_hands_in(life):
    draft = life.drafted()
    life.members["lead"].terms.clear()

    status, _field, sentence = told(life["lead"].tries("submit", draft, one_matter=True))

    assert (status, sentence.partition("，")[2]) == (400, "不能向本次会议提出提案")


def test_a_body_proposes_through_its_own_contact_only(life):
    wanted = TEXT | {"body": life.body.pk}

    life["contact"].does("draft", Proposal, **wanted)

    for name in ("lead", "other contact"):
        answer = life[name].tries("draft", Proposal, **wanted)
        assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "body"), name
    assert life["contact"].tries("draft", Proposal, **TEXT).status_code in (400, 403)
    assert Proposal.objects.count() == 1


def test_a_co_signature_needs_an_answer_before_its_hour(life):
    invitation = life.invited(life.drafted())  # three hours in the session
    life.later(hours=3, seconds=1)

    answer = life["invitee"].tries("agree", invitation)

    assert told(answer)[:2] == (409, "too_late")
    life.later(seconds=-1)
    life["invitee"].does("agree", invitation)


def test_an_unanswered_invitation_lapses_when_the_proposal_is_filed(life):
    proposal = life.submitted()
    invitation = life.invited(proposal)

    life.filed(proposal)

    assert state(invitation) == CosignatureState.LAPSED
    assert told(life["invitee"].tries("agree", invitation))[:2] == (409, "wrong_state")


def test_a_paper_entry_is_marked_and_says_for_whom(life):
    receipt = life["clerk"].does(
        "enter",
        Proposal,
        **TEXT,
        proposer=life.members["lead"].pk,
        cosigners=[life.members["cosigner"].pk],
        one_matter=True,
    )

    event = Event.objects.get(pk=receipt["id"])
    proposal = Proposal.objects.get(pk=receipt["subject_id"])
    assert (event.channel, event.actor, event.on_behalf_of) == (
        "paper",
        life.users["clerk"],
        life.members["lead"],
    )
    seen = life["lead"].sees(proposal)
    assert (seen["channel"], seen["proposer_kind"], seen["state"]) == (
        "paper",
        "joint",
        "submitted",
    )


# -- Review -----------------------------------------------------------------------------------


def test_review_starts_again_after_a_return_and_every_version_is_kept(life):
    proposal = life.examined(life.submitted())
    life["clerk"].does("return_for_revision", proposal, reason="请补充数据")
    life["lead"].does("edit", proposal, situation="老城区缺车位三千个。")
    life["lead"].does("resubmit", proposal, one_matter=True)

    early = life["director"].tries("file", proposal, category="other")

    assert early.status_code == 409
    life.filed(proposal)
    versions = life["lead"].reads(f"proposals/{proposal.pk}/versions/")
    assert [(v["number"], v["kind"], v["situation"]) for v in versions] == [
        (1, "original", TEXT["situation"]),
        (2, "revised", "老城区缺车位三千个。"),
    ]
    opinions = life["clerk"].reads(f"proposals/{proposal.pk}/opinions/")
    assert [opinion["round"] for opinion in opinions] == [1, 1]


def test_not_filing_needs_ground_disposition_and_notice(life):
    proposal = life.examined(life.submitted())

    answer = life["director"].tries("not_file", proposal)

    assert answer.status_code == 400
    missing = [error["attr"] for error in answer.json()["errors"]]
    assert missing == ["ground", "disposition", "notice"]
    life["director"].does(
        "not_file", proposal, ground="VAGUE", disposition="letter", notice="没有具体建议。"
    )
    assert life["lead"].sees(proposal)["notice"] == "没有具体建议。"


def test_the_number_of_a_withdrawn_proposal_is_never_used_again(life):
    first = life.filed()
    life["lead"].does("request_withdrawal", first, reason="情况已变化")
    life["director"].does("withdraw", first)

    second = life.filed()

    numbers = [life["lead"].sees(proposal)["case_no"] for proposal in (first, second)]
    assert [number[-3:] for number in numbers] == ["001", "002"]


# -- Merging ----------------------------------------------------------------------------------


def merged(life: Life) -> tuple[Proposal, Proposal]:
    """One proposal merged into another, of another member, that is filed."""
    host = life.filed(life.submitted("member"))
    proposal = life.submitted()
    life["clerk"].does("merge", proposal, into=host.pk)
    return proposal, host


def test_the_proposers_of_a_merged_proposal_get_the_reply_too(life):
    proposal, host = merged(life)

    reply = life.replied(host)

    seen = life["lead"].sees(reply)
    names = {(delivery["original"], delivery["member"]["name"]) for delivery in seen["deliveries"]}
    assert names == {
        (host.pk, life.members["member"].name),
        (proposal.pk, life.members["lead"].name),
    }
    assert life["lead"].sees(proposal)["receipt_no"] != life["lead"].sees(host)["receipt_no"]


def test_a_merger_is_undone_until_a_reply_is_delivered(life):
    proposal, host = merged(life)
    life["clerk"].does("unmerge", proposal, reason="事项不同")
    assert state(proposal) == "submitted"
    life["clerk"].does("merge", proposal, into=host.pk)
    life.replied(host)

    answer = life["clerk"].tries("unmerge", proposal, reason="事项不同")

    assert told(answer) == (409, "condition_unmet", "主件的答复已送达，不能再解除并案")


def test_a_proposal_that_others_were_merged_into_is_not_merged(life):
    _proposal, host = merged(life)
    other = life.filed()

    answer = life["clerk"].tries("merge", host, into=other.pk)

    assert told(answer) == (409, "condition_unmet", "有其他提案并入本件，请先解除并案")


def test_a_proposal_is_merged_into_a_filed_one_only(life):
    proposal, other = life.submitted(), life.submitted()

    answer = life["clerk"].tries("merge", proposal, into=other.pk)

    assert told(answer)[:2] == (409, "condition_unmet")


def test_what_is_merged_is_visible_to_whoever_handles_its_host(life):
    proposal, host = merged(life)
    assert life["A handler"].asks(f"proposals/{proposal.pk}/").status_code == 404

    life.assigned(host)

    for name in ("A handler", "assigner", "inspector"):
        assert life[name].sees(proposal)["merged_into"] == host.pk
    assert life["B handler"].asks(f"proposals/{proposal.pk}/").status_code == 404
