"""The committee's office in the browser: reading in a row, filing, merging and undoing it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members import clock
from proposals.enums import MergeCandidateState, ProposalState, ScanState
from proposals.matching import scan
from proposals.matching.likeness import Text
from proposals.matching.passages import pieces, same
from proposals.models import CandidateMember, MergeCandidate, Proposal, ReviewOpinion, Scan
from tests import MOST_QUERIES
from tests.factories.proposals import MergeCandidateFactory
from tests.proposals.browser import Browser
from tests.proposals.conftest import Life, rules, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(life: Life) -> Browser:
    return Browser(life, "clerk")


@pytest.fixture
def reviewer(life: Life) -> Browser:
    return Browser(life, "reviewer")


@pytest.fixture
def director(life: Life) -> Browser:
    return Browser(life, "director")


def work(slug: str) -> str:
    """The page of a list."""
    return reverse("worklist", args=[slug])


def first_of(browser: Browser, slug: str) -> str:
    """The page of the first row of a list, as the list links to it."""
    line = browser.get(work(slug)).context["rows"][0]
    return f"{line['url']}?{line['query']}"


# -- The reading desk --------------------------------------------------------------------------


def test_twenty_are_reviewed_in_a_row(life, reviewer):
    """Open the first, give an opinion, and the next one is there, until the list is empty."""
    for number in range(20):
        life.submitted(title=f"关于第{number}件事的提案")
    page, read = first_of(reviewer, "intake"), []
    while page.startswith("/proposals/"):
        shown = reviewer.get(page)
        form, place = shown.context["part"]["form"], shown.context["list_position"]
        assert (form.step.name, place.position, place.count) == ("review", 1, 20 - len(read))
        read.append(form.subject.pk)
        answer = reviewer.post(
            f"{form.url}?{shown.context['carried']}",
            key=form.key,
            version=form.subject.version,
            outcome="file",
            category="other",
            after="next",
        )
        page = answer.url

    assert page == work("intake")
    assert len(set(read)) == 20
    assert list(ReviewOpinion.objects.values_list("proposal", flat=True)) == read
    assert set(Proposal.objects.values_list("state", flat=True)) == {ProposalState.REVIEWING}


def test_the_second_round_begins_with_what_the_first_proposed():
    rounds = [
        {"name": "初审", "roles": ["committee_clerk"]},
        {"name": "复审", "roles": ["committee_director"]},
    ]
    life = Life(rules(review={"rounds": rounds}))
    proposal = life.submitted()
    unit = life.units["B"]
    life["clerk"].does(
        "review",
        proposal,
        outcome="file",
        opinion="切中要害",
        category="other",
        units=[{"unit": unit.pk, "role": "sole"}],
    )
    director = Browser(life, "director")

    shown = director.get(first_of(director, "reviewing"))

    fields = {field.name: field for field in shown.context["part"]["form"].fields}
    (row,) = fields["units"].rows
    assert fields["category"].value == "other"
    assert [part.value for part in row] == [str(unit.pk), "sole"]
    assert fields["outcome"].value == ""
    assert "切中要害" in shown.content.decode()
    assert str(life.users["clerk"]) in shown.content.decode()
    assert "1/2" in director.get(work("reviewing")).content.decode()


def test_what_was_sent_back_comes_to_a_list_of_its_own(life, clerk):
    proposal = life.submitted()
    clerk.post(f"/proposals/{proposal.pk}/return-for-revision/", reason="请补充数据")
    assert "请补充数据" not in clerk.get(work("intake")).content.decode()

    life["lead"].does("resubmit", proposal, one_matter=True)

    listed = {slug: clerk.get(work(slug)).context["rows"] for slug in ("intake", "resubmitted")}
    assert listed["intake"] == []
    assert [line["row"].pk for line in listed["resubmitted"]] == [proposal.pk]


def test_filing_tells_the_number_and_the_register_has_no_gap(life, director):
    for _number in range(3):
        life.examined(life.submitted())
    page = first_of(director, "to-file")
    expected = []
    while page.startswith("/proposals/"):
        shown = director.get(page)
        part = shown.context["part"]
        expected.append(part["number"])
        answer = director.post(
            f"{part['form'].url}?{shown.context['carried']}", category="other", after="next"
        )
        page = answer.url
    told = director.get(page).content.decode()

    given = list(Proposal.objects.order_by("case_serial").values_list("case_no", flat=True))
    assert given == expected
    assert given[-1] in told
    (series,) = director.get("/numbers/").context["series"]
    assert (series["last"], series["count"], series["missing"]) == (3, 3, [])


def test_a_refusal_is_previewed_before_it_is_sent(life, director):
    proposal = life.examined(life.submitted())
    url = f"/proposals/{proposal.pk}/not-file/"

    shown = director.post(url, ground="PERSONAL", disposition="letter", notice="", preview="1")

    notice = shown.context["part"]["form"].data["notice"]
    assert state(proposal) == ProposalState.REVIEWING
    assert "为本人或亲属解决个人问题" in notice
    assert notice in shown.context["part"]["notice"]["news"].lines
    director.post(url, ground="PERSONAL", disposition="letter", notice=notice)
    assert state(proposal) == ProposalState.NOT_FILED
    told = proposal.lead.user.notices.order_by("-id").first()
    assert notice in told.text


def test_many_are_filed_at_once_each_in_its_own_category(life, director):
    chosen = []
    for category in ("economy_technology", "other"):
        proposal = life.submitted()
        life["reviewer"].does("review", proposal, outcome="file", category=category)
        chosen.append(proposal)

    director.post(
        reverse("bulk", args=["to-file"]),
        step="file",
        rows=[proposal.pk for proposal in chosen],
        confirmed="1",
        category="",
    )

    rows = Proposal.objects.order_by("id").values_list("state", "category")
    assert list(rows) == [
        (ProposalState.FILED, "economy_technology"),
        (ProposalState.FILED, "other"),
    ]


# -- The merge desk ----------------------------------------------------------------------------


def test_a_merger_on_the_desk_is_told_and_undone(life, clerk):
    host, guest, other = life.filed(), life.submitted(), life.submitted()
    items = f"{guest.pk},{host.pk},{other.pk}"

    desk = clerk.get(f"/merge/?items={items}").context["desk"]
    assert desk.host.id == host.pk
    assert set(desk.chosen) == {guest.pk, other.pk}
    answer = clerk.post("/merge/", items=[guest.pk, host.pk], host=host.pk, members=[guest.pk])

    assert answer.url == f"/proposals/{host.pk}/?tab=alike"
    page = clerk.get(answer.url).content.decode()
    assert f"/proposals/{guest.pk}/unmerge/?next=" in page
    assert state(guest) == ProposalState.MERGED
    assert state(other) == ProposalState.SUBMITTED

    undone = clerk.post(f"/proposals/{guest.pk}/unmerge/", reason="不是一件事", next=answer.url)
    assert undone.url == answer.url
    assert state(guest) == ProposalState.SUBMITTED


def test_what_is_merged_already_is_refused_by_name_and_nothing_moves(life, clerk):
    first, second = life.filed(), life.filed()
    taken, free = life.submitted(), life.submitted()
    life["clerk"].does("take_in", first, members=[taken.pk])
    taken.refresh_from_db()

    answer = clerk.post("/merge/", host=second.pk, members=[taken.pk, free.pk], note="同一件事")

    text = answer.content.decode()
    assert answer.status_code == 422
    assert taken.receipt_no in " ".join(answer.context["desk"].form.refusals)
    assert "请先解除并案" in text
    assert "同一件事" in text
    assert (state(free), taken.merged_into_id) == (ProposalState.SUBMITTED, first.pk)


def test_consent_is_asked_for_on_the_desk_where_the_rules_want_it():
    life = Life(rules(review={"merge_needs_consent": True}))
    host, guest = life.filed(), life.submitted()
    clerk = Browser(life, "clerk")

    refused = clerk.post("/merge/", host=host.pk, members=[guest.pk])
    assert refused.status_code == 422
    assert "consent_way" in refused.context["desk"].form.errors
    clerk.post("/merge/", host=host.pk, members=[guest.pk], consent_way="phone")

    assert state(guest) == ProposalState.MERGED


def grouped(life: Life, *proposals: Proposal) -> MergeCandidate:
    """An open group of these proposals."""
    candidate: MergeCandidate = MergeCandidateFactory(
        committee=life.committee, session=life.session, members=list(proposals)
    )
    return candidate


def test_a_group_is_merged_as_chosen_and_never_more(life, clerk):
    host, guest, other = life.filed(), life.submitted(), life.submitted()
    group = grouped(life, guest, host, other)
    sent = {"candidate": group.pk, "host": host.pk, "items": [guest.pk, host.pk, other.pk]}

    nobody = clerk.post("/merge/", **sent, members=[host.pk])
    assert nobody.status_code == 422
    clerk.post("/merge/", **sent, members=[host.pk, guest.pk])

    assert state(group) == MergeCandidateState.MERGED
    assert (state(guest), state(other)) == (ProposalState.MERGED, ProposalState.SUBMITTED)


@pytest.mark.parametrize(
    ("step", "sent", "becomes"),
    [
        ("dismiss", {"reason": "两件事"}, MergeCandidateState.DISMISSED),
        ("postpone", {"note": "下周再看"}, MergeCandidateState.POSTPONED),
        ("relate", {}, MergeCandidateState.RELATED),
        ("make-theme", {"name": "停车难"}, MergeCandidateState.OPEN),
    ],
)
def test_a_group_is_decided_from_its_page(life, clerk, step, sent, becomes):
    group = grouped(life, *(life.submitted() for _number in range(3)))
    assert (
        f"/merge-candidates/{group.pk}/{step}/"
        in clerk.get(f"/merge-candidates/{group.pk}/").content.decode()
    )

    clerk.post(f"/merge-candidates/{group.pk}/{step}/", **sent)

    assert state(group) == becomes


def test_one_of_a_group_is_left_out_by_its_name(life, clerk):
    three = [life.submitted() for _number in range(3)]
    group = grouped(life, *three)
    url = f"/merge-candidates/{group.pk}/leave-out/"
    (field, _reason) = clerk.get(url).context["form"].fields
    assert {choice.value for choice in field.choices} == {str(one.pk) for one in three}

    clerk.post(url, proposal=three[2].pk, reason="另一件事")

    left = CandidateMember.objects.get(candidate=group, left_out_at__isnull=False)
    assert left.proposal_id == three[2].pk
    desk = clerk.get(f"/merge-candidates/{group.pk}/").context["desk"]
    assert [column["side"].id for column in desk.columns] == [one.pk for one in three[:2]]


def test_the_same_passages_have_the_same_number_in_all_texts():
    shared = "老城区停车位严重不足，居民停车十分困难。"
    texts = [
        Text("甲", f"前言各不相同。{shared}建议新建立体停车楼。", ()),
        Text("乙", f"{shared}请开放机关单位的车位。", ()),
        Text("丙", f"学校周边交通拥堵。\n{shared}", ()),
    ]

    marked = same(texts)

    assert [one[shared] for one in marked] == [1, 1, 1]
    cut = pieces(texts[0].body, marked[0])
    assert "".join(piece.text for piece in cut) == texts[0].body
    assert [piece.text for piece in cut if piece.number] == [shared]


def test_a_scan_is_followed_until_it_is_done(life, clerk):
    for _number in range(2):
        life.submitted()
    answer = clerk.post("/scans/", session=life.session.pk)
    ordered = Scan.objects.get()
    assert answer.url == f"/scans/{ordered.pk}/"
    assert "every 2s" in clerk.get(answer.url).content.decode()

    with clock.at(life.now):
        scan.run(ordered.pk, clock.now())

    page = clerk.get(answer.url)
    assert page.context["scan"].state == ScanState.DONE
    assert "every 2s" not in page.content.decode()
    assert [group.pk for group in page.context["groups"]] == list(
        MergeCandidate.objects.values_list("pk", flat=True)
    )


def test_the_desk_and_the_registers_are_the_offices(life):
    host, guest = life.filed(), life.submitted()
    for name in ("lead", "A liaison", "supervisor"):
        browser = Browser(life, name)
        for path in (f"/merge/?items={host.pk},{guest.pk}", "/numbers/", "/scans/"):
            assert browser.get(path).status_code == 404, (name, path)
        assert browser.get(f"/proposals/{host.pk}/similar/").status_code == 404
    reader = Browser(life, "reviewer")
    assert not reader.get(f"/merge/?items={host.pk},{guest.pk}").context["may_merge"]
    assert reader.post("/merge/", host=host.pk, members=[guest.pk]).status_code == 404
    assert state(guest) == ProposalState.SUBMITTED


# -- As many queries for one as for many -------------------------------------------------------


def queries(browser: Browser, path: str) -> int:
    browser.get(path)
    with CaptureQueriesContext(connection) as found:
        answer = browser.get(path)
    assert answer.status_code == 200
    return len(found)


def test_pages_take_as_many_queries_for_one_as_for_three(life, clerk, director):
    proposals = [life.submitted() for _number in range(4)]
    for one in proposals:
        life.signed(one)
    host, ready = life.filed(), life.examined(life.submitted())
    grouped(life, *proposals[:2])
    items = ",".join(str(one.pk) for one in (host, *proposals[:1]))
    more = ",".join(str(one.pk) for one in (host, *proposals[:3]))

    few = [queries(clerk, work("intake")), queries(clerk, work("duplicates"))]
    for _number in range(3):
        one = life.submitted()
        life.signed(one)
        grouped(life, one, proposals[2])
    many = [queries(clerk, work("intake")), queries(clerk, work("duplicates"))]

    assert few == many
    assert queries(clerk, f"/merge/?items={items}") == queries(clerk, f"/merge/?items={more}")
    group = MergeCandidate.objects.first()
    pages = [
        f"/merge-candidates/{group.pk}/?list=duplicates&in=&at=1",
        f"/proposals/{proposals[1].pk}/?list=intake&in=&at=2",
        f"/proposals/{ready.pk}/?list=to-file&in=&at=1",
        f"/proposals/{host.pk}/?tab=alike&list=proposals&in=&at=1",
        f"/proposals/{ready.pk}/?tab=review&list=to-file&in=&at=1",
        f"/proposals/{host.pk}/similar/",
    ]
    for page in pages:
        assert queries(director, page) <= MOST_QUERIES, page
