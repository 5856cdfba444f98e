"""The tables of the machines: what leads where, who takes it, and that nothing is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from members.enums import Channel, DutyKind, Role
from members.selectors import rules_for
from proposals import models
from proposals.door import perform
from proposals.enums import (
    NEW,
    AssignmentState,
    BatchState,
    ClueState,
    CommitmentState,
    CosignatureState,
    ExtensionState,
    FeedbackState,
    MergeCandidateState,
    PreAssignmentState,
    ProposalState,
    ReplyState,
    ReturnState,
)
from proposals.errors import NotYours, RuleBroken, Unmet, WrongState
from proposals.machine import who
from proposals.machine.subject import Step, Subject
from proposals.models import SUBJECTS, MergeCandidate, Proposal
from proposals.notices import AUDIENCES
from supervision.enums import (
    CalendarChangeState,
    InstructionState,
    KeyTopicState,
    MilestoneState,
)
from tests.factories import supervision as put
from tests.proposals.inputs import Writer
from tests.proposals.staffed_committee import StaffedCommittee, entitled

AT = datetime(2024, 1, 8, 1, 0, tzinfo=UTC)

FINAL: dict[str, set[str]] = {
    "proposal": {
        ProposalState.DISCARDED,
        ProposalState.NOT_FILED,
        ProposalState.WITHDRAWN,
        ProposalState.CONCLUDED,
    },
    "cosignature": set(CosignatureState) - {CosignatureState.INVITED},
    "preassignment": set(PreAssignmentState) - {PreAssignmentState.ASKED},
    "assignmentbatch": {BatchState.ISSUED},
    "assignment": {AssignmentState.CLOSED, AssignmentState.REASSIGNED, AssignmentState.RECALLED},
    "returnrequest": {ReturnState.GRANTED, ReturnState.REFUSED, ReturnState.LAPSED},
    "extensionrequest": {ExtensionState.GRANTED, ExtensionState.REFUSED},
    "reply": {ReplyState.SUPERSEDED, ReplyState.ABANDONED},
    "feedback": {FeedbackState.RATED, FeedbackState.VOID},
    "commitment": {CommitmentState.KEPT, CommitmentState.DROPPED},
    "mergecandidate": {MergeCandidateState.MERGED, MergeCandidateState.SUPERSEDED},
    "clue": {ClueState.CLOSED},
    "calendarchange": {CalendarChangeState.APPLIED, CalendarChangeState.DISCARDED},
    "keytopic": {KeyTopicState.NOT_CHOSEN, KeyTopicState.CONCLUDED, KeyTopicState.CANCELLED},
    "milestone": {MilestoneState.MET, MilestoneState.DROPPED},
    "instruction": {InstructionState.FOLLOWED_UP, InstructionState.LAPSED},
}
"""Where each machine ends; nothing leads away from there."""

STEPS = [
    pytest.param(model, step, id=f"{model._meta.model_name} {step.name}")
    for model in SUBJECTS
    for step in model.all_steps().values()
]


def states_of(model: type[Subject]) -> list[str]:
    return [state for state, _label in model._meta.get_field("state").choices]


def moves(model: type[Subject]) -> Iterator[tuple[str, str, str]]:
    """(source, step, target) of everything that is declared."""
    for step in model.all_steps().values():
        for source in step.source:
            for target in step.targets or (source,):
                yield source, step.name, target


# -- The declarations ----------------------------------------------------------------------


@pytest.mark.parametrize(("model", "step"), STEPS)
def test_step_says_what_it_is_and_who_takes_it(model: type[Subject], step: Step) -> None:
    assert str(step.label).strip()
    assert step.about.endswith(".")
    assert step.who is who.system or step.who.roles()
    assert set(step.who.roles()) <= set(Role)
    assert set(step.tells) <= set(AUDIENCES)
    assert set(step.source) <= {NEW, *states_of(model)}
    assert set(step.targets) <= set(states_of(model))
    assert step.source
    assert not step.creates or step.targets
    assert not step.rollup or step.who is who.system
    assert step.input.__doc__


@pytest.mark.parametrize("model", SUBJECTS)
def test_steps_of_a_machine_are_told_apart_by_name_and_by_label(model: type[Subject]) -> None:
    names = [step.name for step in model.all_steps().values()]
    declared = re.findall(
        r"^    def (\w+)\(self, context: StepContext\)", _source_of(model), flags=re.MULTILINE
    )
    offered = [
        (source, str(step.label))
        for step in model.all_steps().values()
        if step.who is not who.system
        for source in step.source
    ]

    assert len(names) == len(set(names))
    assert sorted(names) == sorted(name for name in declared if not name.startswith("_"))
    assert len(offered) == len(set(offered)), "two buttons with the same words"


def _source_of(model: type[Subject]) -> str:
    files = {
        Path(str(base.__module__.replace(".", "/") + ".py"))
        for base in model.__mro__
        if issubclass(base, Subject) and base.__module__ != Subject.__module__
    }
    return "\n".join((settings.BASE_DIR / file).read_text() for file in sorted(files))


@pytest.mark.parametrize("model", SUBJECTS)
def test_every_state_is_reached_and_none_is_a_dead_end(model: type[Subject]) -> None:
    reached, edge = {NEW}, {NEW}
    while edge:
        edge = {target for source, _step, target in moves(model) if source in edge} - reached
        reached |= edge
    left = {source for source, _step, target in moves(model) if target != source}

    assert reached == {NEW, *states_of(model)}
    assert set(states_of(model)) - left == FINAL[model.__name__.lower()]


@pytest.mark.parametrize("kind", DutyKind)
def test_duty_is_opened_by_a_step_and_closed_by_another(kind: DutyKind) -> None:
    opened, ended = [], []
    for model in SUBJECTS:
        for step in model.all_steps().values():
            opens, closes = _possible(model, step.opens), _possible(model, step.closes)
            opened += [step.name] * (kind in opens)
            ended += [step.name] * (kind in closes or kind in step.cancels)

    assert opened
    assert ended


def _possible(model: type[Subject], duties: Any) -> set[DutyKind]:
    """The kinds that a declaration can name, whatever the subject."""
    if not callable(duties):
        return set(duties)
    names = {
        *duties.__code__.co_names,
        *(n for c in duties.__code__.co_consts if hasattr(c, "co_names") for n in c.co_names),
    }
    if "duties_after" in names:
        names |= {*models.Proposal.duties_after.__code__.co_names}
    return {DutyKind[name] for name in names if name in DutyKind.__members__}


def test_every_audience_is_told_of_something() -> None:
    told = {
        name for model in SUBJECTS for step in model.all_steps().values() for name in step.tells
    }

    assert told == set(AUDIENCES)


# -- Every state and every step ------------------------------------------------------------


@pytest.fixture
def staffed(db: None) -> StaffedCommittee:
    return StaffedCommittee()


def standing_in(model: type[Subject], state: str, staffed: StaffedCommittee) -> Subject:
    """A row of a machine in ``state``, with all that the database asks of it."""
    proposal = _proposal(staffed, state if model is Proposal else ProposalState.HANDLING)
    if model is Proposal:
        return proposal
    kind = str(model._meta.model_name)
    task = {"proposal": proposal, "unit": staffed.units[0], "role": "sole", "replied_at": AT}
    if kind == "assignment":
        return _row(model, state, **task)
    day, addressee = date(2024, 9, 1), staffed.members[0]
    more: dict[str, dict[str, Any]] = {
        "cosignature": {"proposal": proposal, "member": staffed.members[1]},
        "preassignment": {"proposal": proposal, "unit": staffed.units[0], "role": "sole"},
        "assignmentbatch": {"committee": staffed.committee, "name": "批", "held_on": day},
        "clue": {
            "committee": staffed.committee,
            "published_at": AT,
            "closed_at": AT if state == ClueState.CLOSED else None,
        },
    }
    if kind in more:
        return _row(model, state, **more[kind])
    if kind == "mergecandidate":
        session = {"committee": staffed.committee, "session": staffed.session}
        candidate: MergeCandidate = _row(model, state, **session)
        extra = [_proposal(staffed, ProposalState.SUBMITTED, str(at)) for at in (7, 8)]
        candidate.keep([{"proposal": one.pk, "score": 0.5} for one in (proposal, *extra)])
        return candidate
    if model.__module__.startswith("supervision"):
        return _of_supervision(kind, state, proposal, staffed)
    assignment = _row(models.Assignment, AssignmentState.HANDLING, **task)
    if kind == "returnrequest":
        return _row(model, state, assignment=assignment, suggested_unit=staffed.units[1])
    if kind == "extensionrequest":
        return _row(model, state, assignment=assignment, new_due_on=day)
    signed = {"signed_by": "王", "document_number": "1", "delivered_at": AT}
    answer = {"proposal": proposal, "assignment": assignment, "round": 1, **signed}
    if kind == "reply":
        return _row(model, state, **answer)
    reply = _row(models.Reply, ReplyState.DELIVERED, **answer)
    if kind == "commitment":
        return _row(model, state, proposal=proposal, reply=reply, due_on=day)
    rated = {"rated_at": AT, "result": "satisfied"} if state == FeedbackState.RATED else {}
    form = {"proposal": proposal, "original": proposal, "reply": reply, "member": addressee}
    return _row(model, state, **form, **rated)


def _of_supervision(kind: str, state: str, proposal: Proposal, staffed: StaffedCommittee) -> Any:
    where = {"committee": staffed.committee, "created_at": AT}
    if kind == "calendarchange":
        return put.CalendarChangeFactory(state=state, **where)
    topic = put.KeyTopicFactory(
        state=state if kind == "keytopic" else KeyTopicState.SUPERVISING,
        of=[proposal],
        led_by=[staffed.officer(Role.LEADING_SUPERVISOR)],
        supervising_body=staffed.body,
        **where,
    )
    if kind == "keytopic":
        return topic
    if kind == "milestone":
        past = date(2024, 1, 2)
        return put.MilestoneFactory(
            state=state, topic=topic, due_on=past, first_due_on=past, created_at=AT
        )
    return put.InstructionFactory(state=state, topic=topic, unit=staffed.units[0], created_at=AT)


def _proposal(staffed: StaffedCommittee, state: str, number: str = "1") -> Proposal:
    s = ProposalState
    values: dict[str, Any] = {"committee": staffed.committee, "lead": staffed.members[0]}
    values |= {"channel": Channel.WEB, "proposer_kind": "individual", "title": "关于路灯的建议"}
    if state not in (s.DRAFT, s.DISCARDED):
        values |= {"session": staffed.session, "received_at": AT, "period_kind": "session"}
        values |= {"receipt_no": f"S{number}", "filed_at": AT}
        values |= {"case_no": number, "case_serial": int(number)}
    if state == s.NOT_FILED:
        values |= {"ground": "VAGUE", "disposition": "none", "notice": "不予立案"}
    if state == s.MERGED:
        host = _proposal(staffed, s.FILED)
        Proposal.objects.filter(pk=host.pk).update(receipt_no="S2", case_no="2", case_serial=2)
        values |= {"merged_into": host, "state_before_merging": s.FILED}
    if state == s.CONCLUDED:
        values |= {"concluded_at": AT}
    return _row(Proposal, state, **values)


def _row(model: type[Subject], state: str, **values: Any) -> Any:
    """A row put there behind the door's back, as if it had lived."""
    row = model(created_at=AT, version=1, state=state, **values)
    model._default_manager.bulk_create([row])
    return model._default_manager.get(pk=row.pk)


