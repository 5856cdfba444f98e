"""A played year gives the published figures, goes every way there is, and can be proved."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from demo import proposing
from demo.case import Case
from demo.case_plan import Outcome
from demo.scenario import Deviation, Stage, load
from demo.year import Year
from members.models import Session
from proposals.enums import ProposalState
from proposals.ledger import faults
from proposals.machine.step import declared_step
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.models import (
    Assignment,
    AssignmentBatch,
    Commitment,
    Cosignature,
    Event,
    ExtensionRequest,
    Feedback,
    PreAssignment,
    Proposal,
    Reply,
    ReturnRequest,
)
from tests.demo.beat import beat

WALKED = (
    *(Proposal.draft, Proposal.enter, Proposal.edit, Proposal.invite, Proposal.submit),
    *(Proposal.return_for_revision, Proposal.resubmit, Proposal.edit_by_office, Proposal.review),
    *(Proposal.file, Proposal.not_file, Proposal.merge, Proposal.request_withdrawal),
    *(Proposal.withdraw, Proposal.designate_key, Proposal.pre_assign, Proposal.assign),
    *(Proposal.start_handling, Proposal.complete_reply, Proposal.rehandle),
    *(Proposal.conclude_rated, Proposal.follow_up, Proposal.publish),
    *(Cosignature.ask, Cosignature.agree, Cosignature.decline, Cosignature.drop),
    *(Cosignature.sign_on_paper, PreAssignment.ask, PreAssignment.accept, PreAssignment.object),
    *(AssignmentBatch.issue, Assignment.issue, Assignment.acknowledge, Assignment.request_return),
    *(Assignment.reassign, Assignment.record_contact, Assignment.request_extension),
    *(Assignment.give_opinion, Assignment.waive_opinion, Assignment.draft_reply),
    *(Assignment.complete, Assignment.reopen, Assignment.close),
    *(ReturnRequest.lodge, ReturnRequest.escalate, ReturnRequest.grant, ReturnRequest.refuse),
    *(ExtensionRequest.lodge, ExtensionRequest.consent, ExtensionRequest.refuse),
    *(Reply.begin, Reply.edit, Reply.send_to_check, Reply.pass_check, Reply.sign),
    *(Reply.pass_inspection, Reply.send_back_from_inspection, Reply.deliver, Reply.correct),
    *(Reply.supersede, Feedback.send, Feedback.rate, Feedback.rate_on_paper),
    *(Commitment.undertake, Commitment.keep),
)
"""The steps that a county's year takes."""

EVENTS: dict[Deviation, tuple[Callable[..., Any], ...]] = {
    Deviation.PAPER_ENTRY: (Proposal.enter,),
    Deviation.REVISED: (Proposal.return_for_revision, Proposal.resubmit),
    Deviation.PRE_ASSIGNED: (PreAssignment.accept,),
    Deviation.PRE_ASSIGNMENT_OBJECTED: (PreAssignment.object,),
    Deviation.RETURN_OFFICE: (ReturnRequest.grant, Assignment.reassign),
    Deviation.RETURN_COORDINATION: (ReturnRequest.escalate, ReturnRequest.grant),
    Deviation.RETURN_LEADER: (ReturnRequest.escalate, ReturnRequest.refuse),
    Deviation.RETURN_REFUSED: (ReturnRequest.refuse,),
    Deviation.RETURN_LATE: (),  # refused by rule, so that there is no event
    Deviation.URGENT: (Proposal.assign,),
    Deviation.EXTENDED: (ExtensionRequest.consent,),
    Deviation.EXTENSION_REFUSED: (ExtensionRequest.refuse,),
    Deviation.ASSIST_WAIVED: (Assignment.waive_opinion,),
    Deviation.INSPECTION_SENT_BACK: (Reply.send_back_from_inspection,),
    Deviation.CLASS_CHANGED: (Reply.pass_inspection,),
    Deviation.CORRECTED: (Reply.correct, Reply.supersede),
    Deviation.POOR_THEN_SATISFIED: (Proposal.rehandle, Proposal.conclude_rated),
    Deviation.POOR_TWICE: (Proposal.rehandle, Proposal.record_consultation),
    Deviation.UNRATED: (Proposal.conclude,),
    Deviation.PAPER_FEEDBACK: (Feedback.rate_on_paper,),
    Deviation.FOLLOWED_UP: (Proposal.follow_up,),
    Deviation.COMMITMENTS_KEPT: (Commitment.keep,),
    Deviation.PUBLISHED: (Proposal.publish,),
    Deviation.KEY: (Proposal.designate_key,),
}
"""What each deviation leaves on record of the proposal."""


def as_recorded(*steps: Callable[..., Any]) -> set[tuple[str, str]]:
    """The kind of subject and the action that an event of each of these steps has."""
    wanted = {declared_step(method) for method in steps}
    return {
        (model.kind, step.name)
        for model in ALL_SUBJECTS
        for step in model.all_steps().values()
        if step in wanted
    }


