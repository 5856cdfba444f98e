"""A session's scan: groups to decide on, decisions remembered, only what is new brought up."""

from datetime import timedelta

import pytest

from members import clock
from members.models import Notice
from proposals.errors import Conflict
from proposals.ledger import faults
from proposals.matching import scan
from proposals.models import CandidateMember, MergeCandidate, Proposal, Scan, Theme
from tests.ledger import record_posts
from tests.proposals.conftest import state, told
from tests.proposals.matching.test_similar import LIFTS, LIFTS_AGAIN, NIGHT_MARKET
from tests.services import until

pytestmark = pytest.mark.django_db

LIFTS_THIRD = {
    "title": "老楼装电梯 邻里怎么分钱",
    "situation": "老旧小区装电梯，低楼层不愿分摊费用，老人盼着电梯下楼。",
    "suggestions": ["出台电梯费用分摊指导比例", "电梯审批限时办完"],
}
NIGHT_MARKET_AGAIN = {
    "title": "夜市油烟与占道的治理",
    "situation": "夜市摊位占道经营，油烟扰民，垃圾遍地，消防通道被摊位堵住。",
    "suggestions": ["夜市摊位划线定点", "收摊时间不晚于十一点"],
}


@pytest.fixture
def scanned(life):
    """Order a scan by the clerk and run it as the worker does; returns the open groups."""

    def go() -> list[MergeCandidate]:
        with clock.at(life.now):
            ordered = life["clerk"].client.post("/api/v1/scans/", {"session": life.session.pk})
            assert ordered.status_code == 201, ordered.content.decode()
            for key in scan.waiting(at=life.now):
                scan.run(key, at=life.now)
        return list(MergeCandidate.objects.filter(state="open").order_by("pk"))

    return go


@pytest.fixture
def lifts(life):
    return [
        life.filed(**LIFTS),
        life.submitted("member", **LIFTS_AGAIN),
        life.submitted("cosigner", **LIFTS_THIRD),
    ]


@pytest.fixture
def markets(life):
    return [
        life.submitted("member", **NIGHT_MARKET),
        life.submitted("cosigner", **NIGHT_MARKET_AGAIN),
    ]


def members(candidate):
    return set(candidate.proposals().values_list("pk", flat=True))


def keys(proposals):
    return {proposal.pk for proposal in proposals}


def test_proposals_of_one_matter_are_grouped_with_centre_scores_and_passages(
    life, lifts, markets, scanned
):
    groups = scanned()

    assert {frozenset(members(group)) for group in groups} == {
        frozenset(keys(lifts)),
        frozenset(keys(markets)),
    }
    (found,) = life["clerk"].reads("merge-candidates/", members__proposal=lifts[0].pk)["results"]
    assert found["state"] == "open"
    assert [row["is_centre"] for row in found["members"]] == [True, False, False]
    assert all(0 < row["score"] < 1 for row in found["members"])
    why = life["clerk"].reads(f"merge-candidates/{found['id']}/why/")
    assert [row["proposal"] for row in why] == [r["proposal"]["id"] for r in found["members"][1:]]
    assert all("电梯" in row["terms"] and row["passages"] for row in why)
    record_posts(life.now)
    assert list(faults()) == []


def test_the_progress_can_be_read_and_a_second_order_joins_the_first(life, lifts):
    with clock.at(life.now):
        order = {"session": life.session.pk}
        first = life["clerk"].client.post("/api/v1/scans/", order).json()
        again = life["director"].client.post("/api/v1/scans/", order).json()
        assert first["id"] == again["id"]
        assert first["state"] == "waiting"
        scan.run(first["id"], at=life.now)
        assert not scan.run(first["id"], at=life.now), "it is run once"

    row = life["clerk"].reads(f"scans/{first['id']}/")
    assert (row["state"], row["done"], row["total"], row["found"]) == ("done", 3, 3, 1)


def test_only_the_office_orders_scans_and_sees_groups(life, lifts, scanned):
    (group,) = scanned()
    for name in ("lead", "assigner", "A liaison"):
        with clock.at(life.now):
            answer = life[name].client.post("/api/v1/scans/", {"session": life.session.pk})
        assert answer.status_code == 404
        assert life[name].asks(f"merge-candidates/{group.pk}/").status_code == 404
        assert life[name].reads("merge-candidates/")["results"] == []


def test_a_group_is_merged_into_its_host_in_one_act(life, lifts, scanned):
    (group,) = scanned()
    host, *others = lifts

    life["clerk"].does("merge", group, host=host.pk)

    assert state(group) == "merged"
    assert [state(other) for other in others] == ["merged", "merged"]
    assert set(host.merged_from.all()) == set(others)
    heard = Notice.objects.filter(recipient=life.users["member"]).count()
    life.later(days=1)
    assert scanned() == []
    assert Notice.objects.filter(recipient=life.users["member"]).count() == heard


def test_a_group_that_cannot_be_merged_names_the_item_and_stays_open(life, lifts, scanned):
    (group,) = scanned()

    refusal = life["clerk"].tries("merge", group, host=lifts[1].pk, members=[lifts[2].pk])
    assert refusal.status_code in (400, 409)
    assert lifts[1].receipt_no in refusal.content.decode() or "待审查" in refusal.content.decode()
    stranger = life.submitted("member", **NIGHT_MARKET)
    refusal = life["clerk"].tries("merge", group, host=lifts[0].pk, members=[stranger.pk])
    assert told(refusal)[:2] == (400, "members.0")
    assert state(group) == "open"
    assert not Proposal.objects.filter(merged_into__isnull=False).exists()


