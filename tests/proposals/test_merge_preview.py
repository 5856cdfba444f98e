"""The preview of a merger says what the act then does, in a bounded number of queries."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from members.models import Notice
from proposals.models import Proposal
from tests.factories import proposals as make
from tests.proposals.conftest import Life, rules, state, told
from tests.proposals.mergers import CONSENT, host_of, silenced

pytestmark = pytest.mark.django_db


def previewed(life: Life, host: Proposal, *members: Proposal | int, by: str = "clerk") -> Any:
    """What the preview says."""
    keys = [str(getattr(member, "pk", member)) for member in members]
    return life[by].reads(f"proposals/{host.pk}/merge-preview/", members=",".join(keys))


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


# -- What it shows ----------------------------------------------------------------------------


def test_it_shows_what_comes_along(life):
    host = host_of(life)
    member = life.drafted(title="关于建停车楼的建议", suggested_units=[life.units["A"].pk])
    file = SimpleUploadedFile("调研.txt", "缺车位".encode())
    life["lead"].does("attach", member, file=file, form=True)
    life["lead"].does("submit", member, one_matter=True)
    life.signed(member)
    life.signed(member, "member")  # who proposes the host

    seen = previewed(life, host, member)

    member.refresh_from_db()
    (side,) = seen["members"]
    assert (side["id"], side["receipt_no"], side["title"], side["state"], side["refusal"]) == (
        member.pk,
        member.receipt_no,
        member.title,
        "submitted",
        "",
    )
    assert [(row["name"], row["joins"]) for row in side["proposers"]] == [
        (life.members["lead"].name, True),
        (life.members["cosigner"].name, True),
        (life.members["member"].name, False),
    ]
    assert [row["text"] for row in side["suggestions"]] == ["新建停车场", "开放单位车位"]
    assert [row["name"] for row in side["attachments"]] == ["调研.txt"]
    assert [(row["id"], row["is_new"]) for row in side["suggested_units"]] == [
        (life.units["A"].pk, True)
    ]
    assert seen["host"]["refusal"] == ""
    assert seen["warnings"] == []


def test_it_warns_of_everything_that_the_merger_ends_or_leaves_open(db):
    rounds = [{"name": name, "roles": ["committee_reviewer"]} for name in ("初审", "终审")]
    life = Life(rules(review={"rounds": rounds, "merge_needs_consent": True}))
    host, asked, fine = host_of(life), life.filed(), life.submitted("contact", body=life.body.pk)
    half = life.submitted(publicity_wish=False, publicity_reason="涉及未公开数据")
    life.invited(half)
    life["reviewer"].does("review", half, outcome="merge")
    life["lead"].does("request_withdrawal", half, reason="已解决")
    units = [{"unit": life.units[name].pk, "role": "separate"} for name in "BC"]
    life["assigner"].does("pre_assign", asked, units=units)
    life["director"].does("designate_key", asked, meeting="主席会议")
    life.written(life.at_work(host)["A"])
    life["member"].does("request_withdrawal", host, reason="已解决")

    seen = previewed(life, host, half, asked, fine)

    assert [(row["proposal"], row["text"]) for row in seen["warnings"]] == [
        (half.pk, f"1 份联名邀请尚未答复，并案后失效：{life.members['invitee'].name}"),
        (half.pk, "审查已完成 1 轮（共 2 轮），并案后不再审查，审查意见留存于本件"),
        (half.pk, "提案者不同意公开，而主件的提案者同意公开"),
        (half.pk, "提案者已申请撤案，尚未决定；并案后须先解除并案才能撤案"),
        (
            asked.pk,
            f"2 个单位尚未答复预交办，并案后不再征求意见：{life.units['B']}、{life.units['C']}",
        ),
        (asked.pk, "本件是重点提案，而主件不是"),
        (host.pk, "主件的提案者已申请撤案，尚未决定；并案后须先解除并案才能撤案"),
        (host.pk, f"{life.units['A']}的答复稿（起草）尚未答复随之并入的 6 条建议"),
        (None, "本会规定并案前须征得提案者同意，请填写征得同意的方式和时间"),
    ]


def test_what_the_reader_does_not_see_is_refused_like_what_is_not_there(life):
    host, draft = host_of(life), life.drafted()
    stranger = Life().submitted()

    seen = previewed(life, host, draft, stranger, 10**9)

    assert [(row["id"], row["refusal"], row["title"]) for row in seen["members"]] == [
        (key, f"没有编号为 {key} 的提案，请核对", "") for key in (draft.pk, stranger.pk, 10**9)
    ]
    assert seen["notices"] == []


def test_it_is_for_those_who_may_take_the_step(life):
    host, member = host_of(life), life.submitted()
    path, wanted = f"proposals/{host.pk}/merge-preview/", {"members": str(member.pk)}

    assert life["director"].asks(path, **wanted).status_code == 200
    assert told(life["lead"].asks(path, **wanted))[:2] == (403, "permission_denied")
    assert life["A liaison"].asks(path, **wanted).status_code == 404


@pytest.mark.parametrize("members", ["", "x", "1,1", ",".join(map(str, range(1, 52)))])
def test_a_query_that_names_no_members_is_refused(life, members):
    answer = life["clerk"].asks(f"proposals/{host_of(life).pk}/merge-preview/", members=members)

    assert told(answer)[0] == 400


def test_it_says_who_could_be_the_host(life):
    filed, other, raw = host_of(life), life.filed(), life.submitted()

    assert previewed(life, filed, other, raw)["hosts"] == [filed.pk, other.pk]
    assert previewed(life, raw, filed)["hosts"] == [filed.pk]

    life["clerk"].does("merge", raw, into=other.pk)
    assert previewed(life, filed, other)["hosts"] == [other.pk]
    life.assigned(filed)
    assert previewed(life, filed, other)["hosts"] == []


# -- It agrees with the act -------------------------------------------------------------------

PLACES = ("draft", "submitted", "returned", "reviewing", "filed", "pre_assigned", "assigned")
PLACES += ("handling", "replied", "not_filed", "merged", "withdrawn", "concluded", "discarded")


def every_kind(life: Life) -> list[Proposal]:
    """A proposal in every state, one that hosts another, and one of another committee."""
    rows = [
        make.ProposalFactory(committee=life.committee, state=place, lead=life.members["lead"])
        for place in PLACES
    ]
    guest = make.ProposalFactory(committee=life.committee, state="merged")
    answered = make.ProposalFactory(committee=life.committee, state="handling")
    task = make.AssignmentFactory(proposal=answered, state="replied")
    make.ReplyFactory(assignment=task, proposal=answered, state="delivered")
    return [*rows, guest, guest.merged_into, answered, make.ProposalFactory(state="filed")]


def accepts(life: Life, host: Proposal, members: list[Proposal]) -> bool:
    """Whether the act goes through; whatever it does is taken back."""
    with transaction.atomic():
        answer = life["clerk"].tries("take_in", host, members=[one.pk for one in members])
        transaction.set_rollback(True)
    assert answer.status_code in (200, 400, 404, 409), answer.content.decode()
    return answer.status_code == 200


def test_each_pair_is_refused_by_the_act_exactly_when_the_preview_says_so(life):
    rows, wrong, tried, fine = every_kind(life), [], 0, 0
    for host in rows:
        members = [row for row in rows if row != host]
        keys = ",".join(str(member.pk) for member in members)
        answer = life["clerk"].asks(f"proposals/{host.pk}/merge-preview/", members=keys)
        seen = answer.json() if answer.status_code == 200 else None
        for place, member in enumerate(members):
            promised = bool(seen) and not (
                seen["host"]["refusal"] or seen["members"][place]["refusal"]
            )
            if promised != accepts(life, host, [member]):
                wrong.append((host.state, member.state, promised))
            tried, fine = tried + 1, fine + promised

    assert wrong == []
    assert (tried, fine) == (18 * 17, 5 * 4 - 2)  # five hosts, four members, two of them both


def test_lists_at_random_are_refused_in_the_same_words_and_at_the_same_places(life):
    random, rows = Random(1), every_kind(life)
    hosts = [row for row in rows if row.state in ("filed", "handling") and row.pk != rows[-1].pk]
    for _ in range(60):
        host = random.choice(hosts)
        members = random.sample(rows, random.randint(1, 6))

        seen = previewed(life, host, *members)
        with transaction.atomic():
            answer = life["clerk"].tries("take_in", host, members=[one.pk for one in members])
            transaction.set_rollback(True)

        promised = {
            f"members.{place}": side["refusal"]
            for place, side in enumerate(seen["members"])
            if side["refusal"]
        }
        if seen["host"]["refusal"] or not promised:
            assert answer.status_code == (409 if seen["host"]["refusal"] else 200)
            continue
        said = {error["attr"]: error["detail"] for error in answer.json()["errors"]}
        assert said == promised


def test_those_who_are_told_are_those_whom_it_names(db):
    life = Life(rules(review={"merge_needs_consent": True}))
    host, first = host_of(life), life.submitted()
    second, third = life.submitted(), life.submitted("contact", body=life.body.pk)
    life.signed(first)
    life.assigned(host)
    silenced()
    seen = previewed(life, host, first, second, third)

    life["clerk"].does("take_in", host, members=[first.pk, second.pk, third.pk], **CONSENT)

    told_now = Notice.objects.order_by("recipient").values_list("recipient", flat=True)
    assert [row["id"] for row in seen["notices"]] == list(told_now)
    assert len(set(names(seen["notices"]))) == 5  # four proposers and the unit's liaison
    assert state(third) == "merged"


# -- It stays quick ---------------------------------------------------------------------------


def test_the_number_of_queries_does_not_grow_with_the_members(life):
    host = host_of(life)
    previewed(life, host, life.submitted())  # what is read once for all has been read
    counts, members = [], []
    for wanted in (2, 10):
        while len(members) < wanted:
            member = life.submitted(title=f"关于第{len(members)}条街的建议")
            life.signed(member)
            life.invited(member)
            members.append(member)
        with CaptureQueriesContext(connection) as queries:
            previewed(life, host, *members)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[1] <= 30