STATES = [
    pytest.param(model, state, id=f"{model._meta.model_name} {state}")
    for model in SUBJECTS
    for state in states_of(model)
]


@pytest.mark.parametrize(("model", "state"), STATES)
def test_what_is_not_declared_is_refused_in_every_state(
    staffed: StaffedCommittee, model: type[Subject], state: str
) -> None:
    subject = standing_in(model, state, staffed)
    people = staffed.people
    tried = 0

    for step in model.all_steps().values():
        if state in step.source:
            continue
        by = None
        if step.who is not who.system:
            allowed = entitled(people, step, subject, AT)
            if not allowed:  # e.g. the reviewer of a round when none is left
                continue
            by = allowed[0]
        with pytest.raises(WrongState):
            perform(subject, step.name, by, {}, at=AT)
        tried += 1

    assert tried
    assert not models.Event.objects.exists()
    subject.refresh_from_db(fields=["version", "ledger_hash"])
    assert subject.version == 1


@pytest.mark.parametrize("model", SUBJECTS)
def test_steps_of_the_system_are_nobodys_and_those_of_people_not_the_systems(
    staffed: StaffedCommittee, model: type[Subject]
) -> None:
    strangers = StaffedCommittee(members=1, units=1).people
    subject = standing_in(model, states_of(model)[0], staffed)

    for step in model.all_steps().values():
        by = [None, *strangers]
        if step.who is who.system:
            by = [*staffed.people, *strangers]
        for person in by:
            with pytest.raises(NotYours):
                perform(subject, step.name, person, {}, at=AT)


