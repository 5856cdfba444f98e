"""Many people act on the same proposals at once: one wins, the others hear a clean refusal.

Twenty threads on PostgreSQL, four on SQLite, each with a connection of its own, start together
at a barrier and go through the API.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.enums import Role
from proposals import models
from proposals.door import perform
from proposals.enums import CosignatureState, ProposalState
from proposals.models import AssignmentBatch, Event, Proposal, Series
from tests.factories.members import MemberFactory
from tests.proposals import invariants
from tests.proposals.at_once import AT, Call, at_once
from tests.proposals.staffed_committee import StaffedCommittee

TEXT = {"title": "关于增设路灯的建议", "situation": "夜里很暗", "suggestions": ["增设路灯"]}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def callers() -> int:
    """How many act at once: SQLite has one writer at a time, and the others wait for it."""
    return 20 if connection.vendor == "postgresql" else 4


@pytest.fixture
def staffed() -> StaffedCommittee:
    return StaffedCommittee()


def codes(answers: list[Any]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def everything_holds() -> None:
    assert invariants.broken(AT) == []


def drafted(staffed: StaffedCommittee, **text: str) -> Proposal:
    """A draft; of a text of its own unless one is given."""
    member = staffed.members[0].user
    fresh = Proposal(committee=staffed.committee)
    own = {"analysis": f"第 {Proposal.objects.count()} 处最暗"}
    return perform(fresh, "draft", member, {**TEXT, **own, **text}, at=AT).subject


def reviewed(staffed: StaffedCommittee) -> Proposal:
    proposal = drafted(staffed)
    perform(proposal, "submit", staffed.members[0].user, {"one_matter": True}, at=AT)
    reviewer = staffed.officer(Role.COMMITTEE_REVIEWER)
    return perform(proposal, "review", reviewer, {"outcome": "file"}, at=AT).subject


def filed(staffed: StaffedCommittee) -> Proposal:
    director = staffed.officer(Role.COMMITTEE_DIRECTOR)
    return perform(reviewed(staffed), "file", director, {"category": "other"}, at=AT).subject


def sole(staffed: StaffedCommittee, number: int = 0) -> list[dict[str, Any]]:
    return [{"unit": staffed.units[number % 3].pk, "role": "sole"}]


# -- One step, many times ------------------------------------------------------------------


def agree(staffed: StaffedCommittee, callers: int) -> list[Call]:
    proposal = drafted(staffed)
    invited = [staffed.members[1].pk]
    perform(proposal, "invite", staffed.members[0].user, {"members": invited}, at=AT)
    return [(staffed.members[1].user, proposal.cosignatures.get(), "agree", {})] * callers


def file(staffed: StaffedCommittee, callers: int) -> list[Call]:
    by = staffed.officer(Role.COMMITTEE_DIRECTOR)
    return [(by, reviewed(staffed), "file", {"category": "other"})] * callers


def withdraw(staffed: StaffedCommittee, callers: int) -> list[Call]:
    proposal = filed(staffed)
    member = staffed.members[0].user
    perform(proposal, "request_withdrawal", member, {"reason": "已解决"}, at=AT)
    return [(staffed.officer(Role.COMMITTEE_DIRECTOR), proposal, "withdraw", {})] * callers


def assign(staffed: StaffedCommittee, callers: int) -> list[Call]:
    proposal, by = filed(staffed), staffed.officer(Role.ASSIGNING_OFFICER)
    return [(by, proposal, "assign", {"units": sole(staffed, n)}) for n in range(callers)]


def acknowledge(staffed: StaffedCommittee, callers: int) -> list[Call]:
    by = staffed.officer(Role.ASSIGNING_OFFICER)
    proposal = perform(filed(staffed), "assign", by, {"units": sole(staffed)}, at=AT).subject
    liaison = staffed.staff(Role.UNIT_LIAISON, staffed.units[0])
    return [(liaison, proposal.assignments.get(), "acknowledge", {})] * callers


def rate(staffed: StaffedCommittee, callers: int) -> list[Call]:
    unit = staffed.units[0]
    liaison = staffed.staff(Role.UNIT_LIAISON, unit)
    task = acknowledge(staffed, 1)[0][1]
    perform(task, "acknowledge", liaison, at=AT)
    talk = {"held_at": AT.isoformat(), "way": "visit", "stage": "during"}
    perform(task, "record_contact", liaison, {**talk, "persons": "甲", "outcome": "满意"}, at=AT)
    points = [
        {"suggestion": suggestion.pk, "answer": "已增设", "adoption": "adopted"}
        for suggestion in task.root.suggestions.all()
    ]
    text = {"body": "答复如下", "result_class": "A", "contact_name": "李", "contact_phone": "1"}
    perform(task, "draft_reply", liaison, {**text, "points": points}, at=AT)
    reply = models.Reply.objects.get()
    perform(reply, "send_to_check", liaison, at=AT)
    perform(reply, "pass_check", liaison, at=AT)
    perform(reply, "sign", staffed.staff(Role.UNIT_SIGNATORY, unit), at=AT)
    perform(reply, "deliver", liaison, {"document_number": "1"}, at=AT)
    form = models.Feedback.objects.get()
    rating = {"attitude": "satisfied", "result": "satisfied"}
    return [(staffed.members[0].user, form, "rate", rating)] * callers


ONCE: dict[str, Callable[[StaffedCommittee, int], list[Call]]] = {
    "one member agrees to co-sign": agree,
    "one proposal is filed": file,
    "one proposal is withdrawn": withdraw,
    "one proposal is assigned": assign,
    "one task is signed for": acknowledge,
    "one reply is rated": rate,
}


@pytest.mark.parametrize("prepare", ONCE.values(), ids=ONCE)
def test_step_taken_many_times_at_once_happens_once(
    staffed: StaffedCommittee, callers: int, prepare: Callable[[StaffedCommittee, int], list[Call]]
) -> None:
    calls = prepare(staffed, callers)
    _user, subject, name, _data = calls[0]

    answers = at_once(calls)

    assert codes(answers) == {200: 1, 409: callers - 1}
    assert all(a.json()["errors"][0]["code"] != "busy" for a in answers if a.status_code == 409)
    assert Event.objects.filter(subject_kind=subject.kind, action=name).count() == 1
    everything_holds()


@pytest.mark.parametrize("creates", [False, True], ids=["of a step", "of a beginning"])
def test_key_sent_many_times_at_once_gives_one_event_and_one_answer(
    staffed: StaffedCommittee, callers: int, creates: bool
) -> None:
    member = staffed.members[0].user
    if creates:
        call: Call = (member, Proposal(committee=staffed.committee), "draft", TEXT)
    else:
        call = (member, drafted(staffed), "submit", {"one_matter": True})
    before = Event.objects.count()

    answers = at_once([call] * callers, {"Idempotency-Key": "once"})

    assert codes(answers) == {201 if creates else 200: callers}
    assert len({answer.content for answer in answers}) == 1
    assert Event.objects.count() == before + 1
    everything_holds()


# -- Numbers -------------------------------------------------------------------------------


def test_filings_at_once_get_consecutive_numbers(staffed: StaffedCommittee, callers: int) -> None:
    many = 50 if callers == 20 else 8
    director = staffed.officer(Role.COMMITTEE_DIRECTOR)
    proposals = [reviewed(staffed) for _ in range(many)]

    answers = at_once([(director, one, "file", {"category": "other"}) for one in proposals])

    assert codes(answers) == {200: many}
    serials = sorted(Proposal.objects.values_list("case_serial", flat=True))
    assert serials == list(range(1, many + 1))
    numbers = set(Proposal.objects.values_list("case_no", flat=True))
    term, session = staffed.session.term.number, staffed.session.number
    assert numbers == {f"{term}{session}{serial:03}" for serial in serials}
    everything_holds()


def test_submissions_at_once_get_consecutive_receipts_from_a_new_counter(
    staffed: StaffedCommittee, callers: int
) -> None:
    proposals = [drafted(staffed) for _ in range(callers)]
    assert not Series.objects.exists()

    answers = at_once(
        [(staffed.members[0].user, one, "submit", {"one_matter": True}) for one in proposals]
    )

    assert codes(answers) == {200: callers}
    assert Series.objects.get().last == callers
    everything_holds()


def test_one_text_handed_in_many_times_at_once_comes_in_once(
    staffed: StaffedCommittee, callers: int
) -> None:
    member = staffed.members[0].user
    clerk = staffed.officer(Role.COMMITTEE_CLERK)
    returned = drafted(staffed)
    perform(returned, "submit", member, {"one_matter": True}, at=AT)
    perform(returned, "return_for_revision", clerk, {"reason": "请补充"}, at=AT)
    text = {"title": "关于维修路灯的建议", "situation": "夜里很暗", "analysis": "灯坏了"}
    perform(returned, "edit", member, text, at=AT)
    paper = {**TEXT, **text, "proposer": staffed.members[0].pk, "one_matter": True}
    entered = (clerk, Proposal(committee=staffed.committee), "enter", paper)
    drafts = [drafted(staffed, **text) for _ in range(callers - 2)]

    answers = at_once(
        [
            (member, returned, "resubmit", {"one_matter": True}),
            entered,
            *((member, one, "submit", {"one_matter": True}) for one in drafts),
        ],
        refused={400},
    )

    refused = [answer.json() for answer in answers if answer.status_code == 400]
    assert len(refused) == callers - 1
    assert {body["errors"][0]["code"] for body in refused} == {"same_text"}
    (first,) = {body["proposal"]["id"] for body in refused}
    came_in = Proposal.objects.get(pk=first)
    assert came_in.state == ProposalState.SUBMITTED
    assert Proposal.objects.filter(text_digest=came_in.text_digest).count() == 1
    everything_holds()


# -- Crosswise -----------------------------------------------------------------------------


def test_two_proposals_merged_into_each_other_at_once_make_no_circle(
    staffed: StaffedCommittee, callers: int
) -> None:
    a, b = filed(staffed), filed(staffed)
    clerk = staffed.officer(Role.COMMITTEE_CLERK)
    pairs = [(a, b), (b, a)] * (callers // 2)

    answers = at_once([(clerk, one, "merge", {"into": other.pk}) for one, other in pairs])

    assert codes(answers) == {200: 1, 409: callers - 1}
    states = sorted(Proposal.objects.values_list("state", flat=True))
    assert states == [ProposalState.FILED, ProposalState.MERGED]
    everything_holds()


def test_ring_of_mergers_at_once_makes_no_chain(staffed: StaffedCommittee, callers: int) -> None:
    ring = [filed(staffed) for _ in range(callers)]
    clerk = staffed.officer(Role.COMMITTEE_CLERK)
    neighbours = zip(ring, [*ring[1:], ring[0]], strict=True)

    at_once([(clerk, one, "merge", {"into": other.pk}) for one, other in neighbours])

    merged = Proposal.objects.filter(state=ProposalState.MERGED)
    assert merged.exists()
    assert not merged.filter(merged_into__state=ProposalState.MERGED).exists()
    everything_holds()


@pytest.mark.postgres
def test_parting_waits_for_the_present_host_not_for_the_one_that_was_read(
    staffed: StaffedCommittee,
) -> None:
    clerk = staffed.officer(Role.COMMITTEE_CLERK)
    member, former, present = (filed(staffed) for _ in range(3))
    perform(member, "merge", clerk, {"into": former.pk}, at=AT)
    read_before = Proposal.objects.get(pk=member.pk)
    perform(member, "unmerge", clerk, {"reason": "应并入另一件"}, at=AT)
    perform(member, "merge", clerk, {"into": present.pk}, at=AT)

    with CaptureQueriesContext(connection) as queries:
        perform(read_before, "unmerge", clerk, {"reason": "事项不同"}, at=AT)

    locks = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"]]
    assert f'"id" = ({present.pk})' in " ".join(locks)
    everything_holds()


MOVES = 40
"""Acts at once in the storm of mergers; rounds of it, and proposals that it goes over."""
ROUNDS = 4
DOZEN = 12


@pytest.mark.postgres
def test_storm_of_mergers_keeps_every_proposal_in_one_place(staffed: StaffedCommittee) -> None:
    """Merging, taking in and parting at random: no circle, no chain, nothing lost."""
    random = Random(7)
    clerk = staffed.officer(Role.COMMITTEE_CLERK)
    dozen = [filed(staffed) for _ in range(DOZEN - 4)] + [reviewed(staffed) for _ in range(4)]
    before = {one.pk: one.state for one in Proposal.objects.all()}
    done: Counter[str] = Counter()

    def call(number: int) -> Call:
        one, other, third = random.sample(dozen, 3)
        if number % 10 == 0:  # and its opposite comes next
            return clerk, dozen[0], "merge", {"into": dozen[1].pk}
        if number % 10 == 1:
            return clerk, dozen[1], "merge", {"into": dozen[0].pk}
        moves: list[Call] = [
            (clerk, one, "merge", {"into": other.pk}),
            (clerk, one, "take_in", {"members": [other.pk, third.pk]}),
            (clerk, one, "unmerge", {"reason": "事项不同"}),
            (clerk, other, "unmerge", {"reason": "事项不同"}),
        ]
        return random.choice(moves)

    for _ in range(ROUNDS):
        answers = at_once([call(number) for number in range(MOVES)])

        for answer in answers:
            body = answer.json()
            done[body["action"] if answer.status_code == 200 else body["errors"][0]["code"]] += 1
        rows = {row.pk: row for row in Proposal.objects.all()}
        for row in rows.values():
            host = rows.get(row.merged_into_id)
            assert row.state == (before[row.pk] if host is None else ProposalState.MERGED)
            assert host is None or host.merged_into_id is None
        everything_holds()

    assert done["busy"] == 0, done
    # How often each comes through is the threads' luck; that the storm does something is not.
    assert done["merge"] + done["take_in"] >= 2, done
    assert done["unmerge"] >= 1, done


def test_lists_in_different_orders_at_once_assign_each_proposal_once(
    staffed: StaffedCommittee, callers: int
) -> None:
    proposals = [filed(staffed) for _ in range(5)]
    officer = staffed.officer(Role.ASSIGNING_OFFICER)

    def batch(number: int) -> Call:
        turn = number % 5
        order = [*proposals[turn:], *proposals[:turn]][:: 1 if number % 2 else -1]
        items = [{"proposal": one.pk, "units": sole(staffed, number)} for one in order]
        data = {"name": f"第{number}批", "items": items}
        return officer, AssignmentBatch(committee=staffed.committee), "issue", data

    answers = at_once([batch(number) for number in range(callers)])

    assert codes(answers) == {201: 1, 409: callers - 1}
    assert AssignmentBatch.objects.count() == 1
    assert models.Assignment.objects.count() == 5
    everything_holds()


def test_clerks_at_cross_purposes_lose_nothing(staffed: StaffedCommittee, callers: int) -> None:
    """Filing, merging, assigning, asking, withdrawing, editing: all on the same four."""
    four = [filed(staffed), filed(staffed), reviewed(staffed), reviewed(staffed)]
    for proposal in four:
        member = staffed.members[0].user
        perform(proposal, "request_withdrawal", member, {"reason": "已解决"}, at=AT)
    clerk = staffed.officer(Role.COMMITTEE_CLERK)
    director = staffed.officer(Role.COMMITTEE_DIRECTOR)
    officer = staffed.officer(Role.ASSIGNING_OFFICER)
    consent = {"consent_way": "phone", "consent_at": AT.isoformat()}
    before = Event.objects.count()

    def call(number: int) -> Call:
        one, other = four[number % 4], four[(number + 1) % 2]
        lines = [{"proposal": p.pk, "units": sole(staffed, number)} for p in four[:2]]
        purposes: list[Call] = [
            (director, one, "file", {"category": "other"}),
            (clerk, one, "merge", {"into": other.pk}),
            (officer, one, "assign", {"units": sole(staffed, number)}),
            (clerk, one, "edit_by_office", {"situation": f"情况{number}", **consent}),
            (director, one, "withdraw", {}),
            (
                officer,
                AssignmentBatch(committee=staffed.committee),
                "issue",
                {"name": "批", "items": lines[:: -1 if number % 2 else 1]},
            ),
            (officer, one, "pre_assign", {"units": sole(staffed, number)}),
        ]
        purpose = purposes[number % 7]
        # An assigning officer sees only what is filed.
        return purpose if purpose[0] != officer or one in four[:2] else purposes[3]

    calls = [call(number) for number in range(callers)]
    answers = at_once(calls)

    assert codes(answers)[200] + codes(answers)[201] >= 1
    done = {answer.json()["id"] for answer in answers if answer.status_code != 409}
    assert done <= set(Event.objects.values_list("pk", flat=True))
    assert Event.objects.count() - before >= len(done)
    everything_holds()


def test_two_versions_written_at_once_lose_no_update(
    staffed: StaffedCommittee, callers: int
) -> None:
    proposal = drafted(staffed)
    member = staffed.members[0].user
    calls: list[Call] = [
        (member, proposal, "edit", {"situation": f"情况{number}"}) for number in range(callers)
    ]

    answers = at_once(calls, {"If-Match": '"1"'})

    assert codes(answers) == {200: 1, 409: callers - 1}
    stale = [answer.json() for answer in answers if answer.status_code == 409]
    assert {(body["errors"][0]["code"], body["version"]) for body in stale} == {
        ("stale_version", 2)
    }
    everything_holds()


def test_all_invited_agree_at_once(staffed: StaffedCommittee, callers: int) -> None:
    others = MemberFactory.create_batch(callers, committee=staffed.committee)
    proposal = drafted(staffed)
    initiator = staffed.members[0].user
    keys = {"members": [member.pk for member in others]}
    perform(proposal, "invite", initiator, keys, at=AT)

    answers = at_once([(one.member.user, one, "agree", {}) for one in proposal.cosignatures.all()])

    assert codes(answers) == {200: callers}
    agreed = proposal.cosignatures.filter(state=CosignatureState.AGREED)
    assert agreed.count() == callers
    proposal.refresh_from_db(fields=["proposer_kind"])
    assert proposal.proposer_kind == "joint"
    everything_holds()