@pytest.mark.django_db(transaction=True)
def test_the_year_of_lingwu_gives_the_published_figures_beside_a_running_beat() -> None:
    said = StringIO()

    with beat() as count:
        call_command("play_year", "lingwu-2022", "--json", "--processes=1", stdout=said)

    counts = json.loads(said.getvalue().splitlines()[-1])
    seconds = counts.pop("seconds")
    assert seconds > 0
    assert counts == {
        "received": 135,  # 135 received, 68 filed after merging, all replied, all satisfied
        "filed": 68,
        "merged": 41,
        "not_filed": 24,
        "withdrawn": 2,
        "assigned": 68,
        "replied": 68,
        "concluded": 68,
        "adopted": 63,
        "satisfied": 68,
    }
    assert count[0] > 3
    assert_every_way_was_gone()
    assert not Event.objects.filter(subject_kind="cosignature", action="lapse").exists()
    assert list(faults()) == []
    assert_numbers_have_no_gap()
    assert_figures_can_be_read_as_of_a_moment()
    assert Proposal.objects.filter(session__number=2).count() == 2  # after the roll-over date


def assert_every_way_was_gone() -> None:
    taken = set(Event.objects.values_list("subject_kind", "action").distinct())
    assert as_recorded(*WALKED) - taken == set()
    dispositions = set(Proposal.objects.values_list("disposition", flat=True)) - {""}
    assert dispositions == set(load("lingwu-2022").totals.not_filed)


def assert_numbers_have_no_gap() -> None:
    series: dict[str, list[int]] = {}
    numbers = Proposal.objects.filter(case_serial__isnull=False)
    for name, serial in numbers.values_list("case_series", "case_serial"):
        series.setdefault(name, []).append(serial)
    assert all(sorted(serials) == [*range(1, len(serials) + 1)] for serials in series.values())
    assert sum(map(len, series.values())) == 68


def assert_figures_can_be_read_as_of_a_moment() -> None:
    session = Session.objects.get(committee__code="lingwu", number=1)
    early, late = StringIO(), StringIO()
    call_command("statistics", "lingwu:15-1", "--at", "2022-01-12T18:00", stdout=early)
    call_command("statistics", str(session.pk), "--at", "2023-12-31T18:00", stdout=late)
    assert "截至 2022-01-12 18:00" in early.getvalue()
    assert "立案：0 / " in early.getvalue()
    assert "收到：135（件）" in late.getvalue()
    assert "办复：68 / 68 = 100.0%（立案件数）" in late.getvalue()
    assert "满意：68 / 68 = 100.0%" in late.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["sichuan-2022", "yichun-2022"])
def test_every_deviation_of_a_scenario_is_played(name: str) -> None:
    year = Year.prepare(load(name), 1, name)
    year.cases = one_for_each_way(year.cases)

    with year.own_clock():
        year.play()

    rows = Proposal.objects.in_bulk()
    urgent = [case.id for case in year.cases if case.plan.has(Deviation.URGENT)]
    concluded = [case.id for case in year.cases if case.plan.stage == Stage.CONCLUDED]
    assert {rows[key].state for key in concluded} == {ProposalState.CONCLUDED}
    assert {row.urgent for row in rows.values() if row.pk in urgent} == {True}
    for case in year.cases:
        events = Event.objects.filter(proposal=case.id)
        taken = {*events.values_list("subject_kind", "action")}
        expected = as_recorded(*(step for d in case.plan.deviations for step in EVENTS[d]))
        assert expected <= taken, case.plan
        if case.plan.has(Deviation.RETURN_LATE):
            assert not events.filter(subject_kind=ReturnRequest.kind).exists()
    assert {d for case in year.cases for d in case.plan.deviations} == {
        d for d, count in year.scenario.deviations.items() if count
    }
    assert list(faults()) == []


def one_for_each_way(cases: list[Case]) -> list[Case]:
    """A few cases with every deviation and of every stage; a merged one would need its host."""
    seen: set[object] = set()
    chosen = []
    for case in cases:
        ways = {*case.plan.deviations, case.plan.outcome, case.plan.stage, case.plan.kind}
        if case.plan.outcome != Outcome.MERGED and not ways <= seen:
            chosen.append(case)
            seen |= ways
    return chosen


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_year() -> None:
    def opening(code: str, seed: int) -> list[tuple[str, str, str]]:
        year = Year.prepare(load("lingwu-2022"), seed, code)
        for case in year.cases[:12]:
            proposing.choose_proposer(case)
            for _at in proposing.hand_in(case):
                continue
        rows = Proposal.objects.filter(committee__code=code).order_by("id")
        return [(p.title, p.receipt_no, str(p.lead or p.body)) for p in rows]

    first = opening("first", 7)

    assert len(first) == 12
    assert [row[:2] for row in opening("second", 7)] == [row[:2] for row in first]
    assert [row[0] for row in opening("third", 8)] != [row[0] for row in first]


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("lingwu-2022", {"received": 135, "filed": 68}),
        ("sichuan-2022", {"received": 1194, "filed": 1006, "concluded": 994, "adopted": 917}),
        ("yichun-2022", {"filed": 409}),
        ("national-2026", {"received": 5865, "filed": 5005, "merged": 451}),
    ],
)
def test_a_scenario_has_the_published_totals(name: str, published: dict[str, int]) -> None:
    totals = load(name).totals

    assert {line: getattr(totals, line) for line in published} == published


@pytest.mark.django_db
def test_an_unknown_year_names_the_known_ones() -> None:
    with pytest.raises(CommandError, match="sichuan-2022"):
        call_command("play_year", "atlantis-1000")
