"""Every step from every state: it leads where it says, or is refused for the reason it names."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from members.enums import Role
from members.selectors import rules_for
from proposals import models
from proposals.door import perform
from proposals.enums import NEW, AssignmentState, ProposalState, ReplyState, ReturnState
from proposals.errors import NotYours, RuleBroken, Unmet, WrongState
from proposals.machine import who
from proposals.machine.step import Step, declared_step
from proposals.machine.subject import Subject
from proposals.machine.subjects import ALL_SUBJECTS
from proposals.models import (
    Assignment,
    ExtensionRequest,
    MergeCandidate,
    Proposal,
)
from proposals.models.return_request import higher_level
from tests.proposals.inputs import Writer
from tests.proposals.staffed_committee import StaffedCommittee, entitled
from tests.proposals.standing_subjects import (
    ARRANGED,
    AT,
    a_proposal,
    a_row,
    owe_a_reply,
    read,
    standing_in,
    unborn,
)


def states_of(model: type[Subject]) -> list[str]:
    return [state for state, _label in model._meta.get_field("state").choices]


MOVES = [
    pytest.param(model, step, state, id=f"{model._meta.model_name} {step.name} from {state}")
    for model in ALL_SUBJECTS
    for step in model.all_steps().values()
    for state in step.source
    if not step.creates
]
BEGINNINGS = [
    pytest.param(model, step, id=f"{model._meta.model_name} {step.name}")
    for model in ALL_SUBJECTS
    for step in model.all_steps().values()
    if step.creates
]
ASKS_A_DUTY = [
    declared_step(Assignment.request_extension),
    declared_step(Assignment.stop_clock),
    declared_step(ExtensionRequest.lodge),
    declared_step(ExtensionRequest.consent),
]
"""Steps that are refused where no reply is owed, by what keeps the duties."""

NEVER = (higher_level, ReturnState.LEADER)
"""The one state of a step's source in which a condition never holds: the highest level."""


@pytest.fixture
def staffed(db: None) -> StaffedCommittee:
    return StaffedCommittee()


STATES = [
    pytest.param(model, state, id=f"{model._meta.model_name} {state}")
    for model in ALL_SUBJECTS
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
        by, refusal = None, WrongState
        if step.who is not who.system:
            allowed = entitled(people, step, subject, AT)
            if not allowed:  # e.g. the lead of a proposal that a body handed in
                refusal = NotYours
            by = next(iter(allowed), people[0])
        with pytest.raises(refusal):
            perform(subject, step.name, by, {}, at=AT)
        tried += 1

    assert tried
    assert not models.Event.objects.exists()
    subject.refresh_from_db(fields=["version", "ledger_hash"])
    assert subject.version == 1


@pytest.mark.parametrize("model", ALL_SUBJECTS)
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


@pytest.mark.parametrize(("model", "step", "state"), MOVES)
def test_step_leads_to_its_state_once_every_condition_holds(
    staffed: StaffedCommittee, model: type[Subject], step: Step, state: str
) -> None:
    subject = standing_in(model, state, staffed)
    a_proposal(staffed, ProposalState.FILED, "9")  # to merge with, to name as the same

    for condition in step.conditions:
        if condition(read(subject)):
            continue
        with pytest.raises(Unmet) as refusal:
            take(step, read(subject), staffed)
        assert str(refusal.value) == str(condition.message)
        ARRANGED[condition](subject)
        if (condition, state) == NEVER:
            assert not condition(read(subject))
            return
    if step in ASKS_A_DUTY:
        with pytest.raises(RuleBroken, match="期限"):
            take(step, read(subject), staffed)
        owe_a_reply(subject)
    event = take(step, read(subject), staffed)

    events = models.Event.objects.filter(subject_kind=subject.kind, subject_id=subject.pk, at=AT)
    assert (event.source, event.action) == (state, step.name)
    assert event.target in (step.targets or {state})
    # What follows by itself may have moved it on.
    assert event in events
    assert read(subject).state == events.latest("sequence").target


@pytest.mark.parametrize(("model", "step"), BEGINNINGS)
def test_step_brings_its_subject_into_being(
    staffed: StaffedCommittee, model: type[Subject], step: Step
) -> None:
    subject = unborn(model, staffed)
    near = [a_proposal(staffed, ProposalState.FILED, number).pk for number in ("18", "19")]
    scan = models.Scan.objects.create(
        committee=staffed.committee, session=staffed.session, asked_at=AT
    )
    own = {
        declared_step(Proposal.enter): {"proposer": staffed.members[0].pk},
        declared_step(MergeCandidate.find): {
            "members": [{"proposal": pk, "score": 0.5} for pk in near],
            "scan": scan.pk,
        },
        declared_step(MergeCandidate.gather): {"members": near},
    }
    if step in ASKS_A_DUTY:
        owe_a_reply(subject)

    event = take(step, subject, staffed, own.get(step))

    assert (event.source, event.target, event.action) == (NEW, step.targets[0], step.name)
    assert type(subject)._base_manager.get(pk=event.subject_id).version >= 1


def take(
    step: Step, subject: Any, staffed: StaffedCommittee, own: dict[str, Any] | None = None
) -> models.Event:
    """The event of the step, taken by the first who may, with an input as they would write it."""
    rules = rules_for(staffed.committee, AT.date())
    data = Writer(Random(1), subject, rules, AT).write(step) | (own or {})
    by = None
    if step.who is not who.system:
        subject.rules = rules
        by = entitled(staffed.people, step, subject, AT)[0]
    return perform(subject, step.name, by, data, at=AT)


def test_proposal_that_goes_its_own_way_again_can_be_edited(staffed: StaffedCommittee) -> None:
    guest = a_proposal(staffed, ProposalState.MERGED)
    suggestion = guest.suggestions.create(number=1, text="增设路灯")
    task = {"proposal": guest.merged_into, "unit": staffed.units[0], "role": "sole"}
    assignment = a_row(models.Assignment, AssignmentState.HANDLING, **task)
    answer = {"proposal": guest.merged_into, "assignment": assignment, "round": 1}
    draft = a_row(models.Reply, ReplyState.DRAFTING, **answer)
    draft.points.create(suggestion=suggestion, answer="照办", adoption="adopted")
    clerk = staffed.officer(Role.COMMITTEE_CLERK)
    consent = {"consent_way": "phone", "consent_at": AT.isoformat()}
    text = {"situation": "夜里很暗", "suggestions": ["维修路灯"]}

    perform(guest, "unmerge", clerk, {"reason": "并非一事"}, at=AT)
    perform(guest, "edit_by_office", clerk, {**text, **consent}, at=AT)

    assert [row.text for row in guest.suggestions.all()] == ["维修路灯"]
    assert not draft.points.exists()
