"""Searching: what a word finds, in which order, and what nobody finds who may not know of it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.reader import Reader
from proposals.enums import CosignatureState, ProposalState, Publicity, ReplyState
from proposals.matching import indexing
from proposals.models import Proposal
from proposals.permissions import is_all_inside
from tests.factories import proposals as make
from tests.proposals.conftest import Life, Person, rules, told

pytestmark = pytest.mark.django_db


def filed(life: Life, title: str, text: str = "。", **more: Any) -> Proposal:
    """A filed proposal of the first member; ``index`` it before it is looked for."""
    more = {"lead": life.members["lead"], "suggestions": []} | more
    return make.ProposalFactory(
        committee=life.committee,
        state=more.pop("state", ProposalState.FILED),
        title=title,
        situation=text,
        **more,
    )


def index() -> None:
    """Bring the index up to date."""
    for key in Proposal.objects.values_list("pk", flat=True):
        indexing.order(key)
    indexing.catch_up()


def finds(person: Person, query: str, **filters: Any) -> list[int]:
    """The keys of what a person finds that has everything asked for, best first."""
    answer = person.reads("proposals/search/", q=query, **filters)
    return [hit["id"] for hit in answer["results"] if hit["complete"]]


def titles(person: Person, query: str, **filters: Any) -> list[str]:
    answer = person.reads("proposals/search/", q=query, **filters)
    return [hit["title"] for hit in answer["results"]]


# -- What a word finds -------------------------------------------------------------------------


def test_a_proposal_is_found_by_whatever_is_written_in_it(life):
    proposal = filed(
        life,
        "关于老旧小区加装电梯的建议",
        "悬空老人下楼难。",
        analysis="分摊办法不明。",
        background="来自走访。",
        suggestions=["出台参考系数"],
    )
    filed(life, "关于乡镇卫生院的建议")
    index()

    for query in ("加装电梯", "悬空老人", "分摊办法", "走访", "参考系数", "电梯 分摊 系数"):
        assert finds(life["clerk"], query) == [proposal.pk], query


def test_all_words_must_occur_and_what_lacks_one_follows_as_incomplete(life):
    both = filed(life, "关于小区电梯的建议", "物业费用。")
    one = filed(life, "关于商场电梯的建议", "维修。")
    index()

    hits = life["clerk"].reads("proposals/search/", q="小区 电梯")["results"]

    assert [(hit["id"], hit["complete"]) for hit in hits] == [(both.pk, True), (one.pk, False)]


def test_the_title_counts_more_than_the_text_and_the_words_in_order_more_than_apart(life):
    apart = filed(life, "关于治理的建议", "共享经济。单车停放。")
    in_text = filed(life, "关于街道的建议", "共享单车乱停。")
    in_title = filed(life, "关于共享单车的建议", "街道治理。")
    index()

    assert finds(life["clerk"], "共享单车") == [in_title.pk, in_text.pk, apart.pk]


def test_a_word_finds_what_means_the_same_after_itself(life):
    same = filed(life, "关于电动自行车上楼的建议")
    typed = filed(life, "关于电瓶车上楼的建议")
    filed(life, "关于自行车道的建议")
    index()

    assert finds(life["clerk"], "电瓶车") == [typed.pk, same.pk]
    assert finds(life["clerk"], "安宁疗护") == []


@pytest.mark.parametrize("query", ["花里", "桐花", "桐", "里小", "欧阳", "小明", "欧阳小明", "欧"])
def test_names_and_titles_are_found_by_any_part_of_them(life, query):
    lead = life.members["lead"]
    lead.name = "欧阳小明"
    lead.save()
    proposal = filed(life, "关于桐花里小区的建议", lead=lead)
    filed(life, "关于别处的建议", lead=life.members["cosigner"])
    index()

    assert finds(life["clerk"], query) == [proposal.pk]


def test_what_the_index_has_cut_differently_is_found_letter_by_letter(life):
    proposal = filed(life, "关于街道的建议", "在石榴园路口设灯。")
    index()

    hits = life["clerk"].reads("proposals/search/", q="榴园路")["results"]

    assert [hit["id"] for hit in hits] == [proposal.pk]


def test_co_signers_and_bodies_are_found_by_their_names(life):
    signed = filed(life, "关于甲事的建议")
    make.CosignatureFactory(
        proposal=signed, member=life.members["cosigner"], state=CosignatureState.AGREED
    )
    asked = filed(life, "关于乙事的建议")
    make.CosignatureFactory(proposal=asked, member=life.members["cosigner"])
    collective = filed(life, "关于丙事的建议", body=life.body, lead=None)
    for row, name in ((life.members["cosigner"], "司马青"), (life.body, "致公党支部")):
        row.name = name
        row.save()
    index()

    assert finds(life["clerk"], "司马青") == [signed.pk]
    assert finds(life["clerk"], "致公党支部") == [collective.pk]


def test_a_number_finds_its_proposal_first(life):
    mentions = filed(life, "关于12路公交车的建议", "12路。", case_no="0099", receipt_no="S0099")
    numbered = filed(life, "关于路灯的建议", case_no="0012", receipt_no="S0001")
    received = filed(life, "关于公厕的建议", case_no="0013", receipt_no="S0012")
    index()

    assert finds(life["clerk"], "12") == [numbered.pk, mentions.pk]
    assert finds(life["clerk"], "0012")[0] == numbered.pk
    assert finds(life["clerk"], "s0012") == [received.pk]


# -- The language ------------------------------------------------------------------------------


def test_a_phrase_must_stand_there_letter_by_letter(life):
    phrase = filed(life, "关于签约的建议", "推进家庭医生签约。")
    filed(life, "关于家庭的建议", "家庭签约，医生上门。")
    index()

    assert finds(life["clerk"], "家庭医生 签约") == [phrase.pk]
    assert finds(life["clerk"], "“家庭医生签约”") == [phrase.pk]
    assert finds(life["clerk"], "“医生签约家庭”") == []


def test_the_beginning_of_a_word_and_words_left_out(life):
    cycle = filed(life, "关于电动自行车的建议", "充电收费。")
    cinema = filed(life, "关于电影的建议", "放映。")
    index()

    assert finds(life["clerk"], "电*") == [cinema.pk, cycle.pk]
    assert finds(life["clerk"], "电* -充电") == [cinema.pk]
    assert finds(life["clerk"], "-充电") == [cinema.pk]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("状态:已立案", "filed"),
        ("状态：办理", "handling"),
        ("state:handling", "handling"),
        ("状态:已立案 状态:办理中", "filed handling"),
        ("-状态:办理中", "filed"),
        ("类型:个人", "filed handling"),
        ("类型:联名", ""),
        ("时间类型:大会", "filed handling"),
        ("重点:是", "handling"),
        ("重点:否", "filed"),
        ("类别:经济", "filed"),
        ("类别:economy_technology", "filed"),
        ("编号:31", "handling"),
        ("届:5", "filed handling"),
        ("届:5-2", "filed handling"),
        ("届:5届2次", "filed handling"),
        ("届:5-1", ""),
        ("单位:教育局", "handling"),
        ("-单位:教育局", "filed"),
        ("提案人:欧阳", "filed handling"),
        ("界别:教育界", "filed handling"),
        ("逾期:否", "filed handling"),
        ("逾期:是", ""),
        ("道路 状态:已立案", "filed"),
    ],
)
def test_operators_are_the_filters_of_the_list(life, query, found):
    lead, unit, session = life.members["lead"], life.units["A"], life.session
    lead.name, unit.name, session.number, session.term.number = "欧阳小明", "市教育局", 2, 5
    lead.sector = make.BodyFactory(committee=life.committee, kind="sector", name="教育界")
    for row in (lead, unit, session, session.term):
        row.save()
    proposals = {
        "filed": filed(life, "关于道路的建议", category="economy_technology", case_no="0030"),
        "handling": filed(
            life, "关于桥的建议", state=ProposalState.HANDLING, is_key=True, case_no="0031"
        ),
    }
    make.AssignmentFactory(proposal=proposals["handling"], unit=unit)
    index()

    wanted = {proposals[name].pk for name in found.split()}
    assert set(finds(life["clerk"], query)) == wanted


def test_what_is_late_is_told_to_those_who_see_the_duty(life):
    task = life.assigned()["A"]
    index()
    life.later(days=60)

    assert finds(life["clerk"], "逾期:是") == [task.proposal_id]
    assert finds(life["A liaison"], "overdue:yes") == [task.proposal_id]
    assert finds(life["lead"], "逾期:是") == []


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (
            "部门:教育局",
            "没有“部门:”这个专用词，可用：状态、单位、逾期、届、类别、界别、提案人、类型、时间类型、"
            "重点、编号；要找这几个字，请加引号",
        ),
        ("重点:大概", "“重点:”后不能是“大概”，可用：是、否"),
        ("类型:已", "“类型:”后不能是“已”，可用：个人提案、联名提案、集体提案"),
        ("届:五", "届:五 请写届，或届和次，如 5-2"),
    ],
)
def test_an_operator_that_says_nothing_is_refused_with_what_is_possible(life, query, reason):
    answer = life["clerk"].asks("proposals/search/", q=query)

    assert told(answer) == (400, "q", reason)


def test_the_refusal_speaks_the_reader_s_language(life):
    life["clerk"].client.credentials(HTTP_ACCEPT_LANGUAGE="en")

    answer = life["clerk"].asks("proposals/search/", q="key:perhaps")

    assert told(answer) == (400, "q", "“key:” cannot be “perhaps”; possible: yes, no")


def test_every_filter_of_the_list_narrows_the_search(life):
    one = filed(life, "关于道路的建议", category="economy")
    filed(life, "关于道路灯光的建议", category="education")
    index()

    assert finds(life["clerk"], "道路", category="economy") == [one.pk]
    assert life["clerk"].asks("proposals/search/", q="道路", nonsense=1).status_code == 400


def test_the_list_has_the_same_search_as_a_filter(life):
    one = filed(life, "关于道路的建议", "路灯。")
    two = filed(life, "关于路灯的建议", "道路。")
    filed(life, "关于电梯的建议")
    index()

    answer = life["clerk"].reads("proposals/", text="路灯 状态:已立案", ordering="id")
    found = [row["id"] for row in answer["results"]]

    assert found == [one.pk, two.pk]
    assert told(life["clerk"].asks("proposals/", text="部门:x"))[1] == "text"


# -- Who finds what ------------------------------------------------------------------------------


def replied(life: Life, publicity: str) -> Proposal:
    """A proposal whose reply of unit A speaks of 蓄水池, with unit B beside it."""
    proposal = filed(life, "关于道路的建议", state=ProposalState.REPLIED)
    units = life.units
    units["A"].name, units["B"].name = "市水务局", "市园林局"
    for unit in units.values():
        unit.save()
    task = make.AssignmentFactory(proposal=proposal, unit=units["A"], role="lead", state="replied")
    make.AssignmentFactory(proposal=proposal, unit=units["B"], role="assist", state="replied")
    make.ReplyFactory(
        assignment=task, state=ReplyState.DELIVERED, publicity=publicity, body="建成蓄水池两座。"
    )
    index()
    return proposal


INSIDE = ["clerk", "assigner", "inspector", "lead", "A liaison", "B handler"]
"""Who proposes, handles or watches over the proposal."""

OUTSIDE = ["member", "contact", "supervisor"]
"""Who sees a filed proposal, and no more."""


@pytest.mark.parametrize("name", INSIDE)
@pytest.mark.parametrize("query", ["蓄水池", "园林局", "水务局 道路", "“两座”"])
def test_those_inside_find_by_replies_that_are_not_open_and_by_units(life, name, query):
    proposal = replied(life, Publicity.CLOSED)

    assert finds(life[name], query) == [proposal.pk]


@pytest.mark.parametrize("name", OUTSIDE)
def test_nobody_else_does_nor_learns_it_otherwise(life, name):
    proposal = replied(life, Publicity.ON_REQUEST)

    for query in ("蓄水池", "园林局", "水务局 道路", "“两座”", "蓄水*", "池", "蓄水池建成"):
        assert titles(life[name], query) in ([], [proposal.title] if "道路" in query else [])
        assert finds(life[name], query) == []
    for query in ("道路 -蓄水池", "道路 -园林局"):
        assert finds(life[name], query) == [proposal.pk]


@pytest.mark.parametrize("name", [*INSIDE, *OUTSIDE])
def test_an_open_reply_is_found_by_all_who_see_the_proposal(life, name):
    proposal = replied(life, Publicity.OPEN)

    assert finds(life[name], "蓄水池") == [proposal.pk]


def test_what_is_invisible_is_not_found(life):
    replied(life, Publicity.OPEN)

    assert titles(life["C liaison"], "道路") == titles(Life()["clerk"], "道路") == []


@pytest.mark.parametrize(
    ("name", "all_inside"),
    [("clerk", True), ("assigner", True), ("lead", False), ("C liaison", False)],
)
def test_officials_are_asked_for_once_since_they_are_inside_of_all_they_see(life, name, all_inside):
    assert is_all_inside(Reader(life.users[name], life.now)) is all_inside


def test_a_draft_is_found_by_its_proposer_alone(life):
    draft = filed(life, "关于道路的建议", state=ProposalState.DRAFT)
    index()

    assert finds(life["lead"], "道路") == [draft.pk]
    assert titles(life["clerk"], "道路") == titles(life["member"], "道路") == []


def test_a_unit_no_longer_at_work_finds_the_proposal_and_not_what_was_replied_since(life):
    proposal = replied(life, Publicity.CLOSED)
    proposal.assignments.filter(unit=life.units["B"]).update(state="recalled")
    index()

    assert finds(life["B liaison"], "道路") == [proposal.pk]
    assert titles(life["B liaison"], "蓄水池") == titles(life["B liaison"], "水务局") == []


@pytest.mark.parametrize(("months", "found"), [(0, True), (6, False)])
def test_members_ask_for_units_once_they_are_told_of_them(months, found):
    life = Life(rules(publication={"units_hidden_months": months}))
    proposal = replied(life, Publicity.OPEN)

    assert finds(life["member"], "单位:水务局") == ([proposal.pk] if found else [])
    life.later(days=200)
    assert finds(life["member"], "单位:水务局") == [proposal.pk]
    assert finds(life["lead"], "单位:水务局") == [proposal.pk]


# -- What is shown -------------------------------------------------------------------------------


def test_a_hit_tells_the_proposal_and_where_it_was_found(life):
    proposal = filed(
        life,
        "关于加装电梯的建议",
        "很久以前建的楼。" * 20 + "老人下楼难，盼装电梯。",
        suggestions=["补贴电费"],
        case_no="0007",
    )
    index()

    (hit,) = life["clerk"].reads("proposals/search/", q="电梯 电费")["results"]

    score = hit.pop("score")
    assert score > 0
    assert hit == {
        "id": proposal.pk,
        "receipt_no": proposal.receipt_no,
        "case_no": "0007",
        "title": "关于加装电梯的建议",
        "title_pieces": [
            {"text": "关于加装", "hit": False},
            {"text": "电梯", "hit": True},
            {"text": "的建议", "hit": False},
        ],
        "state": "filed",
        "state_label": "已立案",
        "committee": {"id": life.committee.pk, "name": str(life.committee)},
        "session": {"id": life.session.pk, "name": str(life.session)},
        "category": "",
        "proposers": [life.members["lead"].name],
        "received_at": "2024-01-10T10:00:00+08:00",
        "passages": [
            {
                "source": "situation",
                "pieces": [
                    {"text": "老人下楼难，盼装", "hit": False},
                    {"text": "电梯", "hit": True},
                    {"text": "。", "hit": False},
                ],
            },
            {
                "source": "suggestion",
                "pieces": [{"text": "补贴", "hit": False}, {"text": "电费", "hit": True}],
            },
        ],
        "complete": True,
        "url": f"/api/v1/proposals/{proposal.pk}/",
    }


def test_a_passage_never_comes_from_a_reply_that_the_reader_may_not_read(life):
    replied(life, Publicity.CLOSED)

    def sources(name: str) -> list[str]:
        (hit,) = life[name].reads("proposals/search/", q="道路 蓄水池")["results"]
        return [passage["source"] for passage in hit["passages"]]

    assert sources("clerk") == ["reply"]
    assert sources("member") == []


def test_pages_tell_the_count_and_whether_it_is_the_whole(life, monkeypatch):
    for number in range(5):
        filed(life, f"关于第{number}条道路的建议")
    index()

    first = life["clerk"].reads("proposals/search/", q="道路", page_size=2)
    last = life["clerk"].reads("proposals/search/", q="道路", page_size=2, page=3)
    monkeypatch.setattr("proposals.matching.search.MOST", 3)
    monkeypatch.setattr("proposals.matching.search.TITLED", 4)
    bounded = life["clerk"].reads("proposals/search/", q="道路")

    assert (first["count"], first["exact"], len(first["results"])) == (5, True, 2)
    assert len(last["results"]) == 1
    assert (bounded["count"], bounded["exact"]) == (4, False)


def test_without_a_word_the_newest_come_first(life):
    old, new = filed(life, "关于甲的建议"), filed(life, "关于乙的建议")
    index()

    assert finds(life["clerk"], "") == finds(life["clerk"], "状态:已立案") == [new.pk, old.pk]


def test_any_page_takes_the_same_few_queries(life, django_assert_max_num_queries):
    def searched() -> int:
        index()
        with django_assert_max_num_queries(16) as queries:
            life["lead"].reads("proposals/search/", q="道路")
        return len(queries)

    replied(life, Publicity.OPEN)
    searched()
    one = searched()
    for _number in range(3):
        replied(life, Publicity.OPEN)

    assert searched() == one


# -- Whatever is typed ---------------------------------------------------------------------------

SYNTAX = st.text(
    alphabet=st.sampled_from(list("\"“”「」'*-^:：(){}+&|!<>\\%_?.0aé停车难的\0 ￼𠀀"))
    | st.characters(),
    max_size=40,
)
WORDS = [
    "AND",
    "OR",
    "NOT",
    "NEAR(停 车)",
    "title_words:x",
    "'a':*b",
    "a & b",
    "1.5",
    "停*",
    "-",
    '"',
]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(SYNTAX, st.lists(st.sampled_from(WORDS) | SYNTAX, max_size=5).map(" ".join)))
def test_no_query_breaks_the_search(clerk, typed):
    answer = clerk.asks("proposals/search/", q=typed.encode(errors="replace").decode())

    assert answer.status_code in (200, 400), typed
    if answer.status_code == 400:
        assert {error["attr"] for error in answer.json()["errors"]} == {"q"}


@pytest.fixture
def clerk(life: Life) -> Person:
    """A clerk with a proposal to find."""
    filed(life, "关于停车难的建议", "停车难。")
    index()
    return life["clerk"]


# -- In time -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_within_seconds_of_a_change_the_search_finds_it(life, celery_worker):
    proposal = life.drafted(title="关于路灯的建议")
    assert until(lambda: finds(life["lead"], "路灯") == [proposal.pk])

    life["lead"].does("edit", proposal, title="关于公共厕所的建议")

    assert until(lambda: finds(life["lead"], "公共厕所") == [proposal.pk])
    assert finds(life["lead"], "路灯") == []


def until(true: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether it becomes true in time."""
    end = monotonic() + seconds
    while not true():
        if monotonic() > end:
            return False
        sleep(0.1)
    return True