@pytest.mark.parametrize(
    ("step", "inputs"),
    [("dismiss", {"reason": "一个说资金，一个说审批"}), ("postpone", {}), ("relate", {})],
)
def test_what_was_decided_is_not_brought_up_again(life, lifts, scanned, step, inputs):
    (group,) = scanned()
    life["clerk"].does(step, group, **inputs)

    assert scanned() == []

    life["clerk"].does("reconsider", group)
    assert [found.pk for found in scanned()] == [group.pk]


def test_a_new_arrival_is_brought_up_with_those_it_is_like(life, lifts, scanned):
    (group,) = scanned()
    life["clerk"].does("postpone", group)
    new = life.submitted("invitee", **LIFTS_THIRD | {"title": "多层住宅电梯费用怎么分"})

    (brought_up,) = scanned()

    assert members(brought_up) == keys([*lifts, new])


def test_an_open_group_that_has_grown_takes_the_place_of_the_old_one(life, lifts, scanned):
    (old,) = scanned()
    life.submitted("invitee", **LIFTS_THIRD | {"title": "多层住宅电梯费用怎么分"})

    (new,) = scanned()

    assert (state(old), len(members(new))) == ("superseded", 4)


def test_those_found_different_never_come_together_again(life, lifts, scanned):
    (group,) = scanned()
    life["clerk"].does("dismiss", group, reason="不是一件事")
    new = life.submitted("invitee", **LIFTS_THIRD | {"title": "多层住宅电梯费用怎么分"})

    for found in scanned():
        assert new.pk in members(found)
        assert len(members(found) & keys(lifts)) == 1


def test_one_that_was_left_out_does_not_come_back_to_the_rest(life, lifts, scanned):
    (group,) = scanned()
    life["clerk"].does("leave_out", group, proposal=lifts[2].pk, reason="只说审批")
    assert members(group) == keys(lifts[:2])
    life["clerk"].does("reconsider", group) if state(group) != "open" else None

    groups = scanned()

    assert all(members(found) != keys(lifts) for found in groups)
    refusal = life["clerk"].tries("leave_out", group, proposal=lifts[1].pk, reason="也不是")
    assert refusal.status_code == 409


def test_alike_but_not_merged_is_a_relation_of_its_own(life, lifts, scanned):
    (group,) = scanned()
    life["clerk"].does("relate", group, note="各自办理")

    kin = life["clerk"].reads(f"proposals/{lifts[0].pk}/kin/")
    assert {row["id"] for row in kin} == keys(lifts[1:])
    assert life["lead"].reads(f"proposals/{lifts[0].pk}/kin/") == [], "the others are not filed"
    assert [state(proposal) for proposal in lifts] == ["filed", "submitted", "submitted"]


def test_a_theme_is_made_of_a_group(life, lifts, scanned):
    (group,) = scanned()
    life["director"].does("make_theme", group, name="既有住宅加装电梯")

    theme = Theme.objects.get()
    assert set(theme.proposals.all()) == set(lifts)
    (shown,) = life["supervisor"].reads("themes/")["results"]
    assert (shown["name"], len(shown["proposals"])) == ("既有住宅加装电梯", 3)
    assert life["lead"].reads("themes/")["results"] == []


def test_a_group_can_be_made_by_hand(life, lifts, markets, scanned):
    chosen = [markets[0].pk, lifts[0].pk]
    receipt = life["clerk"].does("gather", MergeCandidate, members=chosen)
    by_hand = MergeCandidate.objects.get(pk=receipt["subject_id"])

    assert members(by_hand) == set(chosen)
    assert by_hand in scanned(), "a scan leaves it alone"
    draft = life.drafted()
    refusal = life["clerk"].tries("gather", MergeCandidate, members=[draft.pk, lifts[0].pk])
    assert told(refusal)[:2] == (400, "members.0")
    refusal = life["clerk"].tries("gather", MergeCandidate, members=[lifts[0].pk, lifts[0].pk])
    assert told(refusal)[:2] == (400, "members")


def test_the_rulebook_says_how_alike_candidates_must_be(life, lifts, scanned):
    rulebook = life.committee.rulebooks.get()
    rulebook.document["similarity"] = {"merge": 0.95}
    rulebook.save()

    assert scanned() == []


def test_a_scan_that_a_killed_worker_left_is_begun_anew(life, lifts):
    broken_off = Scan.objects.create(
        committee=life.committee,
        session=life.session,
        asked_at=life.now,
        heard_at=life.now,
        state="running",
    )
    assert scan.waiting(at=life.now + timedelta(minutes=9)) == []

    later = life.now + timedelta(minutes=11)
    assert scan.waiting(at=later) == [broken_off.pk]
    with clock.at(later):
        assert scan.run(broken_off.pk, at=later)
    assert state(broken_off) == "done"


def test_a_scan_that_fails_says_so(life, lifts, monkeypatch):
    def fails(*_args, **_kwargs):
        raise Conflict("the database is full")

    monkeypatch.setattr(scan, "clusters", fails)
    ordered = scan.ask(life.session, life.users["clerk"], life.now)
    with pytest.raises(Conflict):
        scan.run(ordered.pk, at=life.now)

    row = life["clerk"].reads(f"scans/{ordered.pk}/")
    assert (row["state"], "the database is full" in row["trouble"]) == ("failed", True)
    assert scan.ask(life.session, life.users["clerk"], life.now).pk != ordered.pk


@pytest.mark.django_db(transaction=True)
def test_a_worker_runs_what_was_ordered(life, lifts, celery_worker):
    ordered = scan.ask(life.session, life.users["clerk"], life.now)

    until(lambda: state(ordered) == "done")
    assert CandidateMember.objects.count() == 3