@pytest.mark.parametrize(("model", "state"), STATES)
def test_what_is_declared_leads_to_the_declared_states(
    staffed: StaffedCommittee, model: type[Subject], state: str
) -> None:
    for step in model.all_steps().values():
        if state not in step.source:
            continue
        with transaction.atomic():
            subject = standing_in(model, state, staffed)
            subject.rules = rules_for(staffed.committee, AT.date())
            if subject.root is not None:
                subject.root.rules = subject.rules
            data = Writer(Random(1), subject, subject.rules, AT).write(step)
            by = None
            if step.who is not who.system:
                by = next(iter(entitled(staffed.people, step, subject, AT)), None)
            try:
                event = perform(subject, step.name, by, data, at=AT)
            except (NotYours, RuleBroken, Unmet):
                continue
            finally:
                transaction.set_rollback(True)
        assert event.source == state
        assert event.target in (step.targets or {state})


def test_proposal_that_goes_its_own_way_again_can_be_edited(staffed: StaffedCommittee) -> None:
    guest = _proposal(staffed, ProposalState.MERGED)
    suggestion = guest.suggestions.create(number=1, text="增设路灯")
    task = {"proposal": guest.merged_into, "unit": staffed.units[0], "role": "sole"}
    assignment = _row(models.Assignment, AssignmentState.HANDLING, **task)
    answer = {"proposal": guest.merged_into, "assignment": assignment, "round": 1}
    draft = _row(models.Reply, ReplyState.DRAFTING, **answer)
    draft.points.create(suggestion=suggestion, answer="照办", adoption="adopted")
    clerk = staffed.officer(Role.COMMITTEE_CLERK)
    consent = {"consent_way": "phone", "consent_at": AT.isoformat()}
    text = {"situation": "夜里很暗", "suggestions": ["维修路灯"]}

    perform(guest, "unmerge", clerk, {"reason": "并非一事"}, at=AT)
    perform(guest, "edit_by_office", clerk, {**text, **consent}, at=AT)

    assert [row.text for row in guest.suggestions.all()] == ["维修路灯"]
    assert not draft.points.exists()


# -- The rules of procedure ----------------------------------------------------------------

COVERAGE = settings.BASE_DIR / "docs" / "coverage.md"


def test_every_transition_of_the_rules_has_its_step() -> None:
    rows = re.findall(r"^\| (\d+) \|[^|]*\|([^|]*)\|", COVERAGE.read_text(), re.MULTILINE)
    steps = {str(model._meta.model_name): set(model.all_steps()) for model in SUBJECTS}
    machine, wrong = "proposal", []
    for number, actions in rows:
        words = re.findall(r"`?\w+`?", actions)
        assert any(word.startswith("`") for word in words), f"row {number} names no step"
        for word in words:
            machine = word if word in steps else machine
            if word.startswith("`") and word.strip("`") not in steps[machine]:
                wrong.append(f"{number}: {machine} {word}")

    assert [int(number) for number, _actions in rows] == list(range(1, 23))
    assert wrong == []
