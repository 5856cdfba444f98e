"""The tables of the machines: what leads where, who takes it, and that nothing is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from members.enums import DutyKind, Role
from proposals import audiences, models
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
from proposals.machine import who
from proposals.machine.step import Step
from proposals.machine.subject import Subject
from proposals.machine.subjects import ALL_SUBJECTS
from supervision import audiences as topic_audiences
from supervision.enums import (
    CalendarChangeState,
    InstructionState,
    KeyTopicState,
    MilestoneState,
)

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
    for model in ALL_SUBJECTS
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
    assert set(step.source) <= {NEW, *states_of(model)}
    assert set(step.targets) <= set(states_of(model))
    assert step.source
    assert not step.creates or step.targets
    assert not step.rollup or step.who is who.system
    assert step.input.__doc__


@pytest.mark.parametrize("model", ALL_SUBJECTS)
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
    own = [name for name in declared if not name.startswith("_") and not hasattr(Subject, name)]
    assert sorted(names) == sorted(own)
    assert len(offered) == len(set(offered)), "two buttons with the same words"


def _source_of(model: type[Subject]) -> str:
    files = {
        Path(str(base.__module__.replace(".", "/") + ".py"))
        for base in model.__mro__
        if issubclass(base, Subject) and base.__module__ != Subject.__module__
    }
    return "\n".join((settings.BASE_DIR / file).read_text() for file in sorted(files))


@pytest.mark.parametrize("model", ALL_SUBJECTS)
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
    for model in ALL_SUBJECTS:
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
        audience
        for model in ALL_SUBJECTS
        for step in model.all_steps().values()
        for audience in step.tells
    }
    declared = [*audiences.AUDIENCES, *topic_audiences.AUDIENCES]

    assert told == set(declared)
    assert len({audience.name for audience in declared}) == len(declared)
    assert all(str(audience.label) for audience in declared)


# -- The rules of procedure ----------------------------------------------------------------

COVERAGE = settings.BASE_DIR / "docs" / "coverage.md"


def test_every_transition_of_the_rules_has_its_step() -> None:
    rows = re.findall(r"^\| (\d+) \|[^|]*\|([^|]*)\|", COVERAGE.read_text(), re.MULTILINE)
    steps = {str(model._meta.model_name): set(model.all_steps()) for model in ALL_SUBJECTS}
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
