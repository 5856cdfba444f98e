"""Similar proposals: found over all history, explained, and told only to whoever may know."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members import clock
from proposals.matching import indexing
from proposals.models import Commitment, Event, IndexEntry, IndexOrder, Proposal
from tests.factories.members import CommitteeFactory, MemberFactory
from tests.factories.proposals import ProposalFactory
from tests.proposals.conftest import told

pytestmark = pytest.mark.django_db

LIFTS = {
    "title": "关于推进老旧小区加装电梯的建议",
    "situation": "老旧小区多为六层，老人上下楼不便，加装电梯的资金分摊谈不拢。",
    "suggestions": ["明确加装电梯的资金分摊比例", "简化加装电梯的审批手续"],
}
LIFTS_AGAIN = {
    "title": "破解多层住宅装电梯难题",
    "situation": "没有电梯的多层住宅里，老人下楼困难；各楼层分摊多少费用，邻里争执不下。",
    "suggestions": ["定出各楼层分摊电梯费用的办法", "审批一次办完"],
}
NIGHT_MARKET = {
    "title": "关于规范夜市的建议",
    "situation": "夜市摊位占道，油烟和垃圾扰民，消防通道被堵。",
    "suggestions": ["划定夜市摊位", "限定收摊时间"],
}
PLAIN = {"situation": "学校食堂的午餐凉了。", "suggestions": ["配保温箱"]}


def alike(person, proposal, **how):
    return person.reads(f"proposals/{proposal.pk}/similar/", **how)


def ids(found):
    return [row["id"] for row in found]


def test_the_same_matter_in_other_words_comes_first_with_its_reasons(life, indexed):
    first = life.filed(**LIFTS)
    life.filed(**NIGHT_MARKET)
    asked = life.submitted("member", **LIFTS_AGAIN)
    indexed()

    found = alike(life["clerk"], asked)

    assert ids(found)[0] == first.pk
    assert {"电梯", "分摊", "老人"} <= set(found[0]["terms"])
    passage = found[0]["passages"][0]
    assert "电梯" in passage["shared"]
    assert passage["here"] in "".join([LIFTS_AGAIN["situation"], *LIFTS_AGAIN["suggestions"]])
    assert found[0]["number"] == Proposal.objects.get(pk=first.pk).case_no
    assert found[0]["year"] == life.now.year
    assert found[0]["state"] == "filed"
    assert found[0]["link"] == f"/api/v1/proposals/{first.pk}/"
    assert asked.pk not in ids(found)


def test_what_became_of_it_and_what_was_promised_is_told(life, indexed):
    first = life.filed(**LIFTS)
    reply = life.replied(first)
    Commitment.objects.create(
        proposal=first,
        reply=reply,
        text="年底前出台分摊办法",
        state="open",
        version=1,
        created_at=life.now,
    )
    asked = life.drafted("member", **LIFTS_AGAIN)
    indexed()

    (found,) = alike(life["member"], asked)

    assert found["results"][0]["result_class"] == "A"
    assert found["results"][0]["unit"]["id"] == life.units["A"].pk
    assert found["promises"][0]["text"] == "年底前出台分摊办法"


def test_a_text_being_typed_is_compared_and_nothing_is_kept(life, indexed):
    first = life.filed(**LIFTS)
    indexed()
    before = Proposal.objects.count(), IndexOrder.objects.count()

    with clock.at(life.now):
        answer = life["member"].client.post(
            "/api/v1/proposals/similar-to/",
            {"title": "老楼加装电梯", "body": "老人下楼难，电梯费用分摊不下来。"},
        )

    assert ids(answer.json()) == [first.pk]
    assert (Proposal.objects.count(), IndexOrder.objects.count()) == before


def test_nobody_is_told_of_what_they_do_not_see(life, indexed):
    unseen = life.submitted("lead", **LIFTS)
    asked = life.drafted("member", **LIFTS_AGAIN)
    draft = life.drafted("cosigner", **LIFTS | {"title": "老旧小区电梯"})
    indexed()

    assert alike(life["member"], asked) == []
    assert life["member"].asks(f"proposals/{draft.pk}/similar/").status_code == 404
    life.filed(unseen)
    indexed()
    assert ids(alike(life["member"], asked)) == [unseen.pk]


def test_another_committee_is_told_of_what_was_published_and_of_nothing_else(life, indexed):
    elsewhere = CommitteeFactory(place_names=["河东市"])
    member = MemberFactory(committee=elsewhere)

    def of(scope):
        return ProposalFactory(
            committee=elsewhere,
            lead=member,
            state="filed",
            title=LIFTS["title"],
            situation=LIFTS["situation"],
            publication_scope=scope,
        )

    public, _kept, _summary = of("full"), of("none"), of("summary")
    for proposal in Proposal.objects.filter(committee=elsewhere):
        indexing.order(proposal.pk)
    asked = life.submitted(**LIFTS_AGAIN)
    indexed()

    (found,) = alike(life["clerk"], asked)
    assert found["id"] == public.pk
    assert found["committee"]["id"] == elsewhere.pk
    assert found["link"] == ""
    assert life["clerk"].asks(f"proposals/{public.pk}/").status_code == 404


def test_one_session_can_be_asked_about_alone(life, indexed):
    first = life.filed(**LIFTS)
    asked = life.submitted("member", **LIFTS_AGAIN)
    indexed()
    session = Proposal.objects.get(pk=first.pk).session_id

    assert ids(alike(life["clerk"], asked, session=session)) == [first.pk]
    assert alike(life["clerk"], asked, session=session + 1) == []
    assert len(alike(life["clerk"], asked, limit=1)) == 1
    assert told(life["clerk"].asks(f"proposals/{asked.pk}/similar/", limit=0))[1] == "limit"


def test_the_index_follows_every_change_of_the_text(life, indexed):
    first = life.filed(**LIFTS)
    changed = life.drafted("member", **PLAIN)
    asked = life.submitted("cosigner", **LIFTS_AGAIN)
    indexed()
    assert ids(alike(life["clerk"], asked)) == [first.pk]

    life["member"].does("edit", changed, **LIFTS | {"title": "多层住宅装电梯"})
    life["member"].does("submit", changed, one_matter=True, distinct_because="另一小区")
    indexed()
    assert set(ids(alike(life["clerk"], asked))) == {first.pk, changed.pk}

    life["member"].does("request_withdrawal", changed, reason="已解决")
    life["director"].does("withdraw", changed)
    indexed()
    assert changed.pk in ids(alike(life["clerk"], asked)), "what was withdrawn is history"


def test_saving_waits_for_no_index_and_one_bad_text_holds_up_no_other(life, monkeypatch):
    good, bad = life.drafted(**LIFTS), life.drafted("member", **NIGHT_MARKET)
    whole = indexing.entry_of

    def fails(source, *rest):
        if source.proposal.pk == bad.pk:
            raise ValueError("a text that breaks the index")
        return whole(source, *rest)

    monkeypatch.setattr(indexing, "entry_of", fails)
    assert indexing.refresh() == 1

    assert IndexEntry.objects.filter(pk=good.pk).exists()
    (order,) = set(IndexOrder.objects.values_list("proposal", "tries", "trouble"))
    assert order == (bad.pk, 1, "ValueError: a text that breaks the index")
    for _try in range(indexing.TRIES):
        indexing.refresh()
    assert IndexOrder.objects.get().tries == indexing.TRIES
    monkeypatch.undo()
    life["member"].does("edit", bad, **LIFTS_AGAIN)
    indexing.catch_up()
    assert not IndexOrder.objects.exists()


def test_a_proposal_thrown_away_leaves_the_index(life, indexed):
    draft = life.drafted(**LIFTS)
    indexed()
    assert IndexEntry.objects.filter(pk=draft.pk).exists()

    life["lead"].does("discard", draft)
    indexed()
    assert not IndexEntry.objects.exists()


def test_words_are_counted_anew_when_there_is_much_more_text(life):
    for number in range(indexing.FEW - 1):
        ProposalFactory(committee=life.committee, state="filed", title=f"第{number}件")
    assert not indexing.recount(at=life.now)
    ProposalFactory(committee=life.committee, state="filed")
    assert indexing.recount(at=life.now)
    assert indexing.current_frequencies()[0].documents == indexing.FEW
    assert not indexing.recount(at=life.now + timedelta(days=1))


def test_the_cost_does_not_grow_with_what_is_found(life, indexed):
    asked = life.submitted("member", **LIFTS_AGAIN)
    for number in range(80):
        about = LIFTS if number < 25 else NIGHT_MARKET
        ProposalFactory(
            committee=life.committee,
            state="filed",
            title=f"{about['title']}{number}",
            situation=about["situation"],
        )
    for proposal in Proposal.objects.exclude(pk=asked.pk):
        indexing.order(proposal.pk)
    indexed()

    queries = []
    for limit in (2, 1, 8):  # the first time the count of words is read too
        with CaptureQueriesContext(connection) as captured:
            assert len(alike(life["clerk"], asked, limit=limit)) == limit
        queries.append(len(captured))
    assert queries[1] == queries[2] <= 25


# -- Handing in ----------------------------------------------------------------------------


def test_what_is_very_like_another_is_asked_why_and_never_refused(life, indexed):
    first = life.filed(**LIFTS)
    for number in range(30):
        ProposalFactory(committee=life.committee, state="filed", title=f"第{number}件")
    indexed()
    copy = life.drafted("member", **LIFTS | {"title": "关于老旧小区加装电梯的几点建议"})

    asked = life["member"].tries("submit", copy, one_matter=True)

    status, field, sentence = told(asked)
    assert (status, field) == (400, "distinct_because")
    assert LIFTS["title"] in sentence
    assert asked.json()["proposal"]["id"] == first.pk
    assert asked.json()["proposal"]["link"] == f"/api/v1/proposals/{first.pk}/"
    receipt = life["member"].does(
        "submit", copy, one_matter=True, distinct_because="只说高层住宅的电梯"
    )
    assert receipt["target"] == "submitted"
    event = Event.objects.get(subject_kind="proposal", subject_id=copy.pk, action="submit")
    assert event.input["distinct_because"] == "只说高层住宅的电梯"


def test_nobody_is_asked_about_what_they_do_not_see(life, indexed):
    life.submitted(**LIFTS)
    indexed()
    copy = life.drafted("member", **LIFTS | {"title": "关于老旧小区加装电梯的几点建议"})

    life["member"].does("submit", copy, one_matter=True)
